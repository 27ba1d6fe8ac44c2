"""A page as a tree with boxes, for the formats that nest: blocks, their lines, their words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from ocrpipe.page import Block, Line, Page, Polygon, Word


class Box(NamedTuple):
    """An upright box in whole pixels: left and top included, right and bottom not."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """In pixels; 0 for a box outside the photo."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels; 0 for a box outside the photo."""
        return self.bottom - self.top


class LineNode(NamedTuple):
    """A line and its words, in reading order."""

    line: Line
    words: tuple[Word, ...]


class BlockNode(NamedTuple):
    """A block and its lines, in reading order."""

    block: Block
    lines: tuple[LineNode, ...]


def tree(page: Page) -> tuple[BlockNode, ...]:
    """page's blocks with their lines with their words, in reading order; none for a page without words."""
    words = {word.id: word for word in page.words}
    lines = {line.id: LineNode(line, tuple(words[i] for i in line.words)) for line in page.lines}
    return tuple(BlockNode(block, tuple(lines[i] for i in block.lines)) for block in page.blocks)


def box(polygons: Iterable[Polygon], page: Page) -> Box:
    """The least box around polygons (one or more), cut to the photo: coordinates there are never negative."""
    points = [point for polygon in polygons for point in polygon]
    width, height = size(page)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(
        min(max(math.floor(min(xs)), 0), width),
        min(max(math.floor(min(ys)), 0), height),
        min(max(math.ceil(max(xs)), 0), width),
        min(max(math.ceil(max(ys)), 0), height),
    )


def size(page: Page) -> tuple[int, int]:
    """Width and height of the photo in pixels; 0, 0 for one that could not be read."""
    return (page.image.width, page.image.height) if page.image is not None else (0, 0)


def plain(number: float) -> str:
    """number, at most one decimal, never with an exponent: "12", "12.5"."""
    return f"{number:.1f}".removesuffix(".0")


def one_line(text: str) -> str:
    """text without what breaks a line, a table or the encoding: line breaks and tabs become a space each,
    other control characters and lone surrogates U+FFFD.
    """
    spaced = "".join(" " if c in "\t\n\r\v\f\x85\u2028\u2029" else c for c in text)
    return "".join(c if c == " " or c.isprintable() or c.isspace() else "\ufffd" for c in spaced)
