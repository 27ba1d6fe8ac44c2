"""Pages of a PDF as pixels, by pypdfium2, the extra [pdf]."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import ImageError
from ocrpipe.images.decode import check_size
from ocrpipe.images.intake import Intake, check_pages

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MAGIC = b"%PDF-"
_POINTS = 72.0  # PDF's unit: so many an inch
_lock = threading.Lock()  # PDFium must not be called by two threads at a time


def pdf_pages(
    data: bytes, name: str, max_pixels: int, intake: Intake
) -> Iterator[tuple[int, int, NDArray[np.uint8]]]:
    """The pages of the PDF in data that intake wants: number from 1, how many there are, (H, W, 3) uint8 RGB.

    Raises ImageError for a PDF that is damaged or locked, for a page that cannot be drawn, and where the
    extra [pdf] is not installed; ImageTooLargeError, before drawing, for more than max_pixels.
    """
    document = _open(data, name, intake.password)
    try:
        with _lock:
            pages = len(document)
        check_pages(pages, name, intake)
        for number in range(1, pages + 1):
            if intake.wants(number):
                called = f"{name}, page {number}" if pages > 1 else name
                yield number, pages, _draw(document, number, called, max_pixels, intake.dpi)
    finally:
        with _lock:
            document.close()


def _open(data: bytes, name: str, password: str | None) -> PdfDocument:
    try:
        import pypdfium2
    except ImportError as error:
        raise ImageError(
            f'{name}: is a PDF; run: pip install "ocrpipe[pdf]", or export its pages as PNG'
        ) from error
    try:
        with _lock:
            return pypdfium2.PdfDocument(data, password=password)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            what = "is locked; give its --password" if password is None else "the password is wrong"
            raise ImageError(f"{name}: {what}") from error
        raise ImageError(f"{name}: is a damaged PDF ({_reason(error)}); copy or export it again") from error


def _draw(document: PdfDocument, number: int, name: str, max_pixels: int, dpi: float) -> NDArray[np.uint8]:
    scale = dpi / _POINTS
    with _lock, _as_image_error(name), closing(document[number - 1]) as page:
        width, height = page.get_size()
        check_size(
            round(width * scale), round(height * scale), name, max_pixels, remedy="lower --dpi, or raise"
        )
        with closing(page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)) as bitmap:
            drawn = bitmap.to_numpy()  # (H, W, 1, 3 or 4), the bitmap's own memory
            return np.array(_rgb(drawn), np.uint8)  # (H, W, 3)


def _rgb(drawn: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """drawn, (H, W) or (H, W, C) with C of 1, 3 or 4, as (H, W, 3)."""
    if drawn.ndim == 2 or drawn.shape[2] == 1:
        return np.repeat(drawn.reshape(*drawn.shape[:2], 1), 3, axis=2)
    return drawn[:, :, :3]


@contextmanager
def _as_image_error(name: str) -> Iterator[None]:
    from pypdfium2 import PdfiumError

    try:
        yield
    except (PdfiumError, MemoryError, ValueError) as error:
        raise ImageError(f"{name}: this page cannot be drawn ({_reason(error)}); export it again") from error


def _reason(error: BaseException) -> str:
    """What PDFium said, without "Failed to ..." before it."""
    found = re.search(r"\(PDFium: (.+?)\.?\)", str(error))
    return found[1] if found else " ".join(str(error).split()).rstrip(".") or type(error).__name__
