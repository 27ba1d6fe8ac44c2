"""Words set letter by letter from glyphs that are drawn once a face and size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocrpipe.synth.fonts import open_font


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """mask: (H, W) uint8, 255 where the ink is, with no empty row or column at its edges (nothing drawn: no
    pixels at all); left, top: where it lies from the pen, x along the line, y down from the ascender line;
    advance: how far the pen moves on. All in pixels.
    """

    mask: NDArray[np.uint8]
    left: int
    top: int
    advance: float


@lru_cache(maxsize=30_000)
def glyph(path: Path, size: int, char: str) -> Ink:
    """One character of the face at size pixels per em. FontError where it is no font."""
    font, reach = open_font(path, size), size  # for swashes, and for faces that lie about their ascent
    ascent, descent = font.getmetrics()
    height = min(ascent, 3 * size) + min(abs(descent), 3 * size) + 2 * reach
    advance = font.getlength(char)
    image = Image.new("L", (int(advance) + 2 * reach, height))
    ImageDraw.Draw(image).text((reach, reach), char, fill=255, font=font)
    box = image.getbbox()
    if box is None:
        return Ink(np.zeros((0, 0), np.uint8), 0, 0, advance)
    return Ink(np.asarray(image.crop(box), np.uint8), box[0] - reach, box[1] - reach, advance)


def ink(text: str, path: Path, size: int, tracking: float = 0.0) -> Ink:
    """text in one line, `tracking` extra pixels after each letter; without kerning."""
    pen, pieces = 0.0, []
    for char in text:
        one = glyph(path, size, char)
        if one.mask.size:
            pieces.append((round(pen) + one.left, one))
        pen += one.advance + tracking
    if not pieces:
        return Ink(np.zeros((0, 0), np.uint8), 0, 0, pen)
    left, top = min(x for x, _ in pieces), min(one.top for _, one in pieces)
    right = max(x + one.mask.shape[1] for x, one in pieces)
    bottom = max(one.top + one.mask.shape[0] for _, one in pieces)
    mask = np.zeros((bottom - top, right - left), np.uint8)
    for x, one in pieces:
        height, width = one.mask.shape
        area = mask[one.top - top : one.top - top + height, x - left : x - left + width]
        np.maximum(area, one.mask, out=area)
    return Ink(mask, left, top, pen - tracking)
