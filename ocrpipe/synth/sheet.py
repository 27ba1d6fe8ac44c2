"""A flat piece with words on it: a page, a plate, a label, or nothing but ink to be laid on a surface."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth.glyphs import Ink
from ocrpipe.synth.writer import Style

Canvas = NDArray[np.float32]  # (H, W, 3), RGB, 0..255
Colour = NDArray[np.float32]  # (3,), RGB, 0..255
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
AIR = 0.05  # of the em: the little air that people leave who draw boxes


def luma(colour: Colour) -> float:
    """How bright a colour (3,) looks, 0..255."""
    return float(colour @ _LUMA)


@dataclass(frozen=True, slots=True)
class Placed:
    """A word: its quad (4, 2) float32 in pixels, and how far in grey levels it stands out."""

    text: str
    quad: NDArray[np.float32]
    contrast: float


@dataclass(slots=True, eq=False)
class Sheet:
    """canvas: (H, W, 3) float32; coverage: (H, W) uint8, 255 where the sheet hides what it is laid on, None
    for everywhere; words in the order they were written.
    """

    canvas: Canvas
    coverage: NDArray[np.uint8] | None = None
    words: list[Placed] = field(default_factory=list)
    bare: bool = False  # only ink, whose colour the place decides; the canvas says nothing

    @classmethod
    def of(cls, height: int, width: int, colour: Colour) -> Sheet:
        """An empty, opaque one."""
        return cls(np.broadcast_to(colour, (height, width, 3)).copy())

    @classmethod
    def decal(cls, height: int, width: int) -> Sheet:
        """Nothing but the ink that will be written."""
        return cls(np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.uint8), bare=True)

    def write(
        self, text: str, style: Style, x: float, y: float, colour: Colour, opacity: float = 1.0
    ) -> float:
        """One word, its ink from x on, its ascender line at y; returns where its ink ends.

        A word that is not at all on the sheet leaves no trace.
        """
        drawn = style.ink(text)
        self.stamp(text, drawn, round(x), round(y) + drawn.top, AIR * style.size, colour, opacity)
        return float(round(x) + drawn.mask.shape[1])

    def stamp(
        self, text: str, drawn: Ink, left: int, top: int, air: float, colour: Colour, opacity: float = 1.0
    ) -> None:
        """Ink with its upper left corner at (left, top), and its quad with air pixels around it."""
        h, w = drawn.mask.shape
        height, width = self.canvas.shape[:2]
        y0, y1, x0, x1 = max(top, 0), min(top + h, height), max(left, 0), min(left + w, width)
        if y0 >= y1 or x0 >= x1:
            return
        mask = drawn.mask[y0 - top : y1 - top, x0 - left : x1 - left]
        area = self.canvas[y0:y1, x0:x1]
        contrast = abs(luma(colour) - luma(area[0, 0])) * opacity
        if self.coverage is None:
            area += (colour - area) * (mask[:, :, None] * np.float32(opacity / 255))
        else:
            held = self.coverage[y0:y1, x0:x1]
            np.maximum(held, mask, out=held)
        a, b, c, d = left - air, top - air, left + w + air, top + h + air
        self.words.append(Placed(text, np.array([[a, b], [c, b], [c, d], [a, d]], np.float32), contrast))

    def line(
        self,
        words: Iterable[str],
        style: Style,
        x: float,
        y: float,
        right: float,
        colour: Colour,
        opacity: float = 1.0,
    ) -> float:
        """words one after the other as long as they end before right; returns where the last one ends."""
        end = x
        for text in words:
            drawn = style.ink(text)
            if x + drawn.mask.shape[1] > right:
                break
            self.stamp(text, drawn, round(x), round(y) + drawn.top, AIR * style.size, colour, opacity)
            end = round(x) + drawn.mask.shape[1]
            x = end + style.gap
        return end

    def rule(self, x0: float, x1: float, y: float, grey: float, thick: int = 1) -> None:
        """A level line from x0 to x1, downwards from y."""
        self.canvas[max(0, int(y)) : max(0, int(y) + thick), max(0, int(x0)) : max(0, int(x1))] = grey

    def upright(self, x: float, y0: float, y1: float, grey: float, thick: int = 1) -> None:
        """A plumb line from y0 to y1, to the right from x."""
        self.canvas[max(0, int(y0)) : max(0, int(y1)), max(0, int(x)) : max(0, int(x) + thick)] = grey

    def box(self, x0: float, y0: float, x1: float, y1: float, grey: float, thick: int = 1) -> None:
        """The outline of a rectangle."""
        for y in (y0, y1 - thick):
            self.rule(x0, x1, y, grey, thick)
        for x in (x0, x1 - thick):
            self.upright(x, y0, y1, grey, thick)
