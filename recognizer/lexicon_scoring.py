"""p(l | y) of many words for one crop at once: CTC's forward algorithm over a padded matrix of labels.

Source: arXiv 1507.05717, section 2.3.3; Graves et al. 2006, section 4.1. Equal to `ctc.labelling_probability`
word by word (tested); a thousand words cost about a millisecond instead of half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.charset import BLANK
from recognizer.ctc import Probabilities

_PAD = -1  # as an index it picks the last column, which scoring appends and fills with zeros
_ROUNDING = 1e-5  # nats; float32 rows sum to 1 only so nearly
_RESCALE_EVERY = 4  # frames: float32 probabilities of 1e-38 each cannot underflow float64 in so few


@dataclass(frozen=True, slots=True, eq=False)
class WordMatrix:
    """K words ready for scoring.

    classes: (L, K) intp, a word a column, class indices 1..C-1, padded at the end; L >= 1.
    lengths: (K,) intp, 0 for the empty word.
    fresh: (L, K) bool, where a class stands for the first time in its word.
    """

    classes: NDArray[np.intp]
    lengths: NDArray[np.intp]
    fresh: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.lengths)

    def take(self, indices: NDArray[np.intp]) -> WordMatrix:
        """The words at indices, in that order, padded no longer than they need."""
        lengths = self.lengths[indices]
        longest = max(1, int(lengths.max(initial=0)))
        return WordMatrix(self.classes[:longest, indices], lengths, self.fresh[:longest, indices])


def pack(words: Sequence[Sequence[int]]) -> WordMatrix:
    """Words, each a sequence of classes without blanks, as one matrix. No words make a matrix of none."""
    lengths = np.array([len(word) for word in words], np.intp)
    classes = np.full((max(1, int(lengths.max(initial=0))), len(words)), _PAD, np.intp)
    inside = np.arange(len(classes))[:, None] < lengths  # (L, K)
    flat = np.array([c for word in words for c in word], np.intp)
    classes.T[inside.T] = flat
    fresh = inside.copy()
    for place in range(1, len(classes)):
        fresh[place] &= (classes[:place] != classes[place]).all(axis=0)
    return WordMatrix(classes, lengths, fresh)


def log_bounds(probabilities: Probabilities, words: WordMatrix) -> NDArray[np.float64]:
    """Never less than ln p(word | y), (K,) float64, and a hundred times cheaper: to leave out hopeless words.

    A path that says a word shows each of its characters in some frame. That it shows one makes it no likelier
    to show another (frames are independent, and each shows one class: their counts are negatively associated,
    Joag-Dev and Proschan 1983), so the product over the word's different characters is a bound.
    """
    with np.errstate(divide="ignore"):
        missing = np.log1p(-np.minimum(probabilities, 1.0).astype(np.float64)).sum(axis=0)  # (C,)
        shown = np.log(-np.expm1(missing))
    shown = np.append(shown, 0.0)  # (C + 1,), the last one for the padding
    return np.asarray(np.where(words.fresh, shown[words.classes], 0.0).sum(axis=0) + _ROUNDING)


def word_log_probabilities(probabilities: Probabilities, words: WordMatrix) -> NDArray[np.float64]:
    """ln p(word | y) of every word, (K,) float64; -inf for a word that no path says.

    probabilities: (T, C), 0..1. Sums are taken of probabilities rescaled every few frames, which needs no
    logarithm a step; a word too improbable for that is done again in logarithms.
    """
    frames = np.concatenate([probabilities, np.zeros((len(probabilities), 1))], axis=1, dtype=np.float64)
    spoken, blanks = np.zeros(words.classes.shape), np.zeros((len(words.classes) + 1, len(words)))
    blanks[0] = 1.0  # before the first frame; spoken[i]: paths that end in character i, blanks[i]: before it
    may_follow = (words.classes[1:] != words.classes[:-1]).astype(np.float64)  # without a blank between
    scale_logs = np.zeros(len(words))
    for number, row in enumerate(frames, start=1):
        grown = spoken + blanks[:-1]
        grown[1:] += spoken[:-1] * may_follow
        blanks[1:] += spoken
        blanks *= row[BLANK]
        spoken = grown * row[words.classes]
        if number % _RESCALE_EVERY == 0:
            scale = np.maximum(blanks.max(axis=0), spoken.max(axis=0))
            scale[scale == 0] = 1.0
            blanks /= scale
            spoken /= scale
            scale_logs += np.log(scale)
    each = np.arange(len(words))
    ends = blanks[words.lengths, each]
    ends += np.where(words.lengths > 0, spoken[words.lengths - 1, each], 0.0)
    with np.errstate(divide="ignore"):
        found = np.asarray(np.log(ends) + scale_logs)
    lost = np.flatnonzero(ends == 0)
    if len(lost):
        found[lost] = _in_logarithms(frames, words.take(lost))
    return found


def _in_logarithms(frames: NDArray[np.float64], words: WordMatrix) -> NDArray[np.float64]:
    """The same sums where they would underflow; frames (T, C + 1), its last column zeros."""
    with np.errstate(divide="ignore"):
        logs = np.log(frames)
        may_follow = np.log((words.classes[1:] != words.classes[:-1]).astype(np.float64))
    spoken = np.full(words.classes.shape, -np.inf)
    blanks = np.full((len(words.classes) + 1, len(words)), -np.inf)
    blanks[0] = 0.0
    for row in logs:
        grown = np.logaddexp(spoken, blanks[:-1])
        grown[1:] = np.logaddexp(grown[1:], spoken[:-1] + may_follow)
        blanks[1:] = np.logaddexp(blanks[1:], spoken)
        blanks += row[BLANK]
        spoken = grown + row[words.classes]
    each = np.arange(len(words))
    last = np.where(words.lengths > 0, spoken[words.lengths - 1, each], -np.inf)
    return np.asarray(np.logaddexp(blanks[words.lengths, each], last))


def score_crops(crops: Sequence[Probabilities], words: WordMatrix) -> NDArray[np.float64]:
    """ln p(word | y) of every word for every crop, (N, K) float64; crops: N times (T, C), T may differ."""
    scores = [word_log_probabilities(probabilities, words) for probabilities in crops]
    return np.stack(scores) if scores else np.zeros((0, len(words)))
