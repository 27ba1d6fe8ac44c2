"""The photos that labels speak of: where they lie, and their size where the labels do not say it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ocrpipe.errors import ImageError, LabelError
from ocrpipe.images import MAX_PIXELS, PHOTO_SUFFIXES
from ocrpipe.images.decode import open_image, open_path

_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)  # EXIF


def find_photo(folder: Path, stem: str) -> Path:
    """The photo called stem, with whatever suffix, in folder; LabelError if there is none."""
    found = sorted(
        path for path in folder.glob("*.*") if path.stem == stem and path.suffix.lower() in PHOTO_SUFFIXES
    )
    if not found:
        raise LabelError(f"no photo named {stem!r} in {folder}; name the folder of the photos")
    return found[0]


def first_that_exists(paths: Iterable[Path]) -> Path:
    """The first of paths that is a file, else the first of them."""
    candidates = list(paths)
    return next((path for path in candidates if path.is_file()), candidates[0])


def upright_size(photo: Path) -> tuple[int, int]:
    """Width and height of photo in pixels, its EXIF orientation applied, from the header alone.

    Raises LabelError naming the photo if it cannot be read.
    """
    try:
        with open_path(photo, str(photo)) as file, open_image(file, str(photo), MAX_PIXELS) as image:
            width, height = image.size
            turned = image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    except ImageError as error:
        raise LabelError(f"the size of a labelled photo is needed: {error}") from error
    return (height, width) if turned else (width, height)
