"""A page as rows, a word each: what a table, a data frame or a CSV file holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ocrpipe.page import Page, Word
from ocrpipe.records.writer import rounded

COLUMNS = (
    "path", "page", "block", "line", "word", "text", "confidence", "detection_score", "angle",
    "x1", "y1", "x2", "y2", "x3", "y3", "x4", "y4", "error",
)  # fmt: skip


def rows(page: Page) -> list[dict[str, Any]]:
    """page's words in reading order, each with every one of `COLUMNS`; numbers rounded as in the record.

    block counts from 1 in the page, line in its block, word in its line. A page without words is one row
    whose word is None, so that no photo is missing; error is None, or "Type: message" of a failed photo.
    """
    page = rounded(page)
    failure = None if page.error is None else f"{page.error.type}: {page.error.message}"
    blank = dict.fromkeys(COLUMNS) | {"path": page.source.path, "page": page.source.page, "error": failure}
    return [blank | cells for cells in _words(page)] or [blank]


def _words(page: Page) -> Iterator[dict[str, Any]]:
    lines = {line.id: line for line in page.lines}
    words = {word.id: word for word in page.words}
    for i, block in enumerate(page.blocks, start=1):
        for j, line in enumerate(block.lines, start=1):
            for k, word in enumerate(lines[line].words, start=1):
                yield {"block": i, "line": j, "word": k} | _cells(words[word])


def _cells(word: Word) -> dict[str, Any]:
    corners = {
        f"{axis}{i}": point[n] for i, point in enumerate(word.polygon, 1) for n, axis in enumerate("xy")
    }
    scores = {"confidence": word.confidence, "detection_score": word.detection_score, "angle": word.angle}
    return {"text": word.text} | scores | corners
