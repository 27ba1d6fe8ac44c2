"""TSV in Tesseract's twelve columns: a row for each page, block, paragraph, line and word, levels 1 to 5.

A block has one paragraph here. Boxes are upright, in whole pixels; `conf` is 0..100 for a word and -1 for
everything above. The columns have no place for file names or failures: pages are told apart by `page_num`,
and a photo that could not be read is a page of no size. Source: Tesseract's `GetTSVText` and `tesseract(1)`.
"""

from __future__ import annotations

from ocrpipe.formats.base import Format
from ocrpipe.formats.layout import BlockNode, Box, box, one_line, size, tree
from ocrpipe.page import Page, Word
from ocrpipe.records import rounded

COLUMNS = (
    "level", "page_num", "block_num", "par_num", "line_num", "word_num",
    "left", "top", "width", "height", "conf", "text",
)  # fmt: skip
_HEADER = "\t".join(COLUMNS) + "\n"


def _rows(page: Page, number: int = 1) -> str:
    """The rows of page, which is page `number` of the document, from 1."""
    page = rounded(page)
    rows = [_row(1, (number,), Box(0, 0, *size(page)))]
    for i, node in enumerate(tree(page), start=1):
        rows += _block(page, number, i, node)
    return "".join(rows)


def _block(page: Page, number: int, block: int, node: BlockNode) -> list[str]:
    outline = box((line.line.polygon for line in node.lines), page)
    rows = [_row(2, (number, block), outline), _row(3, (number, block, 1), outline)]
    for i, (line, words) in enumerate(node.lines, start=1):
        rows.append(_row(4, (number, block, 1, i), box([line.polygon], page)))
        for j, word in enumerate(words, start=1):
            rows.append(_row(5, (number, block, 1, i, j), box([word.polygon], page), word))
    return rows


def _row(level: int, place: tuple[int, ...], at: Box, word: Word | None = None) -> str:
    """place: numbers of page, block, paragraph, line and word, as far down as level goes; 0 below that."""
    numbers = [level, *place, *[0] * (5 - len(place)), at.left, at.top, at.width, at.height]
    confidence = "-1" if word is None else f"{word.confidence * 100:.2f}".rstrip("0").rstrip(".")
    return "\t".join([*map(str, numbers), confidence, one_line(word.text) if word else ""]) + "\n"


TSV = Format(
    "tsv",
    ".tsv",
    alone=lambda page: _HEADER + _rows(page),
    element=_rows,
    numbered=_rows,
    opening=_HEADER,
)
