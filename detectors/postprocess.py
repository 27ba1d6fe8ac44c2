"""Score map to word quads: threshold, connected parts, rectangles grown back to the size before shrinking.

The inverse of `targets.py`, tested as a round trip. Source: Liao et al. 2020, "Inference", with one change:
the paper grows every part by area x 1.5 / outline, which gives a long word three quarters of its height;
`grow_distance` solves the shrinking rule for the rectangle instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections
from detectors.geometry import order_quads, side_lengths, swell
from detectors.parts import Part, find_parts

SHRINK_RATIO = 0.6  # the same number as in `targets`
_CENTRE = np.float32(0.5)  # OpenCV's integers are pixel centres; ours are corners

Pixels = NDArray[np.float64]


@dataclass(frozen=True)  # no slots: the defaults below are read from the class
class Decision:
    """Where a word begins. All scores 0..1, sizes in pixels of the score map.

    unclip_ratio multiplies the distance that undoes the shrinking: 1 is the labels' own tightness. It makes
    the box in which a word is read. The box that is told lies fit_pixels farther out on every side, less
    fit_ratio times that box's height: large words want room to be read that people do not label, and of small
    ones the map shows too little. A part that falls into several words above split_threshold is so many
    (`splitting.split`); 1 splits none.
    """

    threshold: float = 0.3
    box_threshold: float = 0.5
    unclip_ratio: float = 1.0
    min_size: float = 3.0  # shorter side of a grown quad
    split_threshold: float = 1.0
    fit_ratio: float = 0.0
    fit_pixels: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1 or not 0 <= self.box_threshold <= 1:
            raise ValueError(f"thresholds must lie in 0..1, got {self.threshold} and {self.box_threshold}")
        if not self.threshold <= self.split_threshold <= 1:
            raise ValueError(f"split_threshold must lie in {self.threshold}..1, got {self.split_threshold}")
        if min(self.unclip_ratio, self.min_size, self.fit_pixels) < 0:
            raise ValueError(
                "ratios and sizes must not be negative: "
                f"{self.unclip_ratio}, {self.min_size}, {self.fit_pixels}"
            )
        if not 0 <= self.fit_ratio < 0.5:
            raise ValueError(f"fit_ratio must lie in 0..0.5, got {self.fit_ratio}")

    def inset(self, heights: NDArray[np.float32]) -> NDArray[np.float32]:
        """How far inside the boxes to be read, heights (N,) high, the boxes to be told lie, in pixels."""
        return np.asarray(self.fit_ratio * heights - self.fit_pixels, np.float32)


def grow_distance(width: Pixels, height: Pixels, ratio: float = SHRINK_RATIO) -> Pixels:
    """How far each of the width x height rectangles (N,), got by shrinking with ratio, has to grow to be what
    it was, in pixels.

    The positive root D of D = (1 - ratio^2) A / L with A and L those of the (width + 2 D) x (height + 2 D)
    rectangle.
    """
    k = 1 - ratio**2
    half = width + height
    root = np.sqrt((half * (1 - k)) ** 2 + (8 - 4 * k) * k * width * height)
    return np.asarray((root - half * (1 - k)) / (8 - 4 * k), np.float64)


def pixel_margin(width: Pixels, height: Pixels, pixels: NDArray[np.intp]) -> Pixels:
    """How far each of N rectangles around pixel *centres* has to grow to cover the pixels themselves: 0 to
    0.5.

    Half a pixel where rows lie along it, next to nothing where they cross it; so the count of pixels
    decides: it is the area, whatever the angle.
    """
    half = (width + height) / 2
    margin = (np.sqrt(np.maximum(0.0, half**2 - width * height + pixels)) - half) / 2
    return np.clip(margin, 0.0, 0.5)


def _grown(parts: Sequence[Part], unclip_ratio: float) -> NDArray[np.float32]:
    """The words (N, 4, 2) whose cores these parts are."""
    boxes = [
        np.asarray(cv2.boxPoints(cv2.minAreaRect(part.outline.astype(np.float32) + _CENTRE)))
        for part in parts
    ]
    quads = order_quads(np.array(boxes, np.float32).reshape(-1, 4, 2))
    width, height = (length.astype(np.float64) for length in side_lengths(quads))
    margin = pixel_margin(width, height, np.array([part.pixels for part in parts], np.intp))
    return swell(quads, margin + grow_distance(width + 2 * margin, height + 2 * margin) * unclip_ratio)


def postprocess(score: NDArray[np.float32], decision: Decision | None = None) -> Detections:
    """Words in a score map (H, W) float32, 0..1, as quads and margins in pixels of that map, best first; not
    clipped to it.

    A word's score is the mean of the map over its core, holes included. N = 0 for an empty map. ValueError
    for another shape.
    """
    decision = decision or Decision()
    if score.ndim != 2:
        raise ValueError(f"score map must be (H, W), got {score.shape}")
    parts = find_parts(score, decision.threshold, decision.box_threshold, decision.split_threshold)
    quads = _grown(parts, decision.unclip_ratio)
    heights = np.minimum(*side_lengths(quads))
    margins = decision.inset(heights)
    every = Detections(swell(quads, -margins), np.array([part.score for part in parts], np.float32), margins)
    return every.only(heights >= decision.min_size)
