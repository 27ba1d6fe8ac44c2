"""What typewriters, copiers and forms do to print: ink that runs or fails, letters out of line, rules."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth.raster import Mask, Raster


def used(raster: Raster, rng: np.random.Generator, difficulty: float) -> Raster:
    """Print as forms and typewriters leave it: a share of words, which grows with difficulty, 0..1, is struck
    unevenly, ruled or worn.
    """
    if rng.random() < 0.15 * difficulty:
        raster = uneven(raster, rng)
    if rng.random() < 0.2 * difficulty:
        raster = ruled(raster, rng)
    if rng.random() < 0.4 * difficulty:
        raster = worn(raster, rng)
    return raster


def worn(raster: Raster, rng: np.random.Generator) -> Raster:
    """Ink that ran together or broke off, in patches, with edges as rough as a copy of a copy.

    The mask is blurred, disturbed by grain fine and coarse, and cut anew at a level that thickens or thins
    strokes.
    """
    size = raster.box[3] - raster.box[1]
    mask = raster.mask.astype(np.float32) / 255
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.4, size * float(rng.uniform(0.015, 0.05))))
    fine = _grain(mask.shape, rng, max(1.0, size * 0.05)) * np.float32(rng.uniform(0.03, 0.22))
    coarse = _grain(mask.shape, rng, max(2.0, size * 0.6)) * np.float32(rng.uniform(0.0, 0.12))
    level, steep = float(rng.uniform(0.34, 0.6)), float(rng.uniform(4, 14))
    ink = 1 / (1 + np.exp(np.clip(-steep * (soft + fine + coarse - level), -30, 30)))
    return Raster(np.asarray(255 * ink, np.uint8), raster.box)


def uneven(raster: Raster, rng: np.random.Generator) -> Raster:
    """Struck higher or lower, harder or softer every so many columns, as a typewriter's letters are."""
    size, width = raster.box[3] - raster.box[1], raster.mask.shape[1]
    pitch = max(3, round(size * float(rng.uniform(0.6, 1.1))))
    letters = width // pitch + 1
    shift = np.repeat(rng.normal(0, 0.04 * size, letters), pitch)[:width].astype(np.float32)
    force = np.repeat(rng.uniform(0.55, 1.0, letters), pitch)[:width].astype(np.float32)
    rows, columns = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in raster.mask.shape), indexing="ij")
    moved = cv2.remap(raster.mask, columns, rows + shift, cv2.INTER_LINEAR)
    return Raster(np.asarray(moved * force, np.uint8), raster.box)


def ruled(raster: Raster, rng: np.random.Generator) -> Raster:
    """A rule below the word, perhaps through its feet; at times one above, or a cell's upright beside it."""
    x0, y0, x1, y1 = raster.box
    mask, size = raster.mask.copy(), y1 - y0
    thick = max(1, round(size * float(rng.uniform(0.02, 0.09))))
    _rule(mask, y1 + size * float(rng.uniform(-0.08, 0.2)), thick, rng)
    if rng.random() < 0.2:
        _rule(mask, y0 - size * float(rng.uniform(0.05, 0.25)), thick, rng)
    if rng.random() < 0.3:
        away = size * float(rng.uniform(0.08, 0.3))
        _rule(mask.T, x0 - away if rng.random() < 0.5 else x1 + away, thick, rng)
    return Raster(mask, raster.box)


def _rule(mask: Mask, place: float, thick: int, rng: np.random.Generator) -> None:
    """Ink `thick` rows of mask from place on, solid or dotted."""
    rows = mask[max(0, round(place)) :][:thick]
    ink = np.full(rows.shape[1], int(rng.uniform(120, 255)), np.uint8)
    if rng.random() < 0.2:
        ink[np.arange(len(ink)) // int(rng.integers(2, 5)) % 2 == 0] = 0
    np.maximum(rows, ink, out=rows)


def _grain(shape: tuple[int, ...], rng: np.random.Generator, cell: float) -> NDArray[np.float32]:
    """Smooth noise of unit deviation, (H, W) float32, a new value every cell pixels."""
    height, width = shape
    few = rng.standard_normal((int(height / cell) + 2, int(width / cell) + 2), dtype=np.float32)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
