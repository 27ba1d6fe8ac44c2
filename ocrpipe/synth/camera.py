"""What light, lens, sensor and codec do to a scene in colour, (H, W, 3) float32 0..255; JPEG comes last."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth import effects
from ocrpipe.synth.sheet import Canvas

_GRAIN = 1024  # pixels a side of the noise that is drawn once and cut from


def photograph(canvas: Canvas, rng: np.random.Generator) -> tuple[NDArray[np.uint8], float]:
    """The scene as a camera gives it, (H, W, 3) uint8, and the blur's sigma in pixels."""
    sigma = 0.0
    kind = rng.random()
    if kind < 0.25:
        sigma = float(rng.uniform(0.4, 1.4))
        canvas = effects.defocus(canvas, sigma)
    elif kind < 0.33:
        length = 3 + 2 * int(rng.integers(0, 3))
        sigma = length / 3.5  # a bar's deviation
        canvas = effects.motion_blur(canvas, rng, length)
    if rng.random() < 0.35:
        canvas = _lit(canvas, rng)
    if rng.random() < 0.35:
        canvas = canvas + _grain(rng, canvas.shape[:2]) * np.float32(rng.uniform(1, 9))
    image = np.clip(canvas, 0, 255).astype(np.uint8)
    return (_jpeg(image, int(rng.integers(40, 95))) if rng.random() < 0.35 else image), sigma


def scan(canvas: Canvas, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A page as a scanner, a copier or a fax gives it: two tones, specks, fading, softness; (H, W, 3)
    uint8.
    """
    kind = rng.random()
    if kind < 0.5:  # nearly or quite two tones
        middle, steep = rng.uniform(110, 190), rng.uniform(0.02, 0.2)
        levels = np.arange(256, dtype=np.float32)
        table = 255 / (1 + np.exp(-steep * (levels - middle)))
        grey = np.clip(cv2.cvtColor(canvas, cv2.COLOR_RGB2GRAY), 0, 255).astype(np.uint8)
        image = np.asarray(cv2.cvtColor(cv2.LUT(grey, table.astype(np.uint8)), cv2.COLOR_GRAY2RGB), np.uint8)
    else:
        if kind < 0.7:
            canvas = effects.defocus(canvas, float(rng.uniform(0.3, 0.9)))
        if kind > 0.8:
            canvas = _lit(canvas, rng)
        image = np.clip(canvas, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        height, width = image.shape[:2]
        specks = rng.integers(0, (height - 1, width - 1), (int(rng.integers(3, 150)), 2))
        image[specks[:, 0], specks[:, 1]] = 255 if rng.random() < 0.2 else 20
    return _jpeg(image, int(rng.integers(30, 95))) if rng.random() < 0.3 else image


def _lit(canvas: Canvas, rng: np.random.Generator) -> Canvas:
    """Brightness changing across the picture, from corner to corner."""
    height, width = canvas.shape[:2]
    corners = (1 + rng.uniform(-0.4, 0.3, (2, 2))).astype(np.float32)
    light = np.asarray(cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(canvas * light[:, :, None], np.float32)


@cache
def _noise() -> NDArray[np.float32]:
    """Normal noise (S, S, 3), softened a little as demosaicing leaves it. Fixed: drawing it costs more than a
    whole scene, and a cut at a random place is random enough.
    """
    sharp = np.random.default_rng(0).standard_normal((_GRAIN, _GRAIN, 3), dtype=np.float32)
    return np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.6) * 2, np.float32)


def _grain(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    height, width = shape
    times = -(-max(height, width) // _GRAIN)
    tile = _noise() if times == 1 else np.tile(_noise(), (times, times, 1))
    top = int(rng.integers(0, len(tile) - height + 1))
    left = int(rng.integers(0, len(tile) - width + 1))
    return tile[top : top + height, left : left + width]


def _jpeg(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
