"""Word quads -> upright crops of height 32, and the quads in the orientation in which they are read.

Pixels as in `detectors.geometry`: a quad's corners are continuous, pixel j of a crop of width w covers the
part j / w .. (j + 1) / w of the quad's width. OpenCV counts pixel centres; the half pixels are added and
taken here.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.geometry import min_area_quad, side_lengths
from recognizer.base import CROP_HEIGHT

Image = NDArray[np.uint8]
Crop = NDArray[np.uint8]
Quads = NDArray[np.float32]

MAX_WIDTH = 1024  # 32 times the height: no word is longer; a wider quad (a rule, a whole line) is squeezed
TALL = 1.5  # height over width from which a quad is taken for a word that runs up or down
_VERTICAL = 0.05  # sine of about 3 degrees: within it a tall quad counts as exactly vertical
_SHARP = 1.5  # shrinking by less than this, a bilinear warp alone shows no aliasing


def oriented(quads: Quads) -> Quads:
    """quads (N, 4, 2) with the start corner of every tall one moved to where its reading begins.

    A quad higher than 1.5 times its width runs along its long axis, towards the end that lies further right:
    a word climbing at 70 degrees is read upwards, one falling at 70 degrees downwards. Within 3 degrees of
    vertical, where the side would be an accident, it is read downwards, as on hanging signs and the spines of
    books.
    """
    quads = np.asarray(quads, np.float32).reshape(-1, 4, 2)
    width, height = side_lengths(quads)
    axis = quads[:, 2] + quads[:, 3] - quads[:, 0] - quads[:, 1]  # (N, 2), from the first edge to the third
    slack = _VERTICAL * np.linalg.norm(axis, axis=1)
    vertical = np.abs(axis[:, 0]) <= slack
    along = np.where(vertical, axis[:, 1] >= 0, axis[:, 0] > 0)  # read along the axis, or against it
    start = np.where(height > TALL * width, np.where(along, 1, 3), 0)
    corners = (np.arange(4) + start[:, None]) % 4  # (N, 4)
    return np.take_along_axis(quads, corners[:, :, None], axis=1)


def readings(quads: Quads) -> tuple[Quads, NDArray[np.intp]]:
    """Every way in which each of quads (N, 4, 2) may be read, likeliest first, and (M,) which quad each is
    of.

    A wide one is read as it stands. A tall one may be a word turned as `oriented` says, one turned the other
    way, or upright after all, as a lone I or 1 is: whoever reads them keeps the surest.
    """
    quads = np.asarray(quads, np.float32).reshape(-1, 4, 2)
    width, height = side_lengths(quads)
    turned, owners = oriented(quads), np.arange(len(quads))
    tall = owners[height > TALL * width]
    ways = np.concatenate([turned, np.roll(turned[tall], 2, axis=1), quads[tall]])  # (M, 4, 2)
    return ways, np.concatenate([owners, tall, tall])


def extract(image: Image, quads: Quads) -> list[Crop]:
    """One crop (32, w, 3) uint8 RGB a quad, read as `oriented` says: `rectify(image, oriented(quads))`."""
    return rectify(image, oriented(quads))


def rectify(image: Image, quads: Quads) -> list[Crop]:
    """One crop (32, w, 3) uint8 RGB a quad of quads (N, 4, 2), as it is ordered: its first corner top-left.

    w keeps the quad's aspect, 1..1024. Beyond the image its edge pixels are repeated. Large words are
    averaged, not sampled, so that they stay smooth. A quad without area gives the pixel at its centre, one
    column wide. Raises ValueError for coordinates that are not finite and for an image without pixels.
    """
    quads = np.asarray(quads, np.float32).reshape(-1, 4, 2)
    if not np.isfinite(quads).all():
        raise ValueError("quads must be finite")
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0 or image.dtype != np.uint8:
        raise ValueError(f"image must be (H, W, 3) uint8 with pixels, got {image.shape} {image.dtype}")
    convex = _is_convex(quads)
    whole = [q if fine else min_area_quad(q) for q, fine in zip(quads, convex, strict=True)]
    return [_rectify_one(image, quad) for quad in whole]


def _is_convex(quads: Quads) -> NDArray[np.bool_]:
    """(N,): True where all corners turn the same way; dented or crossed quads have no perspective."""
    edges = np.roll(quads, -1, axis=1) - quads
    following = np.roll(edges, -1, axis=1)
    turns = edges[:, :, 0] * following[:, :, 1] - edges[:, :, 1] * following[:, :, 0]  # (N, 4)
    return np.asarray((turns > 0).all(axis=1) | (turns < 0).all(axis=1))


def _rectify_one(image: Image, quad: NDArray[np.float32]) -> Crop:
    top, right, bottom, left = (float(np.hypot(*(quad[(i + 1) % 4] - quad[i]))) for i in range(4))
    width, height = (top + bottom) / 2, (right + left) / 2
    if min(width, height) < 1e-2:
        return _centre_pixel(image, quad)
    columns = int(np.clip(round(CROP_HEIGHT * width / height), 1, MAX_WIDTH))
    image, quad, height = _shrunk(image, quad, height)
    # What is left of the shrinking is done by warping at a multiple of the size and averaging.
    fine = 1 if height <= _SHARP * CROP_HEIGHT else int(np.ceil(height / CROP_HEIGHT))
    crop = _warp(image, quad, columns * fine, CROP_HEIGHT * fine)
    return (
        crop
        if fine == 1
        else _as_uint8(cv2.resize(crop, (columns, CROP_HEIGHT), interpolation=cv2.INTER_AREA))
    )


def _shrunk(
    image: Image, quad: NDArray[np.float32], height: float
) -> tuple[Image, NDArray[np.float32], float]:
    """The part of image around quad, quad and height, halved by averaging until 48..96 rows are left."""
    halvings = int(np.log2(max(height / (_SHARP * CROP_HEIGHT), 1)))
    if halvings == 0:
        return image, quad, height
    factor = 2**halvings  # halving again and again is several times faster than averaging by any other number
    limits = np.array([image.shape[1], image.shape[0]])
    low = np.clip(np.floor(quad.min(axis=0)) - factor, 0, limits - 1).astype(int)
    high = np.clip(np.ceil(quad.max(axis=0)) + factor, low + 1, limits).astype(int)
    size = -((low - high) // factor)  # rounded up
    span = np.minimum(size * factor, limits)
    low = np.minimum(low, limits - span)
    small = image[low[1] : low[1] + span[1], low[0] : low[0] + span[0]]
    for step in reversed(range(halvings)):
        smaller = size * 2**step
        small = _as_uint8(cv2.resize(small, (int(smaller[0]), int(smaller[1])), interpolation=cv2.INTER_AREA))
    return small, ((quad - low) * (size / span)).astype(np.float32), height / factor


def _warp(image: Image, quad: NDArray[np.float32], width: int, height: int) -> Crop:
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    # Half a pixel off on both sides: from continuous coordinates to OpenCV's pixel centres.
    matrix = cv2.getPerspectiveTransform(corners - np.float32(0.5), quad - np.float32(0.5))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return _as_uint8(
        cv2.warpPerspective(image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def _centre_pixel(image: Image, quad: NDArray[np.float32]) -> Crop:
    x, y = np.clip(quad.mean(axis=0), 0, [image.shape[1] - 1, image.shape[0] - 1]).astype(int)
    return np.full((CROP_HEIGHT, 1, 3), image[y, x], np.uint8)


def _as_uint8(array: object) -> NDArray[np.uint8]:
    return np.asarray(array, np.uint8)  # OpenCV's stubs promise only some integer or float
