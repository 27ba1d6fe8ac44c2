"""Neighbouring words that a score map runs together, told apart by the valley between them.

Two thresholds decide: what is one part above the lower and falls into several sure, sizeable ones above the
higher is as many words. Letters, too, part at high thresholds; the limits below were counted on training
photos (benchmarks/detector.md).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

PEAK = 0.9  # a word's core is as sure as this somewhere, beside a valley that is to count
SIZE = 0.3  # of the square of the part's height: smaller pieces are letters or specks
LOWEST = 12.0  # pixels, height of a part; in lower ones a valley is as often between letters

Map = NDArray[np.float32]
Mask = NDArray[np.uint8]


def split(score: Map, core: Mask, height: float, threshold: float) -> list[Mask]:
    """The words of one part: score (H, W) 0..1 of its surroundings, core (H, W) 0 or 1, the part itself, and
    the shorter side of the rectangle around it, in pixels.

    Masks as core, without the valley; [core] where it is one word. Above threshold there must be two pieces
    or more that reach `PEAK` and are large enough; each is given back what the higher threshold took off its
    rim, a pixel.
    """
    if height < LOWEST:
        return [core]
    above = (score > threshold).astype(np.uint8) & core
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(above, connectivity=8)
    large = [i for i in range(1, count) if boxes[i, cv2.CC_STAT_AREA] >= SIZE * height**2]
    if len(large) < 2:
        return [core]
    pieces = [np.asarray(labels == i, np.uint8) for i in large]
    sure = [piece for piece in pieces if cv2.minMaxLoc(score, piece)[1] >= PEAK]
    return _grown(sure, core) if len(sure) > 1 else [core]


def _grown(pieces: list[Mask], core: Mask) -> list[Mask]:
    """Every piece with the pixels around it that are core's and no other's."""
    around = np.ones((3, 3), np.uint8)
    wide = [np.asarray(cv2.dilate(piece, around), np.uint8) & core for piece in pieces]
    crowd = np.sum(wide, axis=0)
    return [
        np.asarray((piece | (grown & (crowd == 1))), np.uint8)
        for piece, grown in zip(pieces, wide, strict=True)
    ]
