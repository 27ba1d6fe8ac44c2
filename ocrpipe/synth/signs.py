"""Blocks of text hung into a photo: foreshortened, tilted, painted or on a plate, where nothing hangs yet."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth.text_block import TextBlock

Canvas = NDArray[np.float32]  # (S, S, 3), RGB, 0..255
_TRIES = 6


def trimmed(block: TextBlock, margin: int = 4) -> TextBlock:
    """The block, of at least one word, cut to its words and margin px around them, so that a plate fits."""
    low = np.maximum(np.floor(block.quads.min(axis=(0, 1))).astype(int) - margin, 0)
    high = np.ceil(block.quads.max(axis=(0, 1))).astype(int) + margin
    return TextBlock(block.mask[low[1] : high[1], low[0] : high[0]], block.quads - low.astype(np.float32))


def hang(
    canvas: Canvas, taken: NDArray[np.uint8], block: TextBlock, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Paint a block onto canvas, in place, where taken (S, S) is 0, and mark the place there.

    Returns its quads (N, 4, 2) on the canvas; none, and nothing painted, if a few tries found no free place.
    """
    size, (height, width) = len(canvas), block.mask.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    for _ in range(_TRIES):
        target = _view(corners, size, rng)
        footprint = np.zeros_like(taken)
        cv2.fillConvexPoly(footprint, np.round(target).astype(np.int32), 1)
        if (footprint & taken).any():
            continue
        taken |= footprint
        # cv2 warps between pixel centres, quads live on pixel corners.
        warp = cv2.getPerspectiveTransform(corners - np.float32(0.5), target - np.float32(0.5))
        _paint(canvas, footprint > 0, cv2.warpPerspective(block.mask, warp, (size, size)), rng)
        exact = cv2.getPerspectiveTransform(corners, target)
        moved = cv2.perspectiveTransform(block.quads.reshape(1, -1, 2), exact)
        return np.asarray(moved.reshape(-1, 4, 2), np.float32)
    return np.zeros((0, 4, 2), np.float32)


def _view(corners: NDArray[np.float32], size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """corners (4, 2) as seen from a little aside, turned by some degrees, somewhere on the canvas."""
    extent = corners[2]
    turn = np.deg2rad(rng.normal(0, 7) if rng.random() < 0.9 else rng.uniform(-60, 60))
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    jitter = rng.uniform(-0.06, 0.06, (4, 2)) * extent.min()
    middle = rng.uniform(0.2, 0.8, 2) * size
    return np.asarray((corners - extent / 2 + jitter) @ spin.T + middle, np.float32)


def _paint(
    canvas: Canvas, inside: NDArray[np.bool_], ink: NDArray[np.generic], rng: np.random.Generator
) -> None:
    """ink (S, S), 0..255, in a colour that stands out; at times on a plate, or with a shadow."""
    if not inside.any():
        return
    if rng.random() < 0.5:
        plate = rng.uniform(0, 255, 3).astype(np.float32)
        canvas[inside] += (plate - canvas[inside]) * np.float32(rng.uniform(0.7, 1))
    colour = _standing_out(float(canvas[inside].mean()), rng)
    mask = ink.astype(np.float32)[:, :, None] / np.float32(255)  # (S, S, 1)
    if rng.random() < 0.15:
        shade = np.roll(mask, (1, 1), axis=(0, 1)) * np.float32(rng.uniform(0.3, 0.9))
        canvas += (255 - colour - canvas) * shade
    canvas += (colour - canvas) * mask


def _standing_out(ground: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """A colour (3,), 0..255, lighter or darker than a ground of that mean."""
    contrast = float(rng.uniform(60, 200))
    lighter = ground + contrast < 255 and (ground < 110 or rng.random() < 0.4)
    level = ground + contrast if lighter else ground - contrast
    return np.clip(level + rng.normal(0, 30, 3), 0, 255).astype(np.float32)
