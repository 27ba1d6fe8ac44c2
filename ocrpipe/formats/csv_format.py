"""CSV (RFC 4180, UTF-8, line feeds): a word a row, with its photo, place, scores and corners.

A photo without words, or one that could not be read, is a row without a word, so that no photo is missing;
`error` tells which. Numbers count from 1. Lines and words are counted within the block and the line.
"""

from __future__ import annotations

import csv
import io

from ocrpipe.formats.base import Format
from ocrpipe.formats.layout import one_line, plain
from ocrpipe.page import Page
from ocrpipe.records import COLUMNS, rows

_HEADER = ",".join(COLUMNS) + "\n"
_SCORES = ("confidence", "detection_score")


def _rows(page: Page) -> str:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerows([_cell(row[name], name) for name in COLUMNS] for row in rows(page))
    return table.getvalue()


def _cell(value: str | float | None, name: str) -> str | float:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, float) and name not in _SCORES:
        return plain(value)
    return "" if value is None else value


CSV = Format("csv", ".csv", alone=lambda page: _HEADER + _rows(page), element=_rows, opening=_HEADER)
