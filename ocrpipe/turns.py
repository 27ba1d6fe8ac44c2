"""Which way up a photo is, for those that were taken or scanned on their side or on their head.

A single turned word is read where it stands (`crops.readings`). A photo of which most words are turned is
better turned as a whole: detectors see upright text best, and short words do not tell which way they run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detectors.geometry import side_lengths
from recognizer.base import Transcript

Quads = NDArray[np.float32]

SAMPLE = 8  # words that are read upside down too where a page reads badly
SURE = 0.5  # mean score of the sample below which it may stand on its head
ENOUGH = 12.0  # believed characters: fewer are read by chance in print that lies on its side


def turned(image: NDArray[np.uint8], quarters: int) -> NDArray[np.uint8]:
    """image (H, W, 3) turned clockwise by so many quarters of a turn; the very same array for none."""
    if quarters % 4 == 0:
        return image
    return np.ascontiguousarray(np.rot90(image, -quarters))


def turned_back(quads: Quads, quarters: int, width: float, height: float) -> Quads:
    """quads (N, 4, 2) in the turned image as they lie in the width x height image that was turned.

    Corners keep their order, so the first is still the one where reading begins.
    """
    for turn in range(quarters, 0, -1):  # the sides change places with every quarter
        down = height if turn % 2 else width  # of the image before this quarter
        quads = np.stack([quads[:, :, 1], down - quads[:, :, 0]], axis=2)
    return np.asarray(quads, np.float32)


def are_sure(transcripts: Sequence[Transcript]) -> bool:
    """Whether these words, one at least, read so well that they do not stand on their heads."""
    return float(np.mean([t.score for t in transcripts])) >= SURE


def say_enough(transcripts: Sequence[Transcript]) -> bool:
    """Whether these words, one at least, say so much, and surely, that a photo cannot lie on its side."""
    return are_sure(transcripts) and evidence(transcripts) >= ENOUGH


def evidence(transcripts: Sequence[Transcript]) -> float:
    """How many characters were read, each counted as far as its word is believed."""
    return float(sum(len(t.text) * t.score for t in transcripts))


def quarters_to_upright(quads: Quads, transcripts: Sequence[Transcript]) -> int:
    """By how many quarters clockwise a photo should be turned for most of what was read to run to the right.

    quads: (N, 4, 2) as they were read, transcripts: N. 0 without words, and among equals.
    """
    along = quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]  # (N, 2)
    heading = np.round(np.arctan2(along[:, 1], along[:, 0]) / (np.pi / 2)).astype(int) % 4  # 1: downwards
    weights = [evidence([t]) for t in transcripts]
    return int(-np.argmax(np.bincount(heading, weights, minlength=4))) % 4


def sample(quads: Quads) -> NDArray[np.intp]:
    """Which of quads (N, 4, 2) say best whether a page stands on its head: the longest words."""
    width, height = side_lengths(quads)
    return np.argsort(height - width, kind="stable")[:SAMPLE]
