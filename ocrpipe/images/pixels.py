"""Any Pillow mode, and any sensible array, as (H, W, 3) uint8 RGB."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
_DEEP_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_TRANSPARENT_MODES = ("RGBA", "RGBa", "LA", "La", "PA")


def image_to_rgb(image: Image.Image) -> Pixels:
    """image, any mode, as (H, W, 3) uint8 RGB; a copy.

    Transparent images are laid on white or black, whichever is further from their opaque pixels. Deep grey
    (16 and 32 bit, float) is stretched so that its own darkest and brightest values become 0 and 255:
    scanners put 10 or 12 bits into 16, which a plain shift would turn black.
    """
    if image.mode in _DEEP_MODES:
        return _grey_to_rgb(_stretch(np.asarray(image)))
    if (
        image.mode == "LAB"
    ):  # Pillow converts LAB only with a colour profile; OpenCV has the same 8-bit layout
        return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_LAB2RGB), np.uint8)
    if image.mode in _TRANSPARENT_MODES or "transparency" in image.info:
        image = _flatten(image)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"), np.uint8)


def array_to_rgb(array: NDArray[Any]) -> Pixels:
    """array as (H, W, 3) uint8 RGB; shares memory with an array that already is.

    array: (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA; uint8, bool, float 0..1 (NaN counts as 0), or
    uint16, whose colours are stretched from their own darkest and brightest values. Raises ValueError for
    anything else.
    """
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise ValueError(f"shape {array.shape} is no photo; give (H, W), (H, W, 3) RGB or (H, W, 4) RGBA")
    if array.size == 0:
        raise ValueError(f"shape {array.shape} has no pixels; give at least one")
    pixels = _to_uint8(array)
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return _grey_to_rgb(pixels.reshape(pixels.shape[:2]))
    if pixels.shape[2] == 4:
        return image_to_rgb(Image.fromarray(pixels))
    return np.ascontiguousarray(pixels)


def _to_uint8(array: NDArray[Any]) -> Pixels:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        if array.ndim == 3 and array.shape[2] == 4:  # opacity has a fixed range; only colours are stretched
            return np.dstack([_stretch(array[..., :3]), (array[..., 3] >> 8).astype(np.uint8)])
        return _stretch(array)
    if np.issubdtype(array.dtype, np.floating):
        known = np.nan_to_num(array.astype(np.float32), nan=0.0)
        if known.min() < 0 or known.max() > 1 + 1e-3:  # a resize may overshoot 1 by rounding
            raise ValueError(f"float values {known.min():g}..{known.max():g}; scale them to 0..1")
        return np.asarray(np.rint(np.minimum(known, 1) * 255), np.uint8)
    raise ValueError(f"dtype {array.dtype} is no pixel type; give uint8, uint16, bool or float 0..1")


def _stretch(deep: NDArray[Any]) -> Pixels:
    """deep, any shape and type, its finite range mapped to 0..255; a flat one becomes grey, or black if 0."""
    known = deep[np.isfinite(deep)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if high <= low:  # nothing to tell apart, so nothing to read
        return np.full(deep.shape, 128 if high > 0 else 0, np.uint8)
    limited = np.nan_to_num(deep.astype(np.float32), nan=low).clip(low, high)
    return np.asarray(np.rint((limited - low) * (255 / (high - low))), np.uint8)


def _grey_to_rgb(grey: Pixels) -> Pixels:
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))  # (H, W, 3)


def _flatten(image: Image.Image) -> Image.Image:
    """image with transparency as RGB, on white if its opaque pixels are dark on average, else on black."""
    rgba = image.convert("LA" if image.mode == "La" else "RGBA").convert("RGBA")
    alpha = rgba.getchannel("A")
    opaque = alpha.point([0] * 128 + [255] * 128)
    histogram = np.array(rgba.convert("L").histogram(mask=opaque), np.float64)
    mean = float(histogram @ np.arange(256) / histogram.sum()) if histogram.sum() else 0.0
    canvas = Image.new("RGB", rgba.size, "white" if mean < 128 else "black")
    canvas.paste(rgba, mask=alpha)
    return canvas
