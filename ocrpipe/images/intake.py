"""How a file becomes photos, where there is a choice: which of its pages, how fine, with which password."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ocrpipe.errors import ImageError

_RANGE = re.compile(r"(\d+)(?:(-)(\d+)?)?")


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """Page numbers, from 1: ranges (first, last), both included, last None for all that follow."""

    ranges: tuple[tuple[int, int | None], ...]

    def __contains__(self, page: int) -> bool:
        return any(first <= page and (last is None or page <= last) for first, last in self.ranges)

    def __str__(self) -> str:
        return ",".join(_written(first, last) for first, last in self.ranges)


@dataclass(frozen=True, slots=True)
class Intake:
    """pages: which to read of a file with several, None for all; skip: those that are not wanted again.

    dpi: pixels an inch of PDF pages, which have no pixels of their own. password: of locked PDFs.
    """

    pages: PageNumbers | None = None
    skip: frozenset[int] = frozenset()
    dpi: float = 200.0
    password: str | None = None

    def wants(self, page: int) -> bool:
        """Whether page, counted from 1, is to be read."""
        return page not in self.skip and (self.pages is None or page in self.pages)


def parse_pages(text: str) -> PageNumbers:
    """The pages that text names: 3, 1-3, 5- (to the end), or several of these with commas between.

    Raises ValueError for anything else, page 0 and backward ranges among it.
    """
    ranges = []
    for piece in text.split(","):
        match = _RANGE.fullmatch(piece.strip())
        if match is None:
            raise ValueError(
                f"pages {text!r}: {piece.strip()!r} is no range; write 3, 1-3 or 5-, with commas"
            )
        first = int(match[1])
        last = (int(match[3]) if match[3] else None) if match[2] else first
        if first < 1 or (last is not None and last < first):
            raise ValueError(f"pages {text!r}: pages count from 1, and ranges go upwards")
        ranges.append((first, last))
    return PageNumbers(tuple(ranges))


def check_pages(count: int, name: str, intake: Intake) -> None:
    """Raise ImageError if intake names pages, and none of a file with count pages is among them."""
    if intake.pages is not None and not any(page in intake.pages for page in range(1, count + 1)):
        has = "has one page" if count == 1 else f"has {count} pages"
        raise ImageError(f"{name}: {has}, none of {intake.pages}; check --pages")


def _written(first: int, last: int | None) -> str:
    if last is None:
        return f"{first}-"
    return str(first) if first == last else f"{first}-{last}"
