"""Unsure words looked at again: cut tighter, looser or climbing, and the surest reading counts.

A recogniser reads what it is given; a box that is a little wrong, or an upright crop of a line that climbs,
costs letters. Only words that are not sure are read again, so that the cost stays with them. Source:
test-time augmentation; Shi et al. 2016 (arXiv 1603.03915) straighten words by a network, which is not needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocrpipe import crops
from recognizer.base import Recognizer, Transcript

SURE = 0.75  # confidence from which a word is left as it is
HOPELESS = 0.02  # and below which nothing is a word
LEAD = 0.03  # how much surer another view has to be
MOST_CUT = 0.25  # of the height, on either side, from a climbing line's upright box


@dataclass(frozen=True, slots=True)
class View:
    """How a quad is cut: `grow` on every side, of its height, negative is tighter; `climb`: how far the line
    rises from its left to its right end, of its length.
    """

    grow: float = 0.0
    climb: float = 0.0


BOXED = (View(grow=-0.08), View(grow=0.1))  # for words in boxes of a detector, which lie along the line
UPRIGHT = (*BOXED, *(View(climb=climb) for climb in (0.1, -0.1, 0.2, -0.2, 0.3, -0.3)))  # for crops by hand


def seen(quads: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """quads (N, 4, 2) as view cuts them; a climbing one also loses the corners that its line does not reach,
    at most MOST_CUT.
    """
    top, right, bottom, left = quads[:, 0], quads[:, 1], quads[:, 2], quads[:, 3]
    along = ((right - top) + (bottom - left)) / 2  # (N, 2), the length of the word
    down = ((left - top) + (bottom - right)) / 2  # its height
    width, height = (np.maximum(np.hypot(*v.T), 1e-6)[:, None] for v in (along, down))
    cut = np.minimum(0.4 * abs(view.climb) * width / height, MOST_CUT) - view.grow
    rise = view.climb * width / height / 2
    side = view.grow * height / width
    corners = [
        point + along * (side * x) + down * (y * -cut - x * rise)
        for point, x, y in ((top, -1, -1), (right, 1, -1), (bottom, 1, 1), (left, -1, 1))
    ]
    return np.asarray(np.stack(corners, axis=1), np.float32)


def look_again(
    reader: Recognizer,
    pixels: NDArray[np.uint8],
    quads: NDArray[np.float32],
    transcripts: Sequence[Transcript],
    views: Sequence[View] = BOXED,
) -> list[Transcript]:
    """The transcripts of N quads (N, 4, 2) of pixels (H, W, 3) RGB, those of unsure words by their surest
    view.
    """
    best = list(transcripts)
    unsure = [i for i, transcript in enumerate(best) if HOPELESS <= transcript.score < SURE]
    if not unsure:
        return best
    others = np.concatenate([seen(quads[unsure], view) for view in views])
    for index, other in enumerate(reader.transcribe(crops.rectify(pixels, others))):
        word = unsure[index % len(unsure)]
        if other.score > max(best[word].score, transcripts[word].score + LEAD):
            best[word] = other
    return best
