"""The connected parts of a score map, each the core of a word."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.splitting import LOWEST, Map, Mask, split

MAX_PARTS = 3000  # a page of small print has 1,500 words; noise beyond this only costs time


class Part(NamedTuple):
    """A connected part of a score map: outer outline (K, 2) integer pixels, how many pixels, mean score."""

    outline: NDArray[np.int32]
    pixels: int
    score: float


def find_parts(score: Map, threshold: float, least: float, split_threshold: float = 1.0) -> list[Part]:
    """Every connected part of score (H, W) above threshold, or the words that it is split into above
    split_threshold, of a mean score from least on; best first.
    """
    parts = []
    for outline in _outlines((score > threshold).astype(np.uint8)):
        x, y, width, height = cv2.boundingRect(outline)
        window = score[y : y + height, x : x + width]
        core = np.zeros((height, width), np.uint8)
        cv2.drawContours(core, [outline], -1, 1, cv2.FILLED, offset=(-x, -y))
        part = Part(outline, cv2.countNonZero(core), cv2.mean(window, core)[0])
        if part.score >= least:
            words = _words(part, window, core, split_threshold)
            parts += [part] if len(words) == 1 else [_part(window, word, (x, y)) for word in words]
    sure = [part for part in parts if part.score >= least]
    return sorted(sure, key=lambda part: -part.score)[:MAX_PARTS]


def _words(part: Part, window: Map, core: Mask, threshold: float) -> list[Mask]:
    """The words of part as masks like core (H, W), which shows it in its window of the score map."""
    if threshold >= 1 or min(core.shape) < LOWEST:
        return [core]
    height = min(cv2.minAreaRect(part.outline)[1]) + 1  # from the first pixel's centre to the last one's
    return split(window, core, height, threshold)


def _part(score: Map, core: Mask, place: tuple[int, int]) -> Part:
    """The part that is 1 in core, (H, W) as score, of which the left upper corner lies at place."""
    outline = max(_outlines(core), key=len)
    return Part(outline + np.array(place, np.int32), cv2.countNonZero(core), cv2.mean(score, core)[0])


def _outlines(mask: Mask) -> list[NDArray[np.int32]]:
    """Outer outlines (K, 2) of the connected parts of mask (H, W)."""
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [np.asarray(outline, np.int32).reshape(-1, 2) for outline in found]
