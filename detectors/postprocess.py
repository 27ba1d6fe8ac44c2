"""Score map to word quads: threshold, connected parts, rectangles grown back to the size before shrinking.

The inverse of `targets.py`, tested as a round trip. Source: Liao et al. 2020, "Inference", with one change:
the paper grows every part by area x 1.5 / outline, which gives a long word three quarters of its height;
`grow_distance` solves the shrinking rule for the rectangle instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections
from detectors.geometry import min_area_quad, sides

SHRINK_RATIO = 0.6  # the same number as in `targets`
MAX_PARTS = 3000  # a page of small print has 1,500 words; noise beyond this only costs time


@dataclass(frozen=True)  # no slots: the defaults below are read from the class
class Decision:
    """Where a word begins. All scores 0..1, sizes in pixels of the score map.

    unclip_ratio multiplies the distance that undoes the shrinking: 1 is the labels' own tightness.
    """

    threshold: float = 0.3
    box_threshold: float = 0.5
    unclip_ratio: float = 1.0
    min_size: float = 3.0  # shorter side of a grown quad

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1 or not 0 <= self.box_threshold <= 1:
            raise ValueError(f"thresholds must lie in 0..1, got {self.threshold} and {self.box_threshold}")
        if self.unclip_ratio < 0 or self.min_size < 0:
            raise ValueError(f"ratios and sizes must not be negative: {self.unclip_ratio}, {self.min_size}")


def grow_distance(width: float, height: float, ratio: float = SHRINK_RATIO) -> float:
    """How far a width x height rectangle, got by shrinking with ratio, has to grow to be what it was, in
    pixels.

    The positive root D of D = (1 - ratio^2) A / L with A and L those of the (width + 2 D) x (height + 2 D)
    rectangle.
    """
    k = 1 - ratio**2
    half = width + height
    root = np.sqrt((half * (1 - k)) ** 2 + (8 - 4 * k) * k * width * height)
    return float((root - half * (1 - k)) / (8 - 4 * k))


def pixel_margin(width: float, height: float, pixels: int) -> float:
    """How far a rectangle around pixel *centres* has to grow to cover the pixels themselves: 0 to 0.5.

    Half a pixel where rows lie along it, next to nothing where they cross it; so the count of pixels
    decides: it is the area, whatever the angle.
    """
    half = (width + height) / 2
    margin = (np.sqrt(max(0.0, half**2 - width * height + pixels)) - half) / 2
    return float(np.clip(margin, 0.0, 0.5))


def grown(outline: NDArray[np.int32], pixels: int, unclip_ratio: float) -> NDArray[np.float32]:
    """The word (4, 2) whose core has this outline (K, 2) of integer pixels, and so many pixels in it."""
    quad = min_area_quad(outline.astype(np.float32) + np.float32(0.5))  # pixel centres, in our coordinates
    width, height = sides(quad)
    margin = pixel_margin(width, height, pixels)
    return _swell(quad, margin + grow_distance(width + 2 * margin, height + 2 * margin) * unclip_ratio)


def _swell(quad: NDArray[np.float32], distance: float) -> NDArray[np.float32]:
    """A rectangle's quad (4, 2) with every side moved outwards;
    a side of no length keeps its place across.
    """
    right, down = quad[1] - quad[0], quad[3] - quad[0]
    width, height = float(np.hypot(*right)), float(np.hypot(*down))
    if width <= 0 and height <= 0:
        right, down = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    elif width >= height:
        right = right / width
        down = np.array([-right[1], right[0]], np.float32)
    else:
        down = down / height
        right = np.array([down[1], -down[0]], np.float32)
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) * np.float32(distance)
    return np.asarray(quad + signs[:, :1] * right + signs[:, 1:] * down, np.float32)


def _parts(score: NDArray[np.float32], threshold: float) -> list[tuple[NDArray[np.int32], int, float]]:
    """Outer outline (K, 2), number of pixels and mean score of every connected part of score > threshold,
    best first.
    """
    inside = (score > threshold).astype(np.uint8)
    outlines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    parts = []
    for outline in outlines:
        x, y, width, height = cv2.boundingRect(outline)
        window = score[y : y + height, x : x + width]
        core = np.zeros((height, width), np.uint8)
        cv2.drawContours(core, [outline], -1, 1, cv2.FILLED, offset=(-x, -y))
        mean = float(cv2.mean(window, core)[0])
        parts.append((outline.reshape(-1, 2).astype(np.int32), cv2.countNonZero(core), mean))
    return sorted(parts, key=lambda part: -part[2])[:MAX_PARTS]


def postprocess(score: NDArray[np.float32], decision: Decision | None = None) -> Detections:
    """Words in a score map (H, W) float32, 0..1, as quads in pixels of that map, best first; not clipped to
    it.

    A word's score is the mean of the map over its core, holes included. N = 0 for an empty map. ValueError
    for another shape.
    """
    decision = decision or Decision()
    if score.ndim != 2:
        raise ValueError(f"score map must be (H, W), got {score.shape}")
    quads, scores = [], []
    for outline, pixels, mean in _parts(score, decision.threshold):
        if mean < decision.box_threshold:
            break
        quad = grown(outline, pixels, decision.unclip_ratio)
        if min(sides(quad)) >= decision.min_size:
            quads.append(quad)
            scores.append(mean)
    if not quads:
        return Detections.empty()
    return Detections(np.stack(quads), np.array(scores, np.float32))
