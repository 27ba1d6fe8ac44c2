"""Colours for scores, and the legend that explains them."""

from __future__ import annotations

from collections.abc import Sequence

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


def colour(score: float) -> Colour:
    """RGB of the step that score, 0..1, falls in."""
    return next((rgb for least, rgb in STEPS if score >= least), STEPS[-1][1])


def tint(rgb: Colour) -> Colour:
    """A pale version of rgb, on which dark letters stand out."""
    red, green, blue = (round(0.2 * channel + 0.8 * 255) for channel in rgb)
    return red, green, blue


def legend(width: int, title: str, scores: Sequence[float]) -> NDArray[np.uint8]:
    """A strip (h, width, 3): title, and each step's colour, range and number of scores; as many as fit."""
    unit = int(np.clip(width / 70, MIN_LETTER, 40))
    face = font(unit)
    picture = Image.new("RGB", (width, round(unit * 2.2)), PAPER)
    pen = ImageDraw.Draw(picture)
    x, middle = float(unit), picture.height / 2
    for text, swatch in _entries(title, scores):
        indent = unit * 1.4 if swatch else 0.0
        if x + indent + face.getlength(text) > width:
            break
        if swatch:
            pen.rectangle((x, middle - unit * 0.5, x + unit, middle + unit * 0.5), fill=swatch)
        pen.text((x + indent, middle), text, fill=INK, font=face, anchor="lm")
        x += indent + face.getlength(text) + unit * 1.2
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
