"""How long loading took, and how long anything took since."""

from __future__ import annotations

import time
from dataclasses import replace

from ocrpipe import images
from ocrpipe.images import Photo, PhotoSource
from ocrpipe.page import Page, Timing


def load_timed(source: PhotoSource | Photo) -> tuple[Photo, float]:
    """The photo of source and the milliseconds that loading it took; none where it is loaded already."""
    if isinstance(source, Photo):
        return source, 0.0
    start = time.perf_counter()
    photo = images.load(source)
    return photo, since(start)


def with_load_time(page: Page, milliseconds: float) -> Page:
    """page, saying how long loading its photo took."""
    return replace(page, timing_ms=replace(page.timing_ms or Timing(), load=milliseconds))


def since(start: float) -> float:
    """Milliseconds since start, a `time.perf_counter()`."""
    return (time.perf_counter() - start) * 1000
