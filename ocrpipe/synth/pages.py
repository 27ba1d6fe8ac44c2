"""Pieces of printed pages and forms: blocks of small text between rules, boxes and dark bars."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth.text_block import TextBlock, Writer

Canvas = NDArray[np.float32]  # (S, S, 3), RGB, 0..255


def print_page(writer: Writer, size: int, rng: np.random.Generator) -> tuple[Canvas, NDArray[np.float32]]:
    """A size x size piece of a page, (S, S, 3) float32 RGB 0..255, and the quads (N, 4, 2) of its words."""
    paper = rng.uniform(215, 255) + rng.uniform(-6, 6, 3)
    canvas = np.broadcast_to(paper.astype(np.float32), (size, size, 3)).copy()
    height = int(rng.integers(10, 29))
    quads = [np.zeros((0, 4, 2), np.float32)]
    top = int(rng.integers(0, 20))
    while top < size - 8:
        columns, lines = int(rng.choice([1, 1, 2, 3])), int(rng.integers(1, 7))
        below = top
        for column in range(columns):
            left = column * (size // columns) + 3
            pixels = max(9, int(height * rng.choice([0.85, 1.0, 1.0, 1.5])))
            fill = float(rng.choice([0.7, 1.0]))
            block = writer.block(size // columns - 6, lines, pixels, rng, fill)
            below = max(below, _print(canvas, block, left, top, rng))
            quads.append(block.quads + np.array([left, top], np.float32))
        top = below + int(rng.integers(1, 2 * height))
        _rules(canvas, below, height, rng)
    return canvas, np.concatenate(quads)


def _print(canvas: Canvas, block: TextBlock, left: int, top: int, rng: np.random.Generator) -> int:
    """Lay a block on the paper, at times light on a dark bar; returns where it ends."""
    bottom: int = min(len(canvas), top + block.mask.shape[0])
    right: int = min(len(canvas), left + block.mask.shape[1])
    area = canvas[top:bottom, left:right]
    ink = rng.uniform(0, 90, 3).astype(np.float32)
    strength = np.float32(rng.uniform(0.7, 1) / 255)
    if rng.random() < 0.12:
        area[:] = rng.uniform(20, 110, 3)
        ink = np.float32(255) - ink / np.float32(3)
    area += (ink - area) * (block.mask[: bottom - top, : right - left, None] * strength)
    return bottom


def _rules(canvas: Canvas, below: int, height: int, rng: np.random.Generator) -> None:
    """At times a rule under a block, the edge of a table, an empty box to tick."""
    size = len(canvas)
    if rng.random() < 0.35 and below + 1 < size:
        canvas[below : below + int(rng.integers(1, 3))] = rng.uniform(0, 140)
    if rng.random() < 0.1:
        canvas[:, int(rng.integers(0, 3))] = rng.uniform(0, 120)
    if rng.random() < 0.15:
        left, grey = int(rng.integers(0, size - height)), float(rng.uniform(0, 120))
        corner = (left + height // 2, below + 2 + height // 2)
        cv2.rectangle(canvas, (left, below + 2), corner, (grey, grey, grey), 1)
