"""Boxes that hold several words, cut where the recogniser read a space.

A detector sees a gap of a few pixels, a recogniser letters and what stands between them: of two neighbours in
one box it says so. The parts are read again, each as the word that it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe import crops
from ocrpipe.char_boxes import char_edges
from recognizer.base import CharSpan, Recognizer, Transcript
from recognizer.charset import SPACE

SURE = 0.5  # probability of a space from which a box is cut there

Words = tuple[NDArray[np.float32], list[Transcript], NDArray[np.intp]]


def split(
    reader: Recognizer,
    pixels: NDArray[np.uint8],
    quads: NDArray[np.float32],
    transcripts: Sequence[Transcript],
    sure: float = SURE,
) -> Words:
    """quads (M, 4, 2) and transcripts of the words of N boxes (N, 4, 2) of pixels (H, W, 3) RGB, in their
    order, and (M,) which box each is of. sure: probability of a space to cut at.
    """
    parted = {i: cuts for i, t in enumerate(transcripts) if len(cuts := pieces(t.row, t.frames, sure)) > 1}
    if not parted:
        return quads, list(transcripts), np.arange(len(quads))
    cut = {i: _parts(quads[i], cuts) for i, cuts in parted.items()}
    read = iter(reader.transcribe(crops.rectify(pixels, np.concatenate(list(cut.values())))))
    words: list[tuple[NDArray[np.float32], Transcript, int]] = []
    for i, transcript in enumerate(transcripts):
        if i in cut:
            words += [(part, next(read), i) for part in cut[i]]
        else:
            words.append((quads[i], transcript, i))
    return np.stack([w[0] for w in words]), [w[1] for w in words], np.array([w[2] for w in words], np.intp)


def pieces(row: Sequence[CharSpan], frames: int, sure: float) -> list[tuple[float, float]]:
    """Where each word of a row lies, as fractions of the crop's width; the gaps go half to either side.

    No row is one word: the whole width.
    """
    edges = char_edges(row, frames)
    gaps = [
        (left + right) / 2
        for i, (span, (left, right)) in enumerate(zip(row, edges, strict=True))
        if span.char == SPACE and span.score >= sure and 0 < i < len(row) - 1
    ]
    limits = [0.0, *gaps, 1.0]
    return list(pairwise(limits))


def _parts(quad: NDArray[np.float32], pieces: Sequence[tuple[float, float]]) -> NDArray[np.float32]:
    """(K, 4, 2): quad cut across, along its perspective."""
    corners = np.array([[(a, 0), (b, 0), (b, 1), (a, 1)] for a, b in pieces], np.float32)
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(unit, np.asarray(quad, np.float32))
    return np.asarray(cv2.perspectiveTransform(corners, matrix), np.float32)
