"""Rendered scenes for the detector: printed pages, and photos with signs, each with a quad for every word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import ImageError
from ocrpipe.synth.pages import print_page
from ocrpipe.synth.signs import hang, trimmed
from ocrpipe.synth.text_block import Writer

Photo = NDArray[np.uint8]
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True, slots=True, eq=False)
class RenderedScene:
    """image: (S, S, 3) uint8 RGB; quads: (N, 4, 2) float32 in its pixels, perhaps reaching over its edge."""

    image: Photo
    quads: NDArray[np.float32]


def load_photos(folder: Path) -> list[Photo]:
    """Colour photos of folder, (H, W, 3) uint8 RGB, at least 64 px a side, by name. ImageError if none."""
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)
    photos = (cv2.imread(str(path), cv2.IMREAD_COLOR) for path in files)
    usable = [np.asarray(p[:, :, ::-1], np.uint8) for p in photos if p is not None and min(p.shape[:2]) >= 64]
    if not usable:
        raise ImageError(
            f"{folder}: no background photo of 64 px or more; name a folder with JPEG or PNG files"
        )
    return usable


@dataclass(frozen=True, slots=True)
class SceneRenderer:
    """Draws square scenes of any size from 64 px; every choice comes from the generator given."""

    writer: Writer
    photos: Sequence[Photo]

    def page(self, size: int, rng: np.random.Generator) -> RenderedScene:
        """A piece of a printed page or form: small text in columns, rules, boxes, dark bars."""
        canvas, quads = print_page(self.writer, size, rng)
        return RenderedScene(np.clip(canvas, 0, 255).astype(np.uint8), quads)

    def street(self, size: int, rng: np.random.Generator) -> RenderedScene:
        """A photo with one to five pieces of text on it, some on plates, tilted, not overlapping."""
        canvas = self._background(size, rng)
        taken = np.zeros((size, size), np.uint8)
        quads = [np.zeros((0, 4, 2), np.float32)]
        for _ in range(int(rng.integers(1, 6))):
            pixels = int(np.exp(rng.uniform(np.log(13), np.log(72))))
            width = int(min(size * 0.95, pixels * rng.uniform(3, 14)))
            block = self.writer.block(width, int(rng.integers(1, 4)), pixels, rng)
            if len(block.quads):
                quads.append(hang(canvas, taken, trimmed(block), rng))
        return RenderedScene(np.clip(canvas, 0, 255).astype(np.uint8), np.concatenate(quads))

    def _background(self, size: int, rng: np.random.Generator) -> NDArray[np.float32]:
        photo = self.photos[int(rng.integers(len(self.photos)))]
        side = int(rng.integers(64, min(photo.shape[:2]) + 1))
        top, left = int(rng.integers(photo.shape[0] - side + 1)), int(rng.integers(photo.shape[1] - side + 1))
        piece = photo[top : top + side, left : left + side]
        return cv2.resize(piece, (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32)
