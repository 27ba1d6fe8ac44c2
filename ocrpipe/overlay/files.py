"""Pictures into files: whole or not at all, and the same bytes for the same pixels."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocrpipe.errors import OutputError

JPEG_QUALITY = 90
_KINDS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


def save(image: NDArray[np.uint8], path: Path) -> None:
    """Write image, (H, W, 3) uint8 RGB, as path's suffix says, .png, .jpg or .jpeg; PNG for any other.

    Raises OutputError naming the file when it cannot be written; its folder must exist.
    """
    kind = _KINDS.get(path.suffix.lower(), "PNG")
    write_whole(png(image) if kind == "PNG" else jpeg(image), path)


def png(image: NDArray[np.uint8]) -> bytes:
    """image, (H, W, 3) uint8 RGB, as a PNG file."""
    data = io.BytesIO()
    Image.fromarray(image).save(data, "PNG", compress_level=6)
    return data.getvalue()


def jpeg(image: NDArray[np.uint8]) -> bytes:
    """image, (H, W, 3) uint8 RGB, as a JPEG file, its colours at full resolution: thin lines stay sharp."""
    data = io.BytesIO()
    Image.fromarray(image).save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return data.getvalue()


def write_whole(data: bytes, path: Path) -> None:
    """Put data into the file at path, in one step. Raises OutputError naming the file."""
    # Made anew beside its place, not by tempfile, so that the user's umask decides who may read it.
    partial = path.parent / f".{path.name}.{os.getpid()}.part"
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
