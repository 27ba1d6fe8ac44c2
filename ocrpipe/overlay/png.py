"""Pictures into files."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocrpipe.errors import OutputError


def save(image: NDArray[np.uint8], path: Path) -> None:
    """Write image, (H, W, 3) uint8 RGB, as PNG: whole or not at all, and the same bytes for the same pixels.

    Raises OutputError naming the file when it cannot be written; its folder must exist.
    """
    # Made anew beside its place, not by tempfile, so that the user's umask decides who may read it.
    partial = path.parent / f".{path.name}.{os.getpid()}.part"
    try:
        with partial.open("wb") as file:
            Image.fromarray(image).save(file, "PNG", compress_level=6)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
