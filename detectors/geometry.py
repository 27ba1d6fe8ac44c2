"""Quads and polygons: order, area, shrink, unclip, overlap, clipping.

Two conventions hold in the whole project and are stated here once.

* **Pixels.** Coordinates are continuous: pixel (i, j) covers [j, j + 1) x [i, i + 1), so a full image is the
  quad (0, 0) (W, 0) (W, H) (0, H), and a box `x, y, w, h` is (x, y) .. (x + w, y + h). OpenCV's warps and
  contours put integers at pixel *centres*; whoever calls them adds or subtracts the half pixel there.
* **Order.** A quad runs clockwise (as seen on the screen, y down) from the corner that is top-left *when the
  text is read*. For a detector that cannot know the reading direction, `order_quad` assumes text within 45
  degrees of upright; a clearly tall quad is turned by whoever reads it (`ocrpipe.crops`).
"""

from __future__ import annotations

import cv2
import numpy as np
import pyclipper
from numpy.typing import NDArray
from shapely.geometry import Polygon

Polygon2D = NDArray[np.float32]
_CORNERS = np.array(
    [[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32
)  # which way each one lies, right and down
_CLIPPER_SCALE = 256.0  # pyclipper works on integers: 1/256 px is finer than any box needs


def area(polygon: Polygon2D) -> float:
    """Area of polygon (K, 2) in square pixels, by the shoelace formula; never negative."""
    x, y = polygon[:, 0].astype(np.float64), polygon[:, 1].astype(np.float64)
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def perimeter(polygon: Polygon2D) -> float:
    """Length of the closed outline of polygon (K, 2), in pixels."""
    return float(np.linalg.norm(polygon - np.roll(polygon, -1, axis=0), axis=1).sum())


def order_quad(corners: Polygon2D) -> Polygon2D:
    """corners (4, 2), any order, as a (4, 2) float32 quad: clockwise from the top-left corner of upright
    text.

    The top edge is the one whose outward normal points most nearly upwards, so text turned by less than 45
    degrees keeps its own top-left corner. Never relies on the corner order of cv2.minAreaRect, which changed
    in OpenCV 5.
    """
    quad: Polygon2D = order_quads(np.asarray(corners).reshape(1, 4, 2))[0]
    return quad


def order_quads(corners: NDArray[np.floating]) -> NDArray[np.float32]:
    """`order_quad` for many at once: corners (N, 4, 2), any order, as (N, 4, 2) float32 quads."""
    points = np.asarray(corners, np.float64)
    x, y = np.moveaxis(points - points.mean(axis=1, keepdims=True), 2, 0)  # (N, 4) each
    clockwise = np.argsort(np.arctan2(y, x), axis=1, kind="stable")  # as seen on the screen, y down
    points = np.take_along_axis(points, clockwise[:, :, None], axis=1)
    edges = np.roll(points, -1, axis=1) - points
    lengths = np.maximum(np.linalg.norm(edges, axis=2), 1e-9)
    upward = (
        edges[:, :, 0] / lengths
    )  # for a clockwise outline, -normal_y equals the edge's direction along x
    # Opposite edges vote together, so that a perspective quad is judged by its axis and not by one side of
    # it.
    votes = upward - np.roll(upward, 2, axis=1)
    first = np.argmax(np.round(votes, 6), axis=1)
    turned = (np.arange(4) + first[:, None]) % 4  # (N, 4)
    return np.take_along_axis(points, turned[:, :, None], axis=1).astype(np.float32)


def min_area_quad(points: Polygon2D) -> Polygon2D:
    """Smallest rotated rectangle around points (K, 2), as an ordered quad (4, 2) float32."""
    return order_quad(np.asarray(cv2.boxPoints(cv2.minAreaRect(np.asarray(points, np.float32))), np.float32))


def sides(quad: Polygon2D) -> tuple[float, float]:
    """Mean width (along the text) and mean height (across it) of an ordered quad, in pixels."""
    top, right, bottom, left = (float(np.linalg.norm(quad[(i + 1) % 4] - quad[i])) for i in range(4))
    return (top + bottom) / 2, (right + left) / 2


def side_lengths(quads: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`sides` for many: mean widths (N,) and mean heights (N,) of ordered quads (N, 4, 2), in pixels."""
    lengths = np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2)  # (N, 4)
    return (lengths[:, 0] + lengths[:, 2]) / 2, (lengths[:, 1] + lengths[:, 3]) / 2


def swell(quads: NDArray[np.float32], distances: NDArray[np.floating]) -> NDArray[np.float32]:
    """Rectangles' quads (N, 4, 2) with every side moved outwards by their distance of (N,); a side of no
    length keeps its place across.
    """
    right, down = quads[:, 1] - quads[:, 0], quads[:, 3] - quads[:, 0]  # (N, 2)
    width, height = np.hypot(*right.T)[:, None], np.hypot(*down.T)[:, None]  # (N, 1)
    # The longer side tells the direction better; a point lies level.
    right = np.where(width >= height, right, np.stack([down[:, 1], -down[:, 0]], axis=1))
    length = np.maximum(width, height)
    level = np.array([1, 0], np.float32)
    right = np.where(length > 0, right / np.where(length > 0, length, 1), level)[:, None]  # (N, 1, 2)
    down = np.stack([-right[..., 1], right[..., 0]], axis=2)
    reach = _CORNERS * distances.astype(np.float32)[:, None, None]  # (N, 4, 2)
    return np.asarray(quads + reach[:, :, :1] * right + reach[:, :, 1:] * down, np.float32)


def offset(polygon: Polygon2D, distance: float) -> list[Polygon2D]:
    """polygon (K, 2) moved outwards by distance pixels (inwards if negative): none, one or several
    polygons.
    """
    clipper = pyclipper.PyclipperOffset()
    path = np.round(np.asarray(polygon, np.float64) * _CLIPPER_SCALE).astype(np.int64)
    clipper.AddPath(path.tolist(), pyclipper.JT_MITER, pyclipper.ET_CLOSEDPOLYGON)
    moved = clipper.Execute(distance * _CLIPPER_SCALE)
    return [np.asarray(p, np.float32) / np.float32(_CLIPPER_SCALE) for p in moved]


def shrink(polygon: Polygon2D, ratio: float) -> Polygon2D | None:
    """polygon (K, 2) shrunk by D = A (1 - ratio^2) / L; None when nothing is left.

    Source: Liao et al. 2020, "Label generation".
    """
    if not 0 < ratio <= 1:
        raise ValueError(f"shrink ratio must be in (0, 1], got {ratio}")
    length = perimeter(polygon)
    if length <= 0:
        return None
    inner = offset(polygon, -area(polygon) * (1 - ratio**2) / length)
    return max(inner, key=area) if inner else None


def unclip(polygon: Polygon2D, ratio: float) -> Polygon2D | None:
    """polygon (K, 2) grown by D = A ratio / L; None for a polygon without area. (Liao et al. 2020,
    "Inference")
    """
    length = perimeter(polygon)
    if length <= 0:
        return None
    outer = offset(polygon, area(polygon) * ratio / length)
    return max(outer, key=area) if outer else None


def quad_iou(a: Polygon2D, b: Polygon2D) -> float:
    """Intersection over union of two polygons (K, 2), 0..1; 0 where either has no area."""
    first, second = Polygon(a), Polygon(b)
    first = first if first.is_valid else first.buffer(0)
    second = second if second.is_valid else second.buffer(0)
    union = first.union(second).area
    return float(first.intersection(second).area / union) if union > 0 else 0.0


def clip(quads: NDArray[np.float32], width: float, height: float) -> NDArray[np.float32]:
    """quads (N, 4, 2) with every corner moved into the image 0..width x 0..height."""
    return np.clip(quads, 0, np.array([width, height], np.float32)).astype(np.float32)
