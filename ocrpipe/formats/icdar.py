"""ICDAR 2015's text files: `x1,y1,x2,y2,x3,y3,x4,y4,text`, a word a line, corners in whole pixels.

The text is all that follows the eighth comma and may hold commas itself; it is empty for a word that was
found and not transcribed. The format is one file for one photo: among several, each has a header with its
name, as `text` has, which only people can read. A photo that failed has no line. Source: ICDAR 2015 Robust
Reading, challenge 4, whose evaluation takes integers only.
"""

from __future__ import annotations

from dataclasses import replace

from ocrpipe.formats.base import Format
from ocrpipe.formats.layout import one_line
from ocrpipe.formats.text import TEXT
from ocrpipe.page import Page
from ocrpipe.records import rounded


def _alone(page: Page) -> str:
    return "".join(
        ",".join([*(str(round(value)) for point in word.polygon for value in point), one_line(word.text)])
        + "\n"
        for word in rounded(page).words
    )


def _among_others(page: Page) -> str:
    return TEXT.element(replace(page, blocks=())) + _alone(page)


ICDAR = Format("icdar", ".txt", alone=_alone, element=_among_others, separator="\n")
