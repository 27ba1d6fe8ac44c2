"""The facing page: what was read, set in place on blank paper, for pages too dense for labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocrpipe.overlay.colours import INK, PAPER, Colour, tint
from ocrpipe.overlay.fonts import font
from ocrpipe.overlay.layout import extents

_LEAST = 6  # pixels of font size; what does not fit its box then stands out of it
_TRIAL = 64  # font size at which text is measured; lengths grow in proportion
_UPRIGHT = 3.0  # degrees within which text is set level: turning it would only blur it


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text is set in its quad: its middle at x, y, letters of size pixels, turned by angle in degrees,
    clockwise; 0.0 for one that is nearly level.
    """

    x: float
    y: float
    size: int
    angle: float


def facing_page(
    texts: Sequence[str], quads: NDArray[np.float64], colours: Sequence[Colour], width: int, height: int
) -> NDArray[np.uint8]:
    """A page (height, width, 3) uint8 RGB with each text as large as its quad allows, turned as it is."""
    picture = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(picture)
    for quad, shade in zip(quads, colours, strict=True):
        pen.polygon([(float(x), float(y)) for x, y in quad], fill=tint(shade), outline=shade)
    for text, quad in zip(texts, quads, strict=True):
        if text:
            _set(picture, pen, text, setting(text, quad))
    return np.array(picture, np.uint8)


def setting(text: str, quad: NDArray[np.float64]) -> Setting:
    """How text, not empty, is set in quad, (4, 2)."""
    along, across = extents(quad)
    edge = quad[1] - quad[0]
    if across > 1.5 * along and len(text) > 1:  # a tall quad that nobody turned: read downwards
        along, across, edge = across, along, quad[2] - quad[1]
    fitting = _TRIAL * 0.96 * along / max(font(_TRIAL).getlength(text), 1.0)
    x, y = (float(v) for v in quad.mean(axis=0))
    angle = float(np.degrees(np.arctan2(edge[1], edge[0])))
    size = max(_LEAST, int(min(0.82 * across, fitting)))
    return Setting(x, y, size, 0.0 if abs(angle) <= _UPRIGHT else angle)


def _set(picture: Image.Image, pen: ImageDraw.ImageDraw, text: str, to: Setting) -> None:
    face = font(to.size)
    if to.angle == 0:
        pen.text((to.x, to.y), text, fill=INK, font=face, anchor="mm")
        return
    side = int(np.ceil(np.hypot(face.getlength(text), 2 * face.size))) + 2
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).text((side / 2, side / 2), text, fill=255, font=face, anchor="mm")
    mask = mask.rotate(-to.angle, Image.Resampling.BICUBIC)  # Pillow turns anticlockwise
    picture.paste(INK, (round(to.x - side / 2), round(to.y - side / 2)), mask)
