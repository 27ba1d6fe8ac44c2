"""Photo to network input and the factors to go back: sizes in multiples of 32, the long side bounded."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.base import Image

STRIDE = 32  # of the network's deepest map
MAX_ENLARGE = 2.0  # a stamp-sized picture gains from enlarging, a pixel does not
MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255  # per channel RGB, the customary photo statistics
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32) * 255
# What each of the 256 levels becomes, (3, 256): looking it up is seven times as fast as computing it anew for
# every pixel, and the same to the last bit.
_LEVELS = np.ascontiguousarray(((np.arange(256, dtype=np.float32)[:, None] - MEAN) / DEVIATION).T)


@dataclass(frozen=True, slots=True, eq=False)
class Resized:
    """image: (H, W, 3) uint8 RGB, H and W multiples of 32; the photo lies in its top-left `width` x `height`
    pixels.

    A point p of the image lies at p / (scale_x, scale_y) in the photo.
    """

    image: Image
    width: int
    height: int
    scale_x: float
    scale_y: float

    def to_photo(self, quads: NDArray[np.float32]) -> NDArray[np.float32]:
        """quads (N, 4, 2) in pixels of the resized image, as (N, 4, 2) float32 in pixels of the photo."""
        return (quads / np.array([self.scale_x, self.scale_y], np.float32)).astype(np.float32)


def fit(width: int, height: int, long_side: int, max_enlarge: float = 1.0) -> tuple[int, int]:
    """Size (width, height) of a photo scaled to a long side of long_side, by at most max_enlarge;
    at least 1 x 1.
    """
    factor = min(long_side / max(width, height), max_enlarge)
    return max(1, round(width * factor)), max(1, round(height * factor))


def check_image(image: Image) -> None:
    """ValueError unless image is (H, W, 3) uint8 with pixels."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
        raise ValueError(f"image must be (H, W, 3) uint8 RGB with H, W >= 1, got {image.shape} {image.dtype}")


def resize(image: Image, long_side: int, max_enlarge: float = 1.0) -> Resized:
    """image (H, W, 3) uint8 RGB scaled, then padded right and below by its own edge to multiples of `STRIDE`.

    Padding rather than stretching keeps round letters round; the edge rather than black makes no false
    border. ValueError for an empty or wrongly shaped image.
    """
    check_image(image)
    height, width = image.shape[:2]
    new_width, new_height = fit(width, height, long_side, max_enlarge)
    if (new_width, new_height) != (width, height):
        smaller = new_width * new_height < width * height
        method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        image = cv2.resize(image, (new_width, new_height), interpolation=method).astype(np.uint8, copy=False)
    below, right = -new_height % STRIDE, -new_width % STRIDE
    padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE) if below or right else image
    return Resized(
        np.asarray(padded, np.uint8), new_width, new_height, new_width / width, new_height / height
    )


def normalise(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """images (N, H, W, 3) uint8 RGB to network input (N, 3, H, W) float32, zero mean and unit deviation
    over photos.
    """
    count, height, width = images.shape[:3]
    batch = np.empty((count, 3, height, width), np.float32)
    for image, planes in zip(images, batch, strict=True):
        for channel, plane in enumerate(planes):
            cv2.LUT(cv2.extractChannel(image, channel), _LEVELS[channel], dst=plane)
    return batch
