"""Mistakes as a picture: each crop with what it says and what was read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocrpipe.evaluate.words import Mistake
from ocrpipe.overlay.fonts import font

_COLUMNS, _WIDTH, _HEIGHT = 4, 320, 96  # of a cell, in pixels
_CROP, _MARGIN = 56, 6  # height of a crop in it
_INK, _RED, _GREEN = (16, 16, 16), (200, 0, 0), (0, 130, 0)


def error_sheet(mistakes: Sequence[Mistake], title: str) -> NDArray[np.uint8]:
    """mistakes in their order, four a row, as (H, 1280, 3) uint8 RGB: the crop, below it the truth in green,
    what was read in red, and the score.
    """
    rows = -(-len(mistakes) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * _WIDTH, 32 + rows * _HEIGHT), "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((_MARGIN, 8), title, fill=_INK, font=font(15))
    for place, mistake in enumerate(mistakes):
        left, top = place % _COLUMNS * _WIDTH + _MARGIN, 32 + place // _COLUMNS * _HEIGHT
        crop = Image.fromarray(mistake.crop)
        wide = max(1, min(_WIDTH - 2 * _MARGIN, round(crop.width * _CROP / crop.height)))
        sheet.paste(crop.resize((wide, _CROP), Image.Resampling.BICUBIC), (left, top))
        x = float(left)
        texts = ((mistake.true, _GREEN), (mistake.read or "(nothing)", _RED), (f"{mistake.score:.2f}", _INK))
        for text, colour in texts:
            pen.text((x, top + _CROP + 6), text, fill=colour, font=font(16))
            x += font(16).getlength(text) + 12
    return np.array(sheet, np.uint8)
