"""Outlines as labelling tools draw them, made into quads."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from detectors.geometry import min_area_quad
from ocrpipe.labels.scene import Point, Quad


def quad_from_outline(points: Sequence[Point]) -> Quad:
    """The quad of an outline of three points or more, in pixels.

    Four points are taken as they are, for they tell where the text begins; drawn counterclockwise, they are
    turned around their first. Any other number becomes the least rotated rectangle around them, upright text
    assumed. Raises ValueError for fewer than three points.
    """
    if len(points) < 3:
        raise ValueError(f"an outline has three points or more, got {len(points)}")
    if len(points) != 4:
        corners = min_area_quad(np.array(points, np.float32))
        a, b, c, d = ((round(float(x), 2), round(float(y), 2)) for x, y in corners)
        return (a, b, c, d)
    a, b, c, d = points
    return (a, b, c, d) if _is_clockwise(points) else (a, d, c, b)


def quad_from_box(left: float, top: float, width: float, height: float, turn: float = 0.0) -> Quad:
    """The quad of a box that was turned around its top left corner by `turn` degrees, clockwise."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    along, down = (width * cos, width * sin), (-height * sin, height * cos)
    corners = ((0.0, 0.0), along, (along[0] + down[0], along[1] + down[1]), down)
    a, b, c, d = ((round(left + x, 2), round(top + y, 2)) for x, y in corners)
    return (a, b, c, d)


def _is_clockwise(points: Sequence[Point]) -> bool:
    """On the screen, y down; an outline without area counts as clockwise."""
    nexts = [*points[1:], points[0]]
    return sum(x * v - u * y for (x, y), (u, v) in zip(points, nexts, strict=True)) >= 0
