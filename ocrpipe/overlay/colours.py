"""Colours for scores, and the legend that explains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocrpipe.overlay.fonts import MIN_LETTER, font

Colour = tuple[int, int, int]

# Least score of each step and its colour: blue, green, yellow, vermilion, after the palette of Okabe and Ito
# (2008), which people with any kind of colour vision tell apart.
STEPS: tuple[tuple[float, Colour], ...] = (
    (0.95, (0, 114, 178)),
    (0.8, (0, 158, 115)),
    (0.5, (240, 180, 0)),
    (0.0, (213, 60, 0)),
)
INK: Colour = (16, 16, 16)
PAPER: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Entry:
    """A text of the legend and the swatch before it, if any, which begins at x; the text stands at text_x."""

    text: str
    swatch: Colour | None
    x: float
    text_x: float


@dataclass(frozen=True, slots=True)
class Legend:
    """A strip of height pixels; letters and swatches of unit pixels on its middle."""

    height: int
    unit: int
    entries: tuple[Entry, ...]


def colour(score: float) -> Colour:
    """RGB of the step that score, 0..1, falls in."""
    return next((rgb for least, rgb in STEPS if score >= least), STEPS[-1][1])


def tint(rgb: Colour) -> Colour:
    """A pale version of rgb, on which dark letters stand out."""
    red, green, blue = (round(0.2 * channel + 0.8 * 255) for channel in rgb)
    return red, green, blue


def plan_legend(width: int, title: str, scores: Sequence[float]) -> Legend:
    """title, and each step's colour, range and number of scores, side by side; as many as fit into width."""
    unit = int(np.clip(width / 70, MIN_LETTER, 40))
    face = font(unit)
    entries: list[Entry] = []
    x = float(unit)
    for text, swatch in _entries(title, scores):
        text_x = x + (unit * 1.4 if swatch else 0.0)
        end = text_x + face.getlength(text)
        if end > width:
            break
        entries.append(Entry(text, swatch, x, text_x))
        x = end + unit * 1.2
    return Legend(round(unit * 2.2), unit, tuple(entries))


def legend(width: int, title: str, scores: Sequence[float]) -> NDArray[np.uint8]:
    """The strip that `plan_legend` describes, (h, width, 3) uint8 RGB."""
    plan = plan_legend(width, title, scores)
    picture = Image.new("RGB", (width, plan.height), PAPER)
    pen = ImageDraw.Draw(picture)
    middle, unit = plan.height / 2, plan.unit
    for entry in plan.entries:
        if entry.swatch:
            pen.rectangle(
                (entry.x, middle - unit * 0.5, entry.x + unit, middle + unit * 0.5), fill=entry.swatch
            )
        pen.text((entry.text_x, middle), entry.text, fill=INK, font=font(unit), anchor="lm")
    return np.array(picture, np.uint8)


def _entries(title: str, scores: Sequence[float]) -> list[tuple[str, Colour | None]]:
    """The legend's texts with their swatches, the title first."""
    shades = [colour(score) for score in scores]
    entries: list[tuple[str, Colour | None]] = [(title, None)]
    upper = 1.0
    for least, shade in STEPS:
        entries.append((f"{least:g} to {upper:g}  ({shades.count(shade)})", shade))
        upper = least
    return entries
