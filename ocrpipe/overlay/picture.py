"""A page drawn on its photo: outlines, labels or a facing page, legend."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import ResultError
from ocrpipe.overlay.colours import PAPER, Colour, colour, legend
from ocrpipe.overlay.facing import facing_page
from ocrpipe.overlay.labels import draw_labels
from ocrpipe.overlay.layout import word_height
from ocrpipe.page import Page

Picture = NDArray[np.uint8]

# Words of less height in pixels make the photo be enlarged: a label fits between two lines of this size.
_READABLE_WORD = 24
# Of the enlarged picture's longer side, and of the enlargement.
_MIN_SIDE, _MAX_SIDE, _MAX_SCALE = 640, 3600, 4.0
# When more labels than this fraction are in the way, and there are this many, a facing page reads better.
_CROWDED, _MANY = 0.08, 20
_FOLD = 160  # grey of the line between photo and facing page


def draw(image: Picture, page: Page, *, facing: bool | None = None) -> Picture:
    """image, (H, W, 3) uint8 RGB, with page's words drawn on it: (H', W', 3) uint8 RGB, a new array.

    The photo lies at the top left, enlarged by one factor, 1 to 4, where its words are small; a legend below.
    Colours tell the confidence, or the detection score where no word was transcribed. Labels stand beside
    their words; facing=True sets them on a page of their own instead, right of a tall photo or below a wide
    one; facing=None does so where labels would hide each other or other words. An empty text has no label.
    Raises ResultError when page was read from a picture of another size.
    """
    _check_size(image, page)
    height, width = image.shape[:2]
    quads = np.array([word.polygon for word in page.words], np.float64).reshape(-1, 4, 2)
    texts = [word.text for word in page.words]
    heights = np.array([word_height(quad) for quad in quads])
    scale = _scale(heights, width, height)
    transcribed = any(texts)
    scores = [word.confidence if transcribed else word.detection_score for word in page.words]
    colours = [colour(score) for score in scores]
    quads = quads * scale
    outlined = _outlined(_enlarged(image, scale), quads, colours, heights * scale)
    picture = _with_texts(outlined, texts, quads, colours, facing) if transcribed else outlined
    title = f"{len(scores)} words   {'confidence' if transcribed else 'detection score'}:"
    return np.concatenate([picture, legend(picture.shape[1], title, scores)])


def _check_size(image: Picture, page: Page) -> None:
    height, width = image.shape[:2]
    if page.image is not None and (page.image.width, page.image.height) != (width, height):
        raise ResultError(
            f"{page.source.path}: the result is of a picture of {page.image.width} x {page.image.height} "
            f"pixels, this one has {width} x {height}; give the photo that was read"
        )


def _scale(heights: NDArray[np.float64], width: int, height: int) -> float:
    """How much to enlarge the photo, in halves, so that words of heights (N,) can be read and labelled."""
    longer = max(width, height)
    wanted = _MIN_SIDE / longer
    if heights.any():
        wanted = max(wanted, _READABLE_WORD / float(np.median(heights[heights > 0])))
    return float(max(1.0, min(np.ceil(wanted * 2) / 2, _MAX_SCALE, _MAX_SIDE / longer)))


def _enlarged(image: Picture, scale: float) -> Picture:
    if scale == 1.0:
        return image.copy()
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _outlined(
    canvas: Picture, quads: NDArray[np.float64], colours: Sequence[Colour], heights: NDArray[np.float64]
) -> Picture:
    """canvas with quads (N, 4, 2) drawn around, each on a white line that parts it from a like ground."""
    typical = float(np.median(heights)) if len(heights) else np.inf
    thickness = max(1, round(min(max(canvas.shape[:2]) / 800, typical / 18)))
    # Drawn just outside, not to hide letters: smooth lines reach `thickness` to either side. cv2 puts
    # integers at pixel centres, hence the half pixel; the last 4 bits are the fraction (shift=4).
    corners = np.round((_grown(quads, thickness + 1) - 0.5) * 16).astype(np.int32)
    for width, shades in ((thickness + 1, [PAPER] * len(quads)), (thickness, colours)):
        for quad, shade in zip(corners, shades, strict=True):
            cv2.polylines(canvas, [quad], True, shade, width, cv2.LINE_AA, shift=4)
    return canvas


def _grown(quads: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    """quads (N, 4, 2) with each corner moved outwards: the sides of a rectangle move by that many pixels."""
    leaving = np.roll(quads, -1, axis=1) - quads
    leaving /= np.maximum(np.linalg.norm(leaving, axis=2, keepdims=True), 1e-9)
    return np.asarray(quads + by * (np.roll(leaving, 1, axis=1) - leaving))


def _with_texts(
    outlined: Picture,
    texts: Sequence[str],
    quads: NDArray[np.float64],
    colours: Sequence[Colour],
    facing: bool | None,
) -> Picture:
    """outlined with its labels, or beside its facing page."""
    if not facing:
        labelled, crowded = draw_labels(outlined, texts, quads, colours)
        if facing is False or crowded <= _CROWDED or sum(map(bool, texts)) < _MANY:
            return labelled
    height, width = outlined.shape[:2]
    page = facing_page(texts, quads, colours, width, height)
    fold = max(1, round(max(height, width) / 800))
    if height > width:
        page[:, :fold] = _FOLD
        return np.concatenate([outlined, page], axis=1)
    page[:fold] = _FOLD
    return np.concatenate([outlined, page], axis=0)
