"""From quads and their transcripts to the words of a page, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detectors.geometry import swell
from ocrpipe import reading_order
from ocrpipe.images import Photo
from ocrpipe.page import Page
from ocrpipe.word_details import add_details

if TYPE_CHECKING:
    from recognizer.base import Transcript


def words_of(
    photo: Photo,
    quads: NDArray[np.float32],
    transcripts: Sequence[Transcript],
    scores: NDArray[np.float32],
    margins: NDArray[np.float32],
    *,
    chars: bool,
) -> Page:
    """The words of N quads (N, 4, 2) as they were read, their transcripts and detection scores (N,), in
    reading order; each is told margins (N,) pixels smaller on every side.
    """
    told = swell(quads, -margins)
    words, lines, blocks = reading_order.arrange(
        told, [t.text for t in transcripts], [t.score for t in transcripts], scores.tolist()
    )
    words = add_details(words, told, transcripts, quads, chars=chars)
    return Page(photo.source, photo.info, words, lines, blocks)
