"""What looks like text and is none: fences, bricks, windows, foliage, barcodes, empty tables, occluders."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth.sheet import Canvas

Patch = NDArray[np.float32]  # (h, w, 3)


def fence(height: int, width: int, rng: np.random.Generator) -> Patch:
    """Pales or louvres: stripes of two greys, level or plumb, of any pitch."""
    pitch = int(rng.integers(4, 28))
    bar = np.arange(max(height, width)) % pitch < pitch * rng.uniform(0.25, 0.75)
    dark, light = rng.uniform(0, 255, 2)
    row = np.where(bar, dark, light).astype(np.float32)
    flat = row[None, :width].repeat(height, 0) if rng.random() < 0.6 else row[:height, None].repeat(width, 1)
    return _tinted(flat, rng)


def bricks(height: int, width: int, rng: np.random.Generator) -> Patch:
    """Courses of bricks or tiles, every second one shifted, each brick of its own shade."""
    tall, joint = int(rng.integers(6, 30)), 1 + int(rng.integers(0, 3))
    long = int(tall * rng.uniform(1, 3.2))
    y, x = np.mgrid[0:height, 0:width]
    course = y // tall
    along = x + (course % 2) * (long // 2)
    shades = rng.normal(rng.uniform(50, 190), rng.uniform(3, 25), (height // tall + 1, width // long + 2))
    wall = shades[course, along // long].astype(np.float32)
    wall[(y % tall < joint) | (along % long < joint)] = rng.uniform(0, 255)
    return _tinted(wall, rng)


def windows(height: int, width: int, rng: np.random.Generator) -> Patch:
    """Rows of windows in a house front, of one size, some lit."""
    front = np.full((height, width), rng.uniform(30, 230), np.float32)
    w, h = int(rng.integers(4, 30)), int(rng.integers(6, 36))
    for top in range(h // 2, height, int(h * rng.uniform(1.2, 2))):
        for left in range(w // 2, width, int(w * 1.7) + 1):
            front[top : top + h, left : left + w] = rng.uniform(0, 120) if rng.random() < 0.8 else 220
    return _tinted(front, rng)


def foliage(height: int, width: int, rng: np.random.Generator) -> Patch:
    """Leaves: small light and dark blots without order."""
    grain = rng.standard_normal((height // 4 + 2, width // 4 + 2), dtype=np.float32)
    leaves = cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
    shade = np.asarray(80 + 50 * np.tanh(2 * leaves), np.float32)
    return np.asarray(shade[:, :, None] * rng.uniform(0.5, 1.2, 3).astype(np.float32), np.float32)


def barcode(height: int, width: int, rng: np.random.Generator) -> Patch:
    """A barcode, or the squares of a two-dimensional one, on white."""
    cell = int(rng.integers(1, 4))
    if rng.random() < 0.6:
        bars = rng.random((1, width // cell + 1)) < 0.5
        code = bars.repeat(cell, 1)[:, :width].repeat(height, 0)
    else:
        cells = rng.random((height // (2 * cell) + 1, width // (2 * cell) + 1)) < 0.5
        code = cells.repeat(2 * cell, 0).repeat(2 * cell, 1)[:height, :width]
    return _tinted(np.where(code, 20, 245).astype(np.float32), rng, 4)


def empty_table(height: int, width: int, rng: np.random.Generator) -> Patch:
    """Rules crossing on paper, and dashes where words might stand."""
    paper = np.full((height, width), rng.uniform(190, 255), np.float32)
    grey, step = float(rng.uniform(0, 140)), int(rng.integers(10, 40))
    paper[::step] = grey
    paper[:, :: int(step * rng.uniform(1, 5))] = grey
    for top in range(step // 2, height, 2 * step):
        left = int(rng.integers(0, max(1, width - 10)))
        paper[top : top + 2, left : left + int(rng.integers(5, 60))] = grey
    return _tinted(paper, rng, 4)


KINDS = (fence, bricks, windows, foliage, barcode, empty_table)


def scatter(canvas: Canvas, pieces: int, rng: np.random.Generator) -> None:
    """Lay pieces of clutter on canvas (S, S, 3), in place; each turned a little or not at all."""
    size = len(canvas)
    for _ in range(pieces):
        height, width = (int(size * rng.uniform(0.08, 0.5)) + 8 for _ in range(2))
        patch = KINDS[int(rng.integers(len(KINDS)))](height, width, rng)
        angle = float(rng.normal(0, 6)) if rng.random() < 0.6 else 0.0
        move = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
        inside = cv2.warpAffine(
            np.full((height, width), float(rng.uniform(0.6, 1)), np.float32), move, (width, height)
        )
        turned = np.asarray(cv2.warpAffine(patch, move, (width, height)), np.float32)
        top, left = int(rng.integers(0, size - height)), int(rng.integers(0, size - width))
        area = canvas[top : top + height, left : left + width]
        area += (turned - area) * np.asarray(inside, np.float32)[:, :, None]


def occlude(canvas: Canvas, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Put a pole, a head or a bough before the scene, in place; returns where, (S, S) uint8, 1 there."""
    size = len(canvas)
    hidden = np.zeros((size, size), np.uint8)
    x, y = (int(v) for v in rng.uniform(0, size, 2))
    if rng.random() < 0.5:
        lean = int(rng.normal(0, size * 0.05))
        cv2.line(hidden, (x, 0), (x + lean, size), 1, int(rng.integers(2, max(3, size // 24))))
    else:
        axes = tuple(int(v) for v in rng.uniform(0.03, 0.14, 2) * size)
        cv2.ellipse(hidden, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    rows, columns = (np.flatnonzero(hidden.any(axis=axis)) for axis in (1, 0))
    if len(rows):
        top, left = int(rows[0]), int(columns[0])
        area = (slice(top, int(rows[-1]) + 1), slice(left, int(columns[-1]) + 1))
        patch = foliage(area[0].stop - top, area[1].stop - left, rng) if rng.random() < 0.4 else None
        colour = rng.uniform(0, 160, 3).astype(np.float32)
        seen = hidden[area] > 0
        canvas[area][seen] = colour if patch is None else patch[seen]
    return hidden


def _tinted(grey: NDArray[np.float32], rng: np.random.Generator, strength: float = 25) -> Patch:
    tint = rng.normal(0, strength, 3).astype(np.float32)
    return np.asarray(np.clip(grey[:, :, None] + tint, 0, 255), np.float32)
