"""A result and its photo, brought together again."""

from __future__ import annotations

from pathlib import Path

from ocrpipe import formats, images
from ocrpipe.errors import ImageError, ResultError
from ocrpipe.images import Intake, Photo
from ocrpipe.page import Page


def find_page(result: Path, photo: Path, number: int = 1) -> Page:
    """The record in result, a JSON or JSONL file, of page number of photo.

    Records of several photos are told apart by path, else by file name alone, so that a photo may have moved;
    where all are of one photo its name does not matter. Raises ResultError if there is none, or it is of a
    failure.
    """
    pages = [page for page in formats.load(result) if page.source.page == number]
    paths = {page.source.path for page in pages}
    if len(paths) > 1:
        same = [page for page in pages if page.source.path == str(photo)]
        pages = same or [page for page in pages if Path(page.source.path).name == photo.name]
    if len({page.source.path for page in pages}) != 1:
        raise ResultError(f"{result}: no record of page {number} of {photo}; give the result of this photo")
    if pages[0].error is not None:
        raise ResultError(f"{result}: {photo} could not be read: {pages[0].error.message}")
    return pages[0]


def load_page(photo: Path, number: int = 1, *, dpi: float = 200.0, password: str | None = None) -> Photo:
    """Page number, from 1, of photo; dpi and password are for PDFs, whose pages come in the size dpi says.

    Raises ImageError if it cannot be read or has fewer pages.
    """
    intake = Intake(skip=frozenset(range(1, number)), dpi=dpi, password=password)
    found = next(images.load_pages(photo, intake=intake), None)
    if found is None:
        raise ImageError(f"{photo}: has no page {number}")
    return found
