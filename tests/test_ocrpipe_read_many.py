"""Photos read together give what each gives alone, with the released weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocrpipe import images, load_pipeline
from ocrpipe.page import Page


def test_photos_read_together_are_read_as_each_alone() -> None:
    station = images.load(Path(__file__).resolve().parent.parent / "examples" / "station.jpg").pixels
    # Crops of several sizes, so that words of other photos share batches and are padded to another width.
    photos = [images.load(station[y : y + h, x : x + 320], name=f"{x}") for x, y, h in BOXES]
    pipeline = load_pipeline(device="cpu")
    together = list(pipeline.read_many(photos))
    alone = [pipeline.read_photo(photo) for photo in photos]
    assert sum(len(page.words) for page in alone) >= 2
    assert [texts(page) for page in together] == [texts(page) for page in alone]
    assert scores(together) == pytest.approx(scores(alone), abs=1e-4)


BOXES = ((0, 100, 200), (320, 100, 240), (640, 60, 320), (900, 60, 200))


def texts(page: Page) -> list[tuple[str, object]]:
    return [(word.text, word.polygon) for word in page.words]


def scores(pages: list[Page]) -> list[float]:
    return [word.confidence for page in pages for word in page.words]
