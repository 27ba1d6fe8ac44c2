"""Whether a score means what it says: of the words scored 0.8, four in five should be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15  # of Guo et al. 2017


@dataclass(frozen=True, slots=True)
class Bin:
    """Words whose scores lie in one part of 0..1: how many, their mean score, and the share that is right."""

    words: int
    score: float
    accuracy: float


def reliability(
    scores: Sequence[float] | NDArray[np.floating],
    right: Sequence[bool] | NDArray[np.bool_],
    bins: int = BINS,
) -> list[Bin]:
    """Words by their scores, 0..1, in bins of equal width, from low to high; empty bins are left out.

    right: whether each word was read rightly. ValueError for unequal lengths, scores outside 0..1, bins < 1.
    """
    values, truth = np.asarray(scores, np.float64), np.asarray(right, bool)
    if values.shape != truth.shape or bins < 1:
        raise ValueError(
            f"{values.shape} scores, {truth.shape} judgements, {bins} bins; give one of each a word"
        )
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("scores must be in 0..1")
    places = np.minimum((values * bins).astype(int), bins - 1)
    found = []
    for place in np.unique(places):
        inside = places == place
        found.append(Bin(int(inside.sum()), float(values[inside].mean()), float(truth[inside].mean())))
    return found


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance between score and accuracy over the words in bins; 0.0 for none. (Guo et al. 2017)"""
    words = sum(b.words for b in bins)
    return sum(b.words * abs(b.score - b.accuracy) for b in bins) / words if words else 0.0


def best_exponent(
    scores: Sequence[float] | NDArray[np.floating], right: Sequence[bool] | NDArray[np.bool_]
) -> float:
    """The power, 0.5..8.0 in tenths, to which scores (0..1) must be raised to say best which words are right.

    Best is the least negative log-likelihood. The geometric mean of the characters' peaks says how sure one
    character is, and a word needs them all: hence a power, and above 1.
    """
    truth = np.asarray(right, bool)
    logs = np.log(np.clip(np.asarray(scores, np.float64), 1e-9, 1.0))

    def surprise(exponent: float) -> float:
        chance = np.clip(np.exp(logs * exponent), 1e-6, 1 - 1e-6)
        return float(-np.log(np.where(truth, chance, 1 - chance)).sum())

    return min((tenths / 10 for tenths in range(5, 81)), key=surprise)
