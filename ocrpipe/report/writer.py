"""Writes the report page by page: one photo in memory at a time, and the file appears when it is whole."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import ImageError
from ocrpipe.images import Photo
from ocrpipe.outputs import Output, writing
from ocrpipe.outputs.files import part_of
from ocrpipe.overlay.colours import STEPS
from ocrpipe.page import Page
from ocrpipe.redraw import load_page
from ocrpipe.report.record import record, thumbnail

SIDE = 480  # pixels of a thumbnail's longer side: 2,000 street photos make a file of about 45 MB
QUALITY = 65  # of its JPEG
_HERE = Path(__file__).parent
PhotoOf = Callable[[Page], NDArray[np.uint8] | None]


class ReportOutput(Output):
    """A report that grows page by page: an `ocrpipe.outputs.Output`; also a context manager.

    path:  of the HTML file; its folder is made. Until `close` it is called .NAME.PID.part.
    title: shown above everything, and in the browser's tab.
    side:  of the thumbnails, in pixels; boxes keep their precision at any.

    Raises OutputError if the file cannot be written.
    """

    needs_photo = True

    def __init__(self, path: Path, *, title: str = "OCR report", side: int = SIDE) -> None:
        self._path, self._side = path, side
        self._part = part_of(path)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: TextIO | None = self._part.open("w", encoding="utf-8", newline="\n")
            self._file.write(_head(title))

    def write(self, page: Page, photo: Photo | None) -> None:
        """Add page with its photo; without one its boxes stand on an empty ground."""
        self.add(page, None if photo is None else photo.pixels)

    def add(self, page: Page, pixels: NDArray[np.uint8] | None) -> None:
        """Add page with the pixels, (H, W, 3) uint8 RGB, it was read from."""
        if self._file is None:
            raise ValueError("this report is closed")
        # A script of an unknown type is text to a browser: nothing in it is parsed, run or laid out.
        data = record(page, self._path.parent)
        picture = "" if pixels is None else thumbnail(pixels, self._side, QUALITY)
        with writing(self._path):
            self._file.write(f'<script type="application/json" class="page">{data}</script>')
            self._file.write(f'<script type="text/plain" class="pixels">{picture}</script>\n')

    def close(self) -> None:
        """Finish the report and give it its name."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            with writing(self._path):
                with file:
                    file.write(f"<script>{_asset('report.js')}</script>\n</body>\n</html>\n")
                self._part.replace(self._path)
        finally:
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> ReportOutput:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def load_pixels(page: Page) -> NDArray[np.uint8] | None:
    """The photo of page, read again from where it came; None where it failed or is gone."""
    if page.error is not None:
        return None
    try:
        pixels = load_page(Path(page.source.path), page.source.page).pixels
    except ImageError:
        return None
    # Boxes on another picture would be worse than boxes on none.
    same = page.image is None or pixels.shape[:2] == (page.image.height, page.image.width)
    return pixels if same else None


def write_report(
    pages: Iterable[Page],
    out: Path,
    *,
    title: str = "OCR report",
    side: int = SIDE,
    photo_of: PhotoOf = load_pixels,
) -> None:
    """Write the report of pages to out. photo_of: where a page's pixels come from, by default its own file.

    Raises OutputError if out cannot be written; photos that are gone leave their boxes on an empty ground.
    """
    with ReportOutput(out, title=title, side=side) as report:
        for page in pages:
            report.add(page, photo_of(page))


def _head(title: str) -> str:
    """All before the first page. The policy lets our one script run and nothing else, whatever gets in."""
    script = base64.b64encode(hashlib.sha256(_asset("report.js").encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{script}'"
    colours = "".join(f"--c{i}: rgb{rgb}; " for i, (_, rgb) in enumerate(STEPS))
    steps = " ".join(str(least) for least, _ in STEPS)
    body = _asset("report.html").replace("{title}", escape(title)).replace("{steps}", steps)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>:root {{ {colours}}}\n{_asset('report.css')}</style>\n"
        f"</head>\n<body>\n{body}"
    )


def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
