"""Word boxes as text, one a line: `x1,y1,x2,y2,x3,y3,x4,y4,score`, as ICDAR's detection tasks write them."""

from __future__ import annotations

from dataclasses import replace

from ocrpipe.formats.base import Format
from ocrpipe.formats.text import TEXT
from ocrpipe.page import Page, Word
from ocrpipe.records import rounded


def _alone(page: Page) -> str:
    return "".join(_line(word) for word in rounded(page).words)


def _line(word: Word) -> str:
    numbers = [coordinate for point in word.polygon for coordinate in point]
    return ",".join(f"{number:g}" for number in [*numbers, word.detection_score]) + "\n"


def _among_others(page: Page) -> str:
    """The boxes under the header that text has."""
    return TEXT.element(replace(page, blocks=())) + _alone(page)


QUADS = Format("quads", ".txt", alone=_alone, element=_among_others, separator="\n")
