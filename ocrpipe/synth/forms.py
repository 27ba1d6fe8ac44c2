"""Forms: labels with rules to write on, typewriter fill-in, boxes to tick, cells, tables, fine print."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ocrpipe.synth.glyphs import Ink
from ocrpipe.synth.sheet import AIR, Colour, Sheet
from ocrpipe.synth.writer import ANY, PRINT, TYPED, Style, Writer


@dataclass(frozen=True, slots=True, eq=False)
class _Form:
    """What every part of one form shares."""

    sheet: Sheet
    writer: Writer
    label: Style
    filled: Style
    ink: Colour
    left: float
    right: float
    rng: np.random.Generator

    def words(self, style: Style, most: int, common: float = 0.2) -> list[str]:
        """One to `most` words."""
        number = int(self.rng.integers(1, most + 1))
        return [self.writer.word(style, self.rng, common=common) for _ in range(number)]

    def columns(self, most: int) -> list[tuple[float, float]]:
        """The width cut into one to `most` columns (left, right), not all alike."""
        number = int(self.rng.integers(1, most + 1))
        edges = np.sort(np.append(self.rng.uniform(0.15, 0.85, number - 1), (0.0, 1.0)))
        at = self.left + edges * (self.right - self.left)
        return [(a, b) for a, b in pairwise(at) if b - a > 4 * self.label.size]

    def fields(self, y: float) -> float:
        """Labels, each with a rule or a dotted gap after it, and perhaps something written there."""
        rng, base = self.rng, y + self.label.ascent + 2
        for left, right in self.columns(3):
            words = self.words(self.label, 3)
            words[-1] += ":" if rng.random() < 0.5 and ":" in self.label.known else ""
            end = self.sheet.line(words, self.label, left, y, right, self.ink) + self.label.size * 0.3
            if rng.random() < 0.65:
                self.sheet.rule(end, right - self.label.size, base, float(rng.uniform(0, 120)))
            if rng.random() < 0.65:
                start = end + self.label.size * rng.uniform(0.1, 1.5)
                up = base - self.filled.ascent - rng.integers(-1, 4)
                self.sheet.line(self.words(self.filled, 5), self.filled, start, up, right, self.ink)
        return y + max(self.label.leading, self.filled.leading) * self.rng.uniform(1.0, 1.8)

    def ticks(self, y: float) -> float:
        """Boxes to tick, each with a word or two; some are ticked, which is no word."""
        side, x = self.label.size * 0.8, self.left
        while x < self.right - 5 * side:
            self.sheet.box(x, y + side * 0.3, x + side, y + side * 1.3, 30)
            if self.rng.random() < 0.3:
                self.sheet.rule(x + 2, x + side - 2, y + side * 0.8, 30, 2)
            words = self.words(self.label, 2)
            x = self.sheet.line(words, self.label, x + 1.5 * side, y, self.right, self.ink)
            x += side * self.rng.uniform(1, 4)
        return y + self.label.leading * 1.3

    def heading(self, y: float) -> float:
        """A line of title, large, underlined, or light on a dark bar."""
        style = self.writer.style(round(self.label.size * self.rng.uniform(1.1, 1.7)), self.rng, PRINT, 0.6)
        x, kind, ink = self.left, self.rng.random(), self.ink
        if self.rng.random() < 0.4:
            x += (self.right - self.left) * self.rng.uniform(0, 0.5)
        if kind < 0.3:
            bottom = y + style.leading + 3
            self.sheet.canvas[max(0, int(y) - 3) : int(bottom), int(self.left) : int(self.right)] = (
                self.rng.uniform(10, 110)
            )
            ink = np.full(3, 250, np.float32)
        end = self.sheet.line(self.words(style, 5), style, x + 3, y, self.right, ink)
        if kind > 0.7:
            self.sheet.rule(x + 3, end, y + style.ascent + 3, 20, 1 + int(kind > 0.9))
        return y + style.leading * 1.4

    def cells(self, y: float) -> float:
        """A row of boxes, a small label in the corner of each, and perhaps something written under it."""
        height = self.label.leading + self.filled.leading * self.rng.uniform(0.9, 1.4)
        grey = float(self.rng.uniform(0, 110))
        for left, right in self.columns(4):
            self.sheet.box(left, y, right, y + height, grey)
            self.sheet.line(self.words(self.label, 3), self.label, left + 3, y + 2, right - 2, self.ink)
            if self.rng.random() < 0.6:
                below = y + self.label.leading
                words = self.words(self.filled, 3)
                self.sheet.line(words, self.filled, left + 6, below, right - 2, self.ink)
        return y + height + (0 if self.rng.random() < 0.6 else self.label.size)

    def table(self, y: float) -> float:
        """Rows of a name and figures in columns, with all, some or no rules."""
        count = int(self.rng.integers(2, 7))
        first = self.left + (self.right - self.left) * self.rng.uniform(0.2, 0.4)
        stops = np.linspace(first, self.right, count + 1)
        grid, grey, top = self.rng.random(), float(self.rng.uniform(0, 130)), y
        step = self.filled.leading * self.rng.uniform(1, 1.3)
        for _ in range(int(self.rng.integers(2, 7))):
            if grid < 0.5:
                self.sheet.rule(self.left, self.right, y - 1, grey)
            self.sheet.line(self.words(self.label, 3), self.label, self.left + 3, y, first - 2, self.ink)
            for x, stop in pairwise(stops):
                text = [self.writer.figure(self.filled, self.rng)]
                if self.rng.random() < 0.9:
                    self.sheet.line(text, self.filled, x + 4, y, stop - 1, self.ink)
            y += step
        if grid < 0.3:
            for x in (self.left, *stops):
                self.sheet.upright(x, top, y, grey)
        return y + self.label.size * 0.5

    def small_print(self, y: float) -> float:
        """Lines of running text, smaller than the rest."""
        style = self.writer.style(max(9, round(self.label.size * 0.85)), self.rng, PRINT, upper=0.05)
        for _ in range(int(self.rng.integers(1, 5))):
            words = [self.writer.word(style, self.rng, common=0.5) for _ in range(24)]
            self.sheet.line(words, style, self.left, y, self.right, self.ink)
            y += style.leading
        return y + style.size * 0.5


def form(writer: Writer, height: int, width: int, pixels: int, rng: np.random.Generator) -> Sheet:
    """A form with labels of `pixels` per em."""
    grey = float(rng.uniform(225, 255))
    sheet = Sheet.of(height, width, (grey + rng.uniform(-5, 5, 3)).astype(np.float32))
    label = writer.style(pixels, rng, PRINT, upper=0.5)
    hand = (TYPED, TYPED, PRINT, ("script",), ANY)[int(rng.integers(5))]
    filled = writer.style(round(pixels * rng.uniform(0.95, 1.3)), rng, hand, upper=0.3)
    ink = rng.uniform(0, 70, 3).astype(np.float32)
    margin = width * rng.uniform(0.01, 0.08)
    parts = _Form(sheet, writer, label, filled, ink, margin, width - margin * rng.uniform(0.3, 2), rng)
    kinds = (parts.fields, parts.ticks, parts.heading, parts.cells, parts.table, parts.small_print)
    shares = np.array([0.42, 0.06, 0.1, 0.14, 0.14, 0.14])
    y = float(rng.uniform(0, 2 * pixels))
    while y < height - pixels:
        part = kinds[int(rng.choice(len(kinds), p=shares))]
        y = part(y) + pixels * rng.uniform(0, 0.5)
    if rng.random() < 0.3:
        number_on_its_side(sheet, filled, "".join(map(str, rng.integers(0, 10, 8))), rng)
    return sheet


def number_on_its_side(sheet: Sheet, style: Style, text: str, rng: np.random.Generator) -> None:
    """text climbing or falling along an edge of the sheet, as archives stamp pages."""
    drawn = style.ink(text) if style.known.issuperset(text) else None
    if drawn is None or drawn.mask.shape[1] + 4 > sheet.canvas.shape[0]:
        return
    turns = int(rng.choice([1, 3]))  # quarter turns to the left
    turned = Ink(np.rot90(drawn.mask, turns), 0, 0, 0.0)
    height, width = turned.mask.shape
    left = int(rng.choice([3, sheet.canvas.shape[1] - width - 4]))
    top = int(rng.integers(0, sheet.canvas.shape[0] - height))
    sheet.canvas[top : top + height, left - 2 : left + width + 2] = sheet.canvas[0, 0]
    sheet.words = [word for word in sheet.words if not _touches(word.quad, left - 2, top, width + 4, height)]
    sheet.stamp(text, turned, left, top, AIR * style.size, np.full(3, 20, np.float32))
    word = sheet.words[-1]
    # A quad begins where the text is read from: below for text that climbs.
    word.quad[:] = np.roll(word.quad, 1 if turns == 1 else -1, axis=0)


def _touches(quad: np.ndarray[tuple[int, ...], np.dtype[np.float32]], x: int, y: int, w: int, h: int) -> bool:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return bool(left < x + w and right > x and top < y + h and bottom > y)
