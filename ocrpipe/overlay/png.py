"""Pictures into files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocrpipe.errors import OutputError


def save(image: NDArray[np.uint8], path: Path) -> None:
    """Write image, (H, W, 3) uint8 RGB, as PNG: whole or not at all, and the same bytes for the same pixels.

    Raises OutputError naming the file when it cannot be written; its folder must exist.
    """
    partial: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        partial = Path(name)
        with os.fdopen(handle, "wb") as file:
            Image.fromarray(image).save(file, "PNG", compress_level=6)
        partial.chmod(0o644)  # mkstemp makes files that only their owner can read
        partial.replace(path)
    except OSError as error:
        if partial is not None:
            partial.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
