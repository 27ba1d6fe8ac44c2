"""The picture of a result: each word outlined and labelled with what was read, coloured by how sure it is.

write(image, page, Path("photo.overlay.svg"))
save(draw(image, page), Path("photo.overlay.png"))
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocrpipe.overlay.files import save, write_whole
from ocrpipe.overlay.picture import draw
from ocrpipe.overlay.svg import draw_svg
from ocrpipe.page import Page

SUFFIXES = (".png", ".jpg", ".jpeg", ".svg")

__all__ = ["SUFFIXES", "draw", "draw_svg", "save", "write"]


def write(image: NDArray[np.uint8], page: Page, path: Path, *, facing: bool | None = None) -> None:
    """Draw page on image, (H, W, 3) uint8 RGB, into the file at path, as its suffix says; facing: see `draw`.

    Raises ValueError for a suffix that is none of `SUFFIXES`, ResultError when page was read from a picture
    of another size, OutputError when the file cannot be written; its folder must exist.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path}: no kind of picture; its name must end with one of {', '.join(SUFFIXES)}")
    if suffix == ".svg":
        write_whole(draw_svg(image, page, facing=facing).encode("utf-8"), path)
    else:
        save(draw(image, page, facing=facing), path)
