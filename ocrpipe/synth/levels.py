"""Grey levels of surface and ink as real words have them: each crop's pixels in two clusters.

Source: Yim et al. 2021, SynthTIGER, section 3.1 (colours from clusters of real text images).
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST = 20.0  # grey levels between the two; less is no word that anybody reads
NO_PAIRS = np.zeros((0, 2), np.float32)


def real_pairs(crops: Iterable[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """(N, 2) surface and ink of word crops (H, W) uint8, 0..255; crops too faint to tell give none."""
    pairs = np.array([pair(crop) for crop in crops], np.float32).reshape(-1, 2)
    return np.asarray(pairs[np.abs(pairs[:, 0] - pairs[:, 1]) >= LEAST], np.float32)


def pair(crop: NDArray[np.uint8]) -> tuple[float, float]:
    """Mean level of the surface and of the ink; the surface is what most of the crop's outline shows.

    The two are parted where their variances are least (Otsu 1979, which is 2-means in one dimension).
    """
    _, bright = cv2.threshold(crop, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light, dark = (float(crop[bright == side].mean()) if (bright == side).any() else 0.0 for side in (1, 0))
    outline = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    return (light, dark) if outline.mean() >= 0.5 else (dark, light)
