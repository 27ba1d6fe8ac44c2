"""Markdown (CommonMark): a paragraph a block, its lines on lines of their own; a heading a photo.

Every character that could mean something is escaped, so that what was read is what is seen. A photo alone has
no heading. One that could not be read says why, in italics, and so does one without text.
"""

from __future__ import annotations

import re

from ocrpipe.formats.base import Format
from ocrpipe.formats.layout import one_line
from ocrpipe.page import Page

_ANYWHERE = re.compile(r"[\\`*_\[\]<>&~|]")
# What makes a list, a heading or a rule at the start of a line: "- ", "+ ", "# ", "1. ", "1) ", "---", "===".
_AT_START = re.compile(r"^(\d{1,9})([.)])|^([-+#=])")


def _alone(page: Page) -> str:
    if page.error is not None:
        return f"*not read: {_escaped(page.error.message)}*\n"
    lines = {line.id: _escaped(line.text) for line in page.lines}
    # A line may be empty (found, not transcribed); an empty row would end the paragraph.
    blocks = ["\\\n".join(filter(None, (lines[i] for i in block.lines))) for block in page.blocks]
    text = "\n\n".join(filter(None, blocks))
    return f"{text}\n" if text else "*no text*\n"


def _among_others(page: Page) -> str:
    of = f" (page {page.source.page} of {page.source.pages})" if page.source.pages > 1 else ""
    return f"## {_escaped(page.source.path)}{of}\n\n{_alone(page)}"


def _escaped(text: str) -> str:
    text = _ANYWHERE.sub(r"\\\g<0>", one_line(text).strip())
    text = re.sub(r"(#+)$", r"\\\1", text)  # trailing number signs close a heading
    return _AT_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", text)


MARKDOWN = Format("markdown", ".md", alone=_alone, element=_among_others, separator="\n")
