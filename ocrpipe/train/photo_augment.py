"""Light, colour and camera faults for training crops; shapes and places stay."""

from __future__ import annotations

import cv2
import numpy as np

from detectors.base import Image


def recolour(image: Image, rng: np.random.Generator) -> Image:
    """image (H, W, 3) uint8 RGB in another light: exposure, contrast, tint, at times inverted, grey,
    blurred, noisy.
    """
    # One table a channel does all of it at once: gamma, contrast, tint and inversion are functions of one
    # value.
    levels = np.linspace(0, 1, 256, dtype=np.float32)
    gamma, contrast = np.exp(rng.uniform(-0.5, 0.5)), np.exp(rng.uniform(-0.5, 0.3))
    light = rng.uniform(-0.12, 0.12)
    tints = rng.uniform(0.88, 1.12, 3)
    inverted = rng.random() < 0.06
    table = np.empty((256, 1, 3), np.uint8)
    for channel, tint in enumerate(tints):
        values = ((levels**gamma - 0.5) * contrast + 0.5 + light) * tint
        values = np.clip(values, 0, 1) * 255
        table[:, 0, channel] = (255 - values if inverted else values).astype(np.uint8)
    out = cv2.LUT(image, table)
    if rng.random() < 0.1:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return _camera(out.astype(np.uint8, copy=False), rng)


def _camera(image: Image, rng: np.random.Generator) -> Image:
    out = image
    if rng.random() < 0.25:
        out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.4, 1.3))).astype(np.uint8, copy=False)
    if rng.random() < 0.2:
        noise = rng.standard_normal(out.shape, np.float32) * np.float32(rng.uniform(2, 12))
        out = np.clip(out + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))]
        coded = cv2.imencode(".jpg", out, quality)[1]
        out = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return out
