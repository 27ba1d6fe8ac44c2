"""Plain text: what was read, line by line."""

from __future__ import annotations

from ocrpipe.formats.base import Format
from ocrpipe.page import Page


def _alone(page: Page) -> str:
    """The page's text and nothing else; an empty string for a page without words."""
    return f"{page.text}\n" if page.text else ""


def _among_others(page: Page) -> str:
    """The page's text under a header that names its file, as `head` and `tail` write it."""
    number = f" (page {page.source.page} of {page.source.pages})" if page.source.pages > 1 else ""
    failed = "" if page.error is None else " (not read)"
    return f"==> {_one_line(page.source.path)}{number}{failed} <==\n{_alone(page)}"


def _one_line(path: str) -> str:
    """path without what breaks the line or the encoding: line breaks, control characters, lone surrogates."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path)


TEXT = Format("text", ".txt", alone=_alone, element=_among_others, separator="\n")
