"""Glyphs as signed-distance fields in one texture, from which a device composes words.

A distance instead of a coverage can be sampled at any scale, and thresholds make it bold, outlined or soft
(Green 2007, "Improved Alpha-Tested Magnification for Vector Textures and Special Effects").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from ocrpipe.errors import FontError
from ocrpipe.synth.fonts import Face, covered, open_font

EM = 32  # pixels per em in the atlas
CELL = 64  # pixels a side of a glyph's place
PEN = 16  # where the pen and the ascender line are in it, from its left and its top
REACH = 6.0  # pixels beyond which a distance is cut off
_FINER = 2  # times the resolution at which distances are measured


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """Glyphs of F faces by C characters.

    texture: (1, 1, F CELL, C CELL) float32, pixels inside (+) or outside (-) the ink, at most REACH; advance,
    left, top, right, bottom: (F, C) float32, pixels, the ink from the pen and the ascender line.
    """

    characters: str
    texture: Tensor
    advance: Tensor
    left: Tensor
    top: Tensor
    right: Tensor
    bottom: Tensor

    def to(self, device: torch.device) -> Atlas:
        """The same on another device."""
        moved = {f.name: getattr(self, f.name).to(device) for f in fields(self) if f.name != "characters"}
        return Atlas(characters=self.characters, **moved)


def build_atlas(faces: Sequence[Face], characters: str) -> Atlas:
    """All of characters in every one of faces that draws them all within a cell; unicase faces are left out.

    FontError where no face does.
    """
    rows, boxes = [], []
    for face in faces:
        if face.unicase or covered(face.path, characters) != frozenset(characters):
            continue
        drawn = [_field(face, char) for char in characters]
        if all(one is not None for one in drawn):
            kept = [one for one in drawn if one is not None]
            rows.append(np.concatenate([distances for distances, _ in kept], axis=1))
            boxes.append([box for _, box in kept])
    if not rows:
        raise FontError(f"no face among {len(faces)} draws all of {characters!r}; name more fonts")
    texture = torch.from_numpy(np.concatenate(rows))[None, None]
    columns = torch.tensor(boxes, dtype=torch.float32).unbind(dim=2)  # five of (F, C)
    return Atlas(characters, texture, *columns)


def _field(face: Face, char: str) -> tuple[NDArray[np.float32], tuple[float, ...]] | None:
    """A glyph's distances (CELL, CELL); its advance, left, top, right, bottom. None if it does not fit."""
    font = open_font(face.path, EM * _FINER)
    image = Image.new("L", (CELL * _FINER, CELL * _FINER))
    ImageDraw.Draw(image).text((PEN * _FINER, PEN * _FINER), char, fill=255, font=font)
    box = image.getbbox()
    margin = _FINER
    if box is None or min(box[:2]) < margin or max(box[2:]) > CELL * _FINER - margin:
        return None
    ink = (np.asarray(image) > 127).astype(np.uint8)
    inside, outside = (
        np.asarray(cv2.distanceTransform(side, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)) for side in (ink, 1 - ink)
    )
    # Both count from pixel centre to pixel centre: the edge is half a pixel nearer.
    fine = np.where(ink > 0, inside - 0.5, 0.5 - outside).astype(np.float32) / _FINER
    coarse = cv2.resize(fine, (CELL, CELL), interpolation=cv2.INTER_AREA)
    edges = tuple(edge / _FINER - PEN for edge in box)
    return np.clip(coarse, -REACH, REACH), (font.getlength(char) / _FINER, *edges)
