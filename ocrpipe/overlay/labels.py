"""Labels beside their words, each a pale tag with dark letters in a frame of its word's colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocrpipe.overlay.colours import INK, Colour, tint
from ocrpipe.overlay.fonts import MIN_LETTER, font
from ocrpipe.overlay.layout import place_labels, word_height

_SHRINK = (1.0, 0.85, 0.7)  # sizes a label may take where there is no room
_HIDING = 0.1  # of a label's area on others that makes it one too many
_LINE = 1.3  # height of a label, in font sizes
_BASELINE = 0.76  # of that height


@dataclass(frozen=True, slots=True)
class Tag:
    """A label in its place: box (x0, y0, x1, y1) in whole pixels, right and bottom not included; its text
    stands at the middle of the box, on the row baseline, in letters of size pixels.
    """

    text: str
    size: int
    box: tuple[int, int, int, int]
    baseline: int
    shade: Colour

    @property
    def middle(self) -> float:
        """Where the text is centred, x in pixels."""
        return (self.box[0] + self.box[2]) / 2


@dataclass(frozen=True, slots=True)
class _Label:
    """A text at one size, and the size of its box; width 0 where there is nothing to show."""

    text: str
    font: ImageFont.FreeTypeFont
    width: float
    height: float


def plan_labels(
    texts: Sequence[str], quads: NDArray[np.float64], colours: Sequence[Colour], width: int, height: int
) -> tuple[list[Tag], float]:
    """A tag for each text that is not empty, on a picture of width x height pixels, and how crowded it is.

    quads: (N, 4, 2) of the words, in its pixels. Crowded is the fraction, 0..1, of labels that hide another
    word or label by more than a tenth of themselves.
    """
    variants = [_variants(text, quad, width, height) for text, quad in zip(texts, quads, strict=True)]
    sizes = np.array([[(v.width, v.height) for v in labels] for labels in variants], np.float64)
    gap = max(2.0, max(width, height) / 600)
    placed = place_labels(quads, sizes.reshape(len(texts), len(_SHRINK), 2), width, height, gap)
    chosen = [labels[step] for labels, step in zip(variants, placed.steps, strict=True)]
    tags = [
        _tag(label, box, shade)
        for label, box, shade in zip(chosen, placed.boxes, colours, strict=True)
        if label.width > 0
    ]
    shown = np.array([label.width > 0 for label in chosen], bool)
    return tags, float((placed.hiding[shown] > _HIDING).mean()) if shown.any() else 0.0


def draw_labels(canvas: NDArray[np.uint8], tags: Sequence[Tag]) -> NDArray[np.uint8]:
    """canvas, (H, W, 3) uint8 RGB, with tags on it, a new array."""
    picture = Image.fromarray(canvas)
    pen = ImageDraw.Draw(picture)
    for tag in tags:
        x0, y0, x1, y1 = tag.box
        pen.rectangle((x0, y0, x1 - 1, y1 - 1), fill=tint(tag.shade), outline=tag.shade)
        pen.text((tag.middle, tag.baseline), tag.text, fill=INK, font=font(tag.size), anchor="ms")
    return np.array(picture, np.uint8)


def _variants(text: str, quad: NDArray[np.float64], width: int, height: int) -> list[_Label]:
    """The label of a word at each size it may take, never larger than the picture."""
    letters, longer = word_height(quad), max(width, height)
    least = max(MIN_LETTER, longer / 110)  # a large photo is seen from further away
    most = max(MIN_LETTER, longer / 45)
    size = max(min(0.7 * letters, most), min(0.9 * letters, least))
    return [_label(text, max(MIN_LETTER, round(size * shrink)), width, height) for shrink in _SHRINK]


def _label(text: str, size: int, width: int, height: int) -> _Label:
    face, pad = font(size), max(2.0, size / 6)
    room = width - 2 * pad
    if face.getlength(text) > room:  # cut nearly right at once, for a text may be long
        text = text[: 1 + int(len(text) * max(room, 0) / face.getlength(text) * 1.2)]
    while text and face.getlength(text) > room:
        text = text[:-2] + "…" if len(text) > 2 else ""
    if not text or size * _LINE > height:
        return _Label("", face, 0.0, 0.0)
    return _Label(text, face, float(np.ceil(face.getlength(text) + 2 * pad)), float(np.ceil(size * _LINE)))


def _tag(label: _Label, box: NDArray[np.float64], shade: Colour) -> Tag:
    x0, y0, x1, y1 = (round(float(side)) for side in box)
    baseline = y0 + round(label.height * _BASELINE)
    return Tag(label.text, int(label.font.size), (x0, y0, x1, y1), baseline, shade)
