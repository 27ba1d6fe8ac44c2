"""CSV (RFC 4180, UTF-8, line feeds): a word a row, with its photo, place, scores and corners.

A photo without words, or one that could not be read, is a row without a word, so that no photo is missing;
`error` tells which. Numbers count from 1. Lines and words are counted within the block and the line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ocrpipe.formats.base import Format
from ocrpipe.formats.json_format import rounded
from ocrpipe.formats.layout import one_line, plain, tree
from ocrpipe.page import Page

COLUMNS = (
    "path", "page", "block", "line", "word", "text", "confidence", "detection_score", "angle",
    "x1", "y1", "x2", "y2", "x3", "y3", "x4", "y4", "error",
)  # fmt: skip
_HEADER = ",".join(COLUMNS) + "\n"


def _rows(page: Page) -> str:
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(_cells(rounded(page)))
    return table.getvalue()


def _cells(page: Page) -> Iterator[list[object]]:
    photo: list[object] = [one_line(page.source.path), page.source.page]
    if not page.words:
        error = "" if page.error is None else one_line(f"{page.error.type}: {page.error.message}")
        yield [*photo, *[""] * (len(COLUMNS) - 3), error]
    for i, (_, lines) in enumerate(tree(page), start=1):
        for j, (_, words) in enumerate(lines, start=1):
            for k, word in enumerate(words, start=1):
                corners = [plain(value) for point in word.polygon for value in point]
                scores = [word.confidence, word.detection_score, plain(word.angle)]
                yield [*photo, i, j, k, one_line(word.text), *scores, *corners, ""]


CSV = Format("csv", ".csv", alone=lambda page: _HEADER + _rows(page), element=_rows, opening=_HEADER)
