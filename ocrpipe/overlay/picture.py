"""A page drawn on its photo, in pixels: outlines, labels or a facing page, legend."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.overlay.colours import PAPER, Colour, legend
from ocrpipe.overlay.facing import facing_page
from ocrpipe.overlay.labels import draw_labels
from ocrpipe.overlay.plan import Plan, plan
from ocrpipe.page import Page

Picture = NDArray[np.uint8]

FOLD = 160  # grey of the line between photo and facing page


def draw(image: Picture, page: Page, *, facing: bool | None = None) -> Picture:
    """image, (H, W, 3) uint8 RGB, with page's words drawn on it: (H', W', 3) uint8 RGB, a new array.

    The photo lies at the top left, enlarged by one factor, 1 to 4, where its words are small; a legend below.
    Colours tell the confidence, or the detection score where no word was transcribed. Labels stand beside
    their words; facing=True sets them on a page of their own instead, right of a tall photo or below a wide
    one; facing=None does so where labels would hide each other or other words. An empty text has no label.
    Raises ResultError when page was read from a picture of another size.
    """
    shown = plan(page, image.shape[1], image.shape[0], facing=facing)
    outlined = _outlined(_enlarged(image, shown), shown.quads, shown.colours, shown.thickness)
    picture = _beside(outlined, shown) if shown.facing else draw_labels(outlined, shown.tags)
    return np.concatenate([picture, legend(picture.shape[1], shown.title, shown.scores)])


def grown(quads: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    """quads (N, 4, 2) with each corner moved outwards: the sides of a rectangle move by that many pixels."""
    leaving = np.roll(quads, -1, axis=1) - quads
    leaving /= np.maximum(np.linalg.norm(leaving, axis=2, keepdims=True), 1e-9)
    return np.asarray(quads + by * (np.roll(leaving, 1, axis=1) - leaving))


def _enlarged(image: Picture, shown: Plan) -> Picture:
    if image.shape[:2] == (shown.height, shown.width):
        return image.copy()
    size = (shown.width, shown.height)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _outlined(
    canvas: Picture, quads: NDArray[np.float64], colours: Sequence[Colour], thickness: int
) -> Picture:
    """canvas with quads (N, 4, 2) drawn around, each on a white line that parts it from a like ground."""
    # Drawn just outside, not to hide letters: smooth lines reach `thickness` to either side. cv2 puts
    # integers at pixel centres, hence the half pixel; the last 4 bits are the fraction (shift=4).
    corners = np.round((grown(quads, thickness + 1) - 0.5) * 16).astype(np.int32)
    for width, shades in ((thickness + 1, [PAPER] * len(quads)), (thickness, colours)):
        for quad, shade in zip(corners, shades, strict=True):
            cv2.polylines(canvas, [quad], True, shade, width, cv2.LINE_AA, shift=4)
    return canvas


def _beside(outlined: Picture, shown: Plan) -> Picture:
    """outlined and its facing page, parted by a line."""
    page = facing_page(shown.texts, shown.quads, shown.colours, shown.width, shown.height)
    if shown.facing == "right":
        page[:, : shown.fold] = FOLD
        return np.concatenate([outlined, page], axis=1)
    page[: shown.fold] = FOLD
    return np.concatenate([outlined, page], axis=0)
