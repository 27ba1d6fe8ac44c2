"""Real crops, seen again a little differently each time: jittered as detector boxes are, in other light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth import effects

HEIGHT, WIDEST = 32, 384
# How boxes lie that a detector finds, in word heights. Mean and deviation by which upper and lower sides and
# ends lie outside the true ones; deviation of each corner besides, in place of perspective.
_LEVELS, _ENDS, _CORNER = (0.05, 0.08), (0.03, 0.06), 0.045

_OUTWARD = np.array([[[-1, 0], [1, 0], [1, 0], [-1, 0]], [[0, -1], [0, -1], [0, 1], [0, 1]]], np.float32)


def augment(grey: NDArray[np.uint8], rng: np.random.Generator, inset: int = 0) -> NDArray[np.uint8]:
    """(H, W) uint8 of any size -> (32, w) uint8, 8 <= w <= 384; the word itself is `inset` px inside the
    edges.
    """
    height, width = grey.shape[0] - 2 * inset, grey.shape[1] - 2 * inset
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + np.float32(inset)
    spread = _CORNER if inset else 0.035
    moved = corners + rng.normal(0, spread * height, (4, 2)) * np.array([1.6, 1.0])
    if inset:  # there is something around the word to look into
        moved += _OUTWARD[0] * rng.normal(*_ENDS, 2)[[0, 1, 1, 0], None] * height
        moved += _OUTWARD[1] * rng.normal(*_LEVELS, 2)[[0, 0, 1, 1], None] * height
    turn = np.deg2rad(rng.normal(0, 2.5))
    middle = corners.mean(axis=0)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = ((moved - middle) @ matrix.T + middle).astype(np.float32)
    stretch = float(np.exp(rng.normal(0, 0.1)))
    out = int(np.clip(round(width * HEIGHT / height * stretch), 8, WIDEST))
    if height > 2 * HEIGHT:  # a warp alone would alias
        scale = HEIGHT * 1.5 / height
        grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        moved = moved * np.float32(scale)
    target = np.array([[0, 0], [out, 0], [out, HEIGHT], [0, HEIGHT]], np.float32)
    warp = cv2.getPerspectiveTransform(moved, target)
    view = cv2.warpPerspective(
        grey, warp, (out, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return _relight(np.asarray(view, np.float32), rng)


def _relight(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    if rng.random() < 0.3:
        image = np.float32(255) - image
    if rng.random() < 0.3:
        image = effects.uneven_light(image, rng, 0.25)
    if rng.random() < 0.3:
        image = effects.gamma(image, float(np.exp(rng.normal(0, 0.3))))
    if rng.random() < 0.25:
        image = effects.defocus(image, float(rng.uniform(0.3, 1.2)))
    if rng.random() < 0.25:
        image = effects.noise(image, rng, float(image.std()) * float(rng.uniform(0.02, 0.15)))
    return np.clip(image, 0, 255).astype(np.uint8)
