"""Glyphs as signed-distance fields in one texture, from which a device composes words.

A distance instead of a coverage can be sampled at any scale, and thresholds make it bold, outlined or soft
(Green 2007, "Improved Alpha-Tested Magnification for Vector Textures and Special Effects").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from ocrpipe.errors import FontError
from ocrpipe.synth.fonts import Face, covered, open_font
from ocrpipe.synth.processes import mapped
from ocrpipe.synth.writer import DOCUMENT_FACES

EM = 32  # pixels per em in the atlas
CELL = 64  # pixels a side of a glyph's place
PEN = 16  # where the pen and the ascender line are in it, from its left and its top
REACH = 6.0  # pixels beyond which a distance is cut off
_FINER = 2  # times the resolution at which distances are measured


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """Glyphs of F faces by C characters.

    texture: (1, 1, F CELL, C CELL) float32, pixels inside (+) or outside (-) the ink, at most REACH; advance,
    left, top, right, bottom: (F, C) float32, pixels, the ink from the pen and the ascender line; share: (F,)
    float32, how often a face is to be drawn, so that a family of forty weights is not seen forty times as
    often; printed: the same for documents, which are set in text faces mostly.
    """

    characters: str
    texture: Tensor
    advance: Tensor
    left: Tensor
    top: Tensor
    right: Tensor
    bottom: Tensor
    share: Tensor
    printed: Tensor

    def to(self, device: torch.device) -> Atlas:
        """The same on another device."""
        moved = {f.name: getattr(self, f.name).to(device) for f in fields(self) if f.name != "characters"}
        return Atlas(characters=self.characters, **moved)


def build_atlas(faces: Sequence[Face], characters: str, processes: int = 0) -> Atlas:
    """All of characters in every one of faces that draws them all within a cell; unicase faces are left out.

    processes: how many draw beside each other, 0 for this one alone; a core makes about a thousand glyphs a
    second. FontError where no face does.
    """
    drawn = mapped(partial(_drawn, characters=characters), faces, processes)
    rows = [(face, *row) for face, row in zip(faces, drawn, strict=True) if row is not None]
    if not rows:
        raise FontError(f"no face among {len(faces)} draws all of {characters!r}; name more fonts")
    texture = torch.from_numpy(np.concatenate([row[1] for row in rows]))[None, None]
    told = torch.tensor([row[2] for row in rows], dtype=torch.float32)  # (F, C, 5)
    advance, left, top, right, bottom = told.unbind(dim=2)
    members = Counter(face.family for face, *_ in rows)
    share = torch.tensor([1 / members[face.family] for face, *_ in rows])
    printed = _printed(share, [face.category for face, *_ in rows])
    return Atlas(characters, texture, advance, left, top, right, bottom, share / share.sum(), printed)


def _printed(share: Tensor, categories: Sequence[str]) -> Tensor:
    """How often a document is set in each face, (F,), as `writer.DOCUMENT_FACES` has it: a kind that there is
    none of gives its part to all.
    """
    total = torch.zeros_like(share)
    for part, kinds in DOCUMENT_FACES:
        of = torch.tensor([not kinds or category in kinds for category in categories])
        chosen = share * of if bool(of.any()) else share
        total += part * chosen / chosen.sum()
    return total


def _drawn(face: Face, characters: str) -> tuple[NDArray[np.float32], list[tuple[float, ...]]] | None:
    """A face's glyphs beside each other (CELL, C CELL), and what `_field` tells of each; None if one does not
    do.
    """
    if face.unicase or covered(face.path, characters) != frozenset(characters):
        return None
    glyphs = []
    for char in characters:
        glyph = _field(face, char)
        if glyph is None:
            return None
        glyphs.append(glyph)
    return np.concatenate([distances for distances, _ in glyphs], axis=1), [told for _, told in glyphs]


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
    inside, outside = (_distance(side) for side in (ink, 1 - ink))
    # Both count from pixel centre to pixel centre: the edge is half a pixel nearer.
    fine = np.where(ink > 0, inside - 0.5, 0.5 - outside).astype(np.float32) / _FINER
    coarse = cv2.resize(fine, (CELL, CELL), interpolation=cv2.INTER_AREA)
    edges = tuple(edge / _FINER - PEN for edge in box)
    return np.clip(coarse, -REACH, REACH), (font.getlength(char) / _FINER, *edges)


def _distance(inside: NDArray[np.uint8]) -> NDArray[np.float32]:
    """From each pixel that is not 0 to the nearest that is, (H, W), centre to centre.

    The last bits of OpenCV's depend on where in memory the picture lies; squared they are whole numbers.
    """
    found = np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)
    return np.asarray(np.sqrt(np.rint(found * found)), np.float32)
