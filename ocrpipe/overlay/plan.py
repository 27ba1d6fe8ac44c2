"""What a picture shows and where, before any pixel or element of it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import ResultError
from ocrpipe.overlay.colours import Colour, colour
from ocrpipe.overlay.labels import Tag, plan_labels
from ocrpipe.overlay.layout import word_height
from ocrpipe.page import Page

# Words of less height in pixels make the photo be enlarged: a label fits between two lines of this size.
_READABLE_WORD = 24
# Of the enlarged picture's longer side, and of the enlargement.
_MIN_SIDE, _MAX_SIDE, _MAX_SCALE = 640, 3600, 4.0
# When more labels than this fraction are in the way, and there are this many, a facing page reads better.
_CROWDED, _MANY = 0.08, 20


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A page on its photo, which is enlarged to width x height pixels, at the top left of the picture.

    quads: (N, 4, 2) float64 of the words, in those pixels; thickness of their outlines. texts, scores and
    colours: (N,). tags: labels beside the words. facing: where a page of the texts lies, "right", "below" or
    None. title: of the legend.
    """

    width: int
    height: int
    quads: NDArray[np.float64]
    thickness: int
    texts: tuple[str, ...]
    scores: tuple[float, ...]
    colours: tuple[Colour, ...]
    tags: tuple[Tag, ...]
    facing: str | None
    title: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of photo and facing page together, the legend not counted."""
        across, down = self.facing == "right", self.facing == "below"
        return self.width * (1 + across), self.height * (1 + down)

    @property
    def fold(self) -> int:
        """Pixels of the line between photo and facing page."""
        return max(1, round(max(self.height, self.width) / 800))


def plan(page: Page, width: int, height: int, *, facing: bool | None = None) -> Plan:
    """The picture of page on its photo of width x height pixels; `ocrpipe.overlay.draw` says what it shows.

    Raises ResultError when page was read from a picture of another size.
    """
    _check_size(page, width, height)
    quads = np.array([word.polygon for word in page.words], np.float64).reshape(-1, 4, 2)
    heights = np.array([word_height(quad) for quad in quads])
    scale = _scale(heights, width, height)
    if scale != 1.0:
        width, height = round(width * scale), round(height * scale)
    texts = tuple(word.text for word in page.words)
    transcribed = any(texts)
    scores = tuple(word.confidence if transcribed else word.detection_score for word in page.words)
    colours = tuple(colour(score) for score in scores)
    tags, beside = _arrange(texts, quads * scale, colours, width, height, facing)
    title = f"{len(scores)} words   {'confidence' if transcribed else 'detection score'}:"
    thickness = _thickness(heights * scale, width, height)
    return Plan(width, height, quads * scale, thickness, texts, scores, colours, tags, beside, title)


def _arrange(
    texts: Sequence[str],
    quads: NDArray[np.float64],
    colours: Sequence[Colour],
    width: int,
    height: int,
    facing: bool | None,
) -> tuple[tuple[Tag, ...], str | None]:
    """The labels, or on which side a facing page lies; neither where there is no text."""
    if not any(texts):
        return (), None
    if not facing:
        tags, crowded = plan_labels(texts, quads, colours, width, height)
        if facing is False or crowded <= _CROWDED or sum(map(bool, texts)) < _MANY:
            return tuple(tags), None
    return (), "right" if height > width else "below"


def _check_size(page: Page, width: int, height: int) -> None:
    if page.image is not None and (page.image.width, page.image.height) != (width, height):
        pdf = page.source.format == "PDF"
        raise ResultError(
            f"{page.source.path}: the result is of a picture of {page.image.width} x {page.image.height} "
            f"pixels, this one has {width} x {height}; "
            f"{'say at which --dpi it was read' if pdf else 'give the photo that was read'}"
        )


def _scale(heights: NDArray[np.float64], width: int, height: int) -> float:
    """How much to enlarge the photo, in halves, so that words of heights (N,) can be read and labelled."""
    longer = max(width, height)
    wanted = _MIN_SIDE / longer
    if heights.any():
        wanted = max(wanted, _READABLE_WORD / float(np.median(heights[heights > 0])))
    return float(max(1.0, min(np.ceil(wanted * 2) / 2, _MAX_SCALE, _MAX_SIDE / longer)))


def _thickness(heights: NDArray[np.float64], width: int, height: int) -> int:
    typical = float(np.median(heights)) if len(heights) else np.inf
    return max(1, round(min(max(width, height) / 800, typical / 18)))
