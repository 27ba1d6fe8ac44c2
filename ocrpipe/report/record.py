"""What the report's script knows of a page: a small JSON record, and the photo as a small JPEG."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocrpipe.formats.layout import size, tree
from ocrpipe.page import Page, Word
from ocrpipe.records import compact, rounded

# Inside <script> these begin tags and comments; in JSON they may as well be escapes.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def record(page: Page, folder: Path) -> str:
    """page as JSON that is safe inside an HTML script element of any kind; links are relative to folder.

    Words are [text, confidence, corners as x, y, x, ...]; `blocks` holds, for each block, its lines as lists
    of indices into `words`. Raises ValueError for numbers that are not finite.
    """
    page = rounded(page)
    places = {word.id: i for i, word in enumerate(page.words)}
    width, height = size(page)
    fields: dict[str, Any] = {
        "path": page.source.path,
        "page": page.source.page if page.source.pages > 1 else 0,
        "link": _link(page.source.path, folder),
        "width": width,
        "height": height,
        "error": None if page.error is None else [page.error.type, page.error.message],
        "review": page.needs_review,
        "confidence": round(page.confidence, 4),
        "words": [_word(word) for word in page.words],
        "blocks": [[[places[word.id] for word in line.words] for line in node.lines] for node in tree(page)],
    }
    return compact(fields).translate(_ESCAPES)


def thumbnail(pixels: NDArray[np.uint8], side: int, quality: int) -> str:
    """pixels, (H, W, 3) uint8 RGB, as base64 of a JPEG whose longer side is at most `side` pixels."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality, optimize=True)
    return base64.b64encode(data.getvalue()).decode("ascii")


def _word(word: Word) -> list[Any]:
    return [word.text, word.confidence, [value for point in word.polygon for value in point]]


def _link(path: str, folder: Path) -> str | None:
    """The photo's address as seen from the report; None where it has no file (stdin, an array).

    Quoted whole, colons too, so that no name is taken for another kind of address.
    """
    if path == "-" or path.startswith("<") or not Path(path).is_file():
        return None
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # another drive
        return None
    return quote(relative.replace(os.sep, "/"), safe="/", errors="surrogateescape")
