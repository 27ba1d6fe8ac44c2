"""What light, lenses and codecs do to a grey picture: (H, W) float32, 0..255, in and out; strength by
`rng`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]


def uneven_light(image: Grey, rng: np.random.Generator, strength: float = 0.35) -> Grey:
    """Brightness changing across the picture: a lamp to one side, or the edge of a shadow."""
    height, width = image.shape
    ends = 1 + rng.uniform(-strength, strength, 4)
    corners = np.array([[ends[0], ends[1]], [ends[2], ends[3]]], np.float32)
    return np.asarray(
        image * cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def defocus(image: Grey, sigma: float) -> Grey:
    """Gaussian blur of sigma px."""
    return np.asarray(
        cv2.GaussianBlur(image, (0, 0), max(sigma, 0.05), borderType=cv2.BORDER_REPLICATE), np.float32
    )


def motion_blur(image: Grey, rng: np.random.Generator, length: int) -> Grey:
    """Straight blur over length px in any direction, horizontal ones likelier: a hand or a head that
    turns.
    """
    angle = rng.normal(0, 25) if rng.random() < 0.6 else rng.uniform(0, 180)
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), angle, 1)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    total = float(kernel.sum())
    return (
        np.asarray(cv2.filter2D(image, -1, kernel / total, borderType=cv2.BORDER_REPLICATE))
        if total
        else image
    )


def noise(image: Grey, rng: np.random.Generator, sigma: float) -> Grey:
    """Sensor noise; half of the time in blobs of two pixels, as demosaicing and rescaling leave it."""
    height, width = image.shape
    if rng.random() < 0.5:
        grain = rng.standard_normal(((height + 1) // 2, (width + 1) // 2), dtype=np.float32)
        return image + sigma * np.asarray(cv2.resize(grain, (width, height)), np.float32)
    return image + np.float32(sigma) * rng.standard_normal((height, width), dtype=np.float32)


def jpeg(image: Grey, quality: int) -> Grey:
    """Through a JPEG file of that quality, 1..100."""
    _, data = cv2.imencode(
        ".jpg", np.clip(image, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32)


def gamma(image: Grey, power: float) -> Grey:
    """A tone curve: below 1 lifts the shadows."""
    return np.asarray(255 * (np.clip(image, 0, 255) / 255) ** power, np.float32)


def threshold_softly(image: Grey, rng: np.random.Generator) -> Grey:
    """A photocopy: contrast pushed until thin strokes break or close."""
    low, high = np.percentile(image, [2, 98])
    middle = low + (high - low) * rng.uniform(0.35, 0.65)
    steep = rng.uniform(3, 8) / max(float(high - low), 16.0)
    return np.asarray(255 / (1 + np.exp(np.clip(-4 * steep * (image - middle), -30, 30))), np.float32)


def screen(image: Grey, rng: np.random.Generator, depth: float) -> Grey:
    """A shaded field as printers make it: dots, two to four pixels apart and depth grey levels darker."""
    period = int(rng.integers(2, 5))
    y, x = np.indices(image.shape)
    dots = ((x + y) % period == 0) & ((x - y) % period == 0)
    return np.asarray(image - np.float32(depth) * dots, np.float32)


def specks(image: Grey, rng: np.random.Generator) -> Grey:
    """Dust on a scanner's glass: at least one pixel, at most one in 150, black or all of them white."""
    height, width = image.shape
    count = int(rng.integers(1, 2 + height * width // 150))
    spotted = image.copy()
    spotted[rng.integers(0, height, count), rng.integers(0, width, count)] = 0 if rng.random() < 0.7 else 255
    return spotted
