"""Words set letter by letter from glyphs that are drawn once a face and size."""

from __future__ import annotations

import math
import string
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocrpipe.synth.fonts import open_font

_ASCII = string.digits + string.ascii_letters + string.punctuation
_STRIPPED = 28  # pixels per em up to which glyphs are drawn all at once


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
    if size <= _STRIPPED and char in _ASCII:
        strip, pens, reach = _strip(path, size)
        pen = pens[_ASCII.index(char)]
        cell = strip[:, pen - reach : pen + math.ceil(open_font(path, size).getlength(char)) + reach]
    else:
        cell, reach = _drawn(path, size, char)
    box = Image.fromarray(cell).getbbox()
    advance = open_font(path, size).getlength(char)
    if box is None:
        return Ink(np.zeros((0, 0), np.uint8), 0, 0, advance)
    mask = np.ascontiguousarray(cell[box[1] : box[3], box[0] : box[2]])
    return Ink(mask, box[0] - reach, box[1] - reach, advance)


def _drawn(path: Path, size: int, text: str) -> tuple[NDArray[np.uint8], int]:
    """text in one line, and the pixels left free to its left and above for swashes and false ascents."""
    font, reach = open_font(path, size), size
    ascent, descent = font.getmetrics()
    height = min(ascent, 3 * size) + min(abs(descent), 3 * size) + 2 * reach
    image = Image.new("L", (int(font.getlength(text)) + 2 * reach, height))
    ImageDraw.Draw(image).text((reach, reach), text, fill=255, font=font)
    return np.asarray(image), reach


@lru_cache(maxsize=48)
def _strip(path: Path, size: int) -> tuple[NDArray[np.uint8], list[int], int]:
    """All of ASCII drawn at once, far apart: drawing letters one by one costs ten times as much."""
    font = open_font(path, size)
    # As many spaces as keep each letter's reach, an em to either side, free of its neighbours.
    blank = " " * min(32, math.ceil(2 * size / max(font.getlength(" "), 1.0)))
    strip, reach = _drawn(path, size, "".join(char + blank for char in _ASCII))
    pens, pen = [], float(reach)
    for char in _ASCII:
        pens.append(round(pen))
        pen += font.getlength(char) + len(blank) * font.getlength(" ")
    return strip, pens, reach


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
