"""Where a training crop lies in its photo: one affine matrix, and quads moved by it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def move(quads: NDArray[np.float32], matrix: Matrix) -> NDArray[np.float32]:
    """quads (N, 4, 2) moved by an affine matrix (3, 3) over continuous pixels."""
    moved: NDArray[np.float64] = quads.astype(np.float64) @ matrix[:2, :2].T + matrix[:2, 2]
    return moved.astype(np.float32)


def _angle(rng: np.random.Generator) -> float:
    """Degrees: mostly a hand's tilt, at times anything up to a quarter turn."""
    kind = rng.random()
    if kind < 0.35:
        return 0.0
    return float(rng.uniform(-10, 10) if kind < 0.93 else rng.uniform(-45, 45) if kind < 0.98 else 90.0)


def crop_matrix(
    centre: NDArray[np.float32], scale: float, photo: tuple[int, int], size: int, rng: np.random.Generator
) -> Matrix:
    """Affine matrix (3, 3) from the photo (width, height) to a size x size crop that holds centre (x, y).

    Tilted, scaled, slightly stretched; where the photo is large enough the crop stays inside it.
    """
    turn = np.deg2rad(_angle(rng))
    stretch = np.exp(rng.uniform(-0.15, 0.15))
    cos, sin = np.cos(turn), np.sin(turn)
    linear = scale * np.array([[cos * stretch, -sin], [sin * stretch, cos]])
    reach = size / scale / 2  # half a crop, in photo pixels
    look = centre + rng.uniform(-0.7, 0.7, 2) * reach
    for axis in range(2):
        length = photo[axis]
        look[axis] = np.clip(look[axis], reach, length - reach) if length > 2 * reach else length / 2
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = size / 2 - linear @ look
    return matrix
