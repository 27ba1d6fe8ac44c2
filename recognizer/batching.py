"""Crops of many widths -> network batches of one width each -> back in the order given.

A crop's padded width depends on that crop alone, never on its neighbours in the batch: so a word reads the
same alone and among a thousand, and batches are padded little.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.base import CROP_HEIGHT, Crop

NARROW = 96
WIDEST = 512
PIXELS_A_BATCH = 32 * 32 * 128  # of one channel: about 32 words of usual width; more only costs cache misses
SOFTEST = (
    6.0  # grey levels added to the deviation, so that a blank crop's noise is not blown up to full contrast
)


@dataclass(frozen=True, slots=True)
class Batch:
    """images: (N, 1, 32, W) float32; indices: (N,) where each crop stood; widths: (N,) each crop's own,
    stretched, not padded.
    """

    images: NDArray[np.float32]
    indices: NDArray[np.intp]
    widths: NDArray[np.intp]


def normalise(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(32, w) uint8 -> float32 of mean 0 and deviation near 1: faint and strong print look alike to the
    network.
    """
    values = grey.astype(np.float32)
    return np.asarray((values - values.mean()) / (values.std() + np.float32(SOFTEST)), np.float32)


def to_grey(crop: Crop) -> NDArray[np.uint8]:
    """(32, w, 3) RGB or (32, w) -> (32, w) uint8, at most 512 wide. ValueError for any other shape or
    dtype.
    """
    if crop.dtype != np.uint8 or crop.ndim not in (2, 3) or crop.shape[0] != CROP_HEIGHT or crop.shape[1] < 1:
        raise ValueError(f"crops must be ({CROP_HEIGHT}, w, 3) uint8 RGB, got {crop.shape} {crop.dtype}")
    grey = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    if grey.shape[1] > WIDEST:
        grey = cv2.resize(grey, (WIDEST, CROP_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def stretch(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(32, w) uint8, crops narrower than 96 px widened half way to that.

    A frame is four pixels wide: seen from the side or cut out askew, a word of six letters can be 40 px wide,
    and ten frames cannot say six letters with blanks between. (The field stretches every crop to 100 px.)
    """
    width = grey.shape[1]
    if width >= NARROW:
        return grey
    size = ((width + NARROW) // 2, CROP_HEIGHT)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def padded_width(width: int) -> int:
    """The next bucket: multiples of 16 up to 128, of 32 up to 256, of 64 beyond."""
    step = 16 if width <= 128 else 32 if width <= 256 else 64
    return -(-width // step) * step


def pad(image: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """(32, w) -> (32, width) with the last column repeated: an edge of black would look like a letter."""
    own = image.shape[1]
    padded = np.empty((len(image), width), np.float32)  # np.pad is ten times slower on arrays this small
    padded[:, :own], padded[:, own:] = image, image[:, -1:]
    return padded


def batches(crops: Sequence[Crop]) -> Iterator[Batch]:
    """Every crop once, by bucket from narrow to wide, in batches of at most PIXELS_A_BATCH pixels."""
    greys = [stretch(to_grey(crop)) for crop in crops]
    buckets: dict[int, list[int]] = {}
    for index, grey in enumerate(greys):
        buckets.setdefault(padded_width(grey.shape[1]), []).append(index)
    for width, indices in sorted(buckets.items()):
        size = max(1, PIXELS_A_BATCH // (CROP_HEIGHT * width))
        for start in range(0, len(indices), size):
            part = indices[start : start + size]
            images = np.stack([pad(normalise(greys[i]), width) for i in part])[:, None]  # (N, 1, 32, W)
            yield Batch(images, np.array(part), np.array([greys[i].shape[1] for i in part]))
