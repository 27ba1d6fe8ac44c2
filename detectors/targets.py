"""Word quads to the maps a DBNet learns: shrunk words, their borders, and where neither is asked of it.

The inverse of `postprocess.py`, tested as a round trip. Source: Liao et al. 2020, "Label generation".
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.geometry import area, offset, perimeter, sides

SHRINK_RATIO = 0.6  # at the paper's 0.4 a long word keeps 16 % of its height: an error of 1 px becomes 6
MIN_HEIGHT = 5.0  # pixels; smaller words are asked of nobody
GAP_REACH = 0.5  # of a word's height: so far beyond its ends a neighbour makes a gap
GAP_WEIGHT = 3  # of a pixel there: few they are, and one word in five was lost by being run into the next
THRESHOLD_LOW, THRESHOLD_HIGH = 0.3, 0.7  # of the threshold map: away from a border, and on it


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What a network should say about one crop; every map (H, W).

    score:  uint8, 1 inside a shrunk word.
    mask:   uint8, what each pixel counts: 0 inside ignore regions, 1, and the gap weight between neighbours.
    """

    score: NDArray[np.uint8]
    mask: NDArray[np.uint8]


def shrink_distance(quad: NDArray[np.float32], ratio: float) -> float:
    """D = A (1 - ratio^2) / L in pixels; 0 for a quad without outline."""
    length = perimeter(quad)
    return area(quad) * (1 - ratio**2) / length if length > 0 else 0.0


def fill(canvas: NDArray[np.uint8], polygon: NDArray[np.float32], value: int) -> None:
    """Paint every pixel of canvas (H, W) whose centre lies in polygon (K, 2), convex, in place.

    cv2.fillPoly also paints what the outline merely touches: half a pixel a side, which unclipping makes two.
    """
    height, width = canvas.shape
    left, top = np.maximum(np.floor(polygon.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(polygon.max(axis=0)).astype(int), (width, height))
    if left >= right or top >= bottom:
        return
    # The hull, because clipping leaves edges of 1/256 px in any direction, whose half-plane would exclude
    # everything.
    hull = cv2.convexHull(polygon.astype(np.float32)).reshape(-1, 2).astype(np.float64)  # (K, 2)
    ring = np.roll(hull, -1, axis=0)
    way = np.sign((hull[:, 0] * ring[:, 1] - hull[:, 1] * ring[:, 0]).sum())
    x, y = np.arange(left, right) + 0.5, (np.arange(top, bottom) + 0.5)[:, None]
    inside = np.ones((bottom - top, right - left), np.bool_)
    for (ax, ay), (bx, by) in zip(hull, ring, strict=True):
        inside &= way * ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) >= 0
    canvas[top:bottom, left:right][inside] = value


def make_targets(
    quads: NDArray[np.float32],
    ignore: NDArray[np.bool_],
    height: int,
    width: int,
    ratio: float = SHRINK_RATIO,
    gap_weight: int = GAP_WEIGHT,
) -> Targets:
    """Score map and mask of a (height, width) crop with quads (N, 4, 2), some of them ignore (N,).

    Quads may reach over the edge. A word lower than `MIN_HEIGHT`, or with nothing left after shrinking, is
    ignored.
    """
    score = np.zeros((height, width), np.uint8)
    mask = np.ones((height, width), np.uint8)
    for quad, ignored in zip(quads, ignore, strict=True):
        inner = offset(quad, -shrink_distance(quad, ratio))
        if ignored or min(sides(quad)) < MIN_HEIGHT or not inner:
            fill(mask, quad, 0)
        else:
            fill(score, max(inner, key=area), 1)
    mask[(mask > 0) & between(quads[~ignore], height, width)] = gap_weight
    mask[score > 0] = 1  # a legible word inside a large ignore region still counts
    return Targets(score, mask)


def between(quads: NDArray[np.float32], height: int, width: int) -> NDArray[np.bool_]:
    """The gaps of running text: where two of quads (N, 4, 2) meet, longer by `GAP_REACH` at both ends,
    (height, width). Source: Ronneberger et al. 2015, U-Net, weigh the borders of touching cells so.
    """
    covered = np.zeros((height, width), np.uint8)
    for quad in quads:
        start, end = quad[[0, 3]], quad[[1, 2]]  # (2, 2) each: the word's left and right side
        along = (end - start).mean(axis=0)
        reach = along * np.float32(GAP_REACH * sides(quad)[1] / max(float(np.hypot(*along)), 1e-6))
        one = np.zeros_like(covered)
        fill(one, np.concatenate([start - reach, end + reach]), 1)
        covered += one
    return covered > 1


def border_map(
    quads: NDArray[np.float32],
    ignore: NDArray[np.bool_],
    height: int,
    width: int,
    ratio: float = SHRINK_RATIO,
) -> NDArray[np.float32]:
    """How near each pixel is to a word's outline, (height, width) float32: 1 on it, 0 from the shrink
    distance on.

    The threshold map of the paper is `THRESHOLD_LOW` + this x (`THRESHOLD_HIGH` - `THRESHOLD_LOW`), asked
    for where this is above 0. quads (N, 4, 2), ignore (N,): those draw nothing.
    """
    canvas = np.zeros((height, width), np.float32)
    for quad, ignored in zip(quads, ignore, strict=True):
        reach = shrink_distance(quad, ratio)
        if ignored or reach <= 0 or min(sides(quad)) < MIN_HEIGHT:
            continue
        left, top = np.maximum(np.floor(quad.min(axis=0) - reach).astype(int), 0)
        right, bottom = np.minimum(np.ceil(quad.max(axis=0) + reach).astype(int), (width, height))
        if left < right and top < bottom:
            near = 1 - _distance(quad, left, top, right, bottom) / np.float32(reach)
            window = canvas[top:bottom, left:right]
            np.maximum(window, near, out=window)
    return canvas


def _distance(quad: NDArray[np.float32], left: int, top: int, right: int, bottom: int) -> NDArray[np.float32]:
    """Pixel centres of a window to the nearest of a quad's four sides, (bottom - top, right - left)
    float32.
    """
    x = np.arange(left, right, dtype=np.float32) + np.float32(0.5)
    y = (np.arange(top, bottom, dtype=np.float32) + np.float32(0.5))[:, None]
    nearest = np.full((bottom - top, right - left), np.inf, np.float32)
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        (dx, dy), length = b - a, max(float(((b - a) ** 2).sum()), 1e-6)
        along = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / np.float32(length), 0, 1)
        square = (x - a[0] - along * dx) ** 2 + (y - a[1] - along * dy) ** 2
        np.minimum(nearest, square, out=nearest)
    return np.sqrt(nearest)
