"""Where in a crop a known text stands: the most probable CTC path among those that say it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.base import CharSpan, Transcript
from recognizer.charset import BLANK, Charset
from recognizer.ctc import Probabilities, geometric_mean

_LEAST = 1e-30  # stands for a probability of 0, so that impossible paths can still be compared


def align(probabilities: Probabilities, classes: Sequence[int]) -> list[tuple[int, int]]:
    """First and last frame, inclusive, of each class, by Viterbi's algorithm.

    probabilities (T, C), 0..1; classes without blanks. ValueError when T frames cannot say so many classes.
    """
    if not len(classes):
        return []
    labels = np.zeros(2 * len(classes) + 1, np.intp)
    labels[1::2] = classes
    skip = np.full(len(labels), -np.inf)  # over the blank between two different characters
    skip[2:][(labels[2:] != labels[:-2]) & (labels[2:] != BLANK)] = 0.0
    logs = np.log(np.maximum(probabilities, _LEAST))[:, labels]  # (T, S)
    padded = np.full(len(labels) + 2, -np.inf)  # best score of each state, after two that are never reached
    padded[2] = 0.0
    ways = np.empty((3, len(labels)))  # stay, step, skip
    steps = np.empty(logs.shape, np.intp)
    for frame, row in enumerate(logs):
        ways[0], ways[1], ways[2] = padded[2:], padded[1:-1], padded[:-2] + skip
        steps[frame] = ways.argmax(axis=0)
        padded[2:] = ways.max(axis=0) + row
    score = padded[2:]
    state = len(labels) - 1 - int(score[-2] > score[-1])
    if not np.isfinite(score[state]):
        raise ValueError(f"{len(probabilities)} frames cannot say {len(classes)} characters")
    return _spans(steps, state, len(classes))


def _spans(steps: NDArray[np.intp], state: int, count: int) -> list[tuple[int, int]]:
    """Walk back from the last state: frames of each odd state, which are the characters."""
    first, last = [0] * count, [0] * count
    for frame in range(len(steps) - 1, -1, -1):
        if state % 2:
            last[state // 2] = max(last[state // 2], frame)
            first[state // 2] = frame
        state -= int(steps[frame, state])
    return list(zip(first, last, strict=True))


def aligned_transcript(probabilities: Probabilities, text: str, charset: Charset) -> Transcript:
    """The transcript that says text, scored as a greedy one is: each character by its highest probability in
    its frames, the word by their geometric mean.

    ValueError for characters outside the charset, or more than the T frames can say.
    """
    classes = charset.encode(text)
    spans = tuple(
        CharSpan(char, float(probabilities[a : b + 1, c].max()), a, b)
        for char, c, (a, b) in zip(text, classes, align(probabilities, classes), strict=True)
    )
    return Transcript(text, geometric_mean([s.score for s in spans]), spans, len(probabilities))
