"""Text -> coverage mask: one word, or a few in a row, in one face, with letter spacing, and perhaps
neighbours as in running text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Raster:
    """mask: (H, W) uint8, 255 where the ink is; box: x0, y0, x1, y1 of the word's own ink in it, in
    pixels.
    """

    mask: Mask
    box: tuple[int, int, int, int]


def rasterise(
    text: str, font: ImageFont.FreeTypeFont, spacing: float = 0.0, margin: int = 8, gap: float = 1.0
) -> Raster | None:
    """The word in white on black, `margin` px around it; spacing is extra px a letter. None if nothing was
    drawn. gap: between several words, in widths of the face's own space.
    """
    wider = (gap - 1) * font.getlength(" ")
    pieces = list(text) if spacing else text.split(" ")
    starts, before = [], ""
    for piece in pieces:
        starts.append(font.getlength(before) + len(before) * spacing + before.count(" ") * wider)
        before += piece if spacing else piece + " "
    width = starts[-1] + font.getlength(pieces[-1])
    ascent, descent = font.getmetrics()
    reach = int(font.size) // 2 + margin  # italics and swashes overhang their advance
    image = Image.new("L", (int(width) + 2 * reach + 1, ascent + descent + 2 * reach))
    draw = ImageDraw.Draw(image)
    for start, piece in zip(starts, pieces, strict=True):
        draw.text((reach + start, reach), piece, fill=255, font=font)
    box = image.getbbox()
    if box is None:
        return None
    outer = (max(0, box[0] - margin), max(0, box[1] - margin), box[2] + margin, box[3] + margin)
    mask = np.array(image.crop(outer))
    return Raster(mask, (box[0] - outer[0], box[1] - outer[1], box[2] - outer[0], box[3] - outer[1]))


def beside(word: Raster, other: Raster, where: str, gap: int) -> Raster:
    """word with other's ink `gap` px to its "left", "right", or "above", "below": what a crop's edge really
    shows.
    """
    x0, y0, x1, y1 = word.box
    ink = other.mask[other.box[1] : other.box[3], other.box[0] : other.box[2]]
    h, w = ink.shape
    left = {"left": x0 - gap - w, "right": x1 + gap}.get(where, x0)
    top = {"above": y0 - gap - h, "below": y1 + gap}.get(where, y0 + (y1 - y0 - h) // 2)
    mask = word.mask.copy()
    a, b = max(top, 0), min(top + h, mask.shape[0])
    c, d = max(left, 0), min(left + w, mask.shape[1])
    if a < b and c < d:
        part = ink[a - top : b - top, c - left : d - left]
        np.maximum(mask[a:b, c:d], part, out=mask[a:b, c:d])
    return Raster(mask, word.box)
