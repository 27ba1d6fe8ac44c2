"""A prior over texts: how likely a character is after the few before it, counted in word lists.

Source: interpolated Witten-Bell smoothing (Chen and Goodman 1999, section 2.4): the more different characters
followed a context, the more its shorter self is trusted instead.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from recognizer.charset import BLANK, Charset

END = BLANK  # no word holds the blank, so its column says how likely the word ends here


class CharNgram:
    """Character n-gram model of a charset, case-insensitive: "THE" is as likely as "the", and both share what
    was counted.

    order: characters looked at, the predicted one included. Made by `train`.
    """

    def __init__(
        self, charset: Charset, order: int, counts: Mapping[tuple[int, ...], Mapping[int, int]]
    ) -> None:
        self.order, self._counts = order, counts
        small = [charset.encode(low)[0] if charset.covers(low) else i for i, low in _lowered(charset)]
        self._small = np.array([END, *small])
        # A class shared by both cases of a letter is halved, so that each row stays a distribution.
        self._share = 1.0 / np.bincount(self._small, minlength=charset.classes)[self._small]
        self._rows: dict[tuple[int, ...], NDArray[np.float64]] = {}

    @classmethod
    def train(cls, words: Iterable[str], charset: Charset, order: int = 4) -> CharNgram:
        """Counted in words; those with characters outside the charset are left out. ValueError: order < 1."""
        if order < 1:
            raise ValueError(f"order must be at least 1, got {order}")
        model = cls(charset, order, {})
        counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for word in words:
            if charset.covers(word):
                classes = [*model._small[charset.encode(word)].tolist(), END]
                for at, predicted in enumerate(classes):
                    for length in range(min(at, order - 1) + 1):
                        counts[tuple(classes[at - length : at])][predicted] += 1
        return cls(charset, order, counts)

    def log_next(self, prefix: tuple[int, ...]) -> NDArray[np.float64]:
        """ln p(next class | prefix) for all classes, (C,) float64; column 0 is the end of the word."""
        small = tuple(
            self._small[list(prefix[len(prefix) - self.order + 1 :] if self.order > 1 else ())].tolist()
        )
        if small not in self._rows:
            self._rows[small] = np.log(self._smoothed(small)[self._small] * self._share)
        return self._rows[small]

    def _smoothed(self, context: tuple[int, ...]) -> NDArray[np.float64]:
        classes = len(self._small)
        kinds = np.bincount(self._small, minlength=classes) > 0
        shorter = self._smoothed(context[1:]) if context else kinds / kinds.sum()
        counts = self._counts.get(context)
        if not counts:
            return shorter
        row = np.zeros(classes)
        row[list(counts)] = list(counts.values())
        mixed: NDArray[np.float64] = (row + len(counts) * shorter) / (row.sum() + len(counts))
        return mixed


def _lowered(charset: Charset) -> list[tuple[int, str]]:
    return [(i, char.lower()) for i, char in enumerate(charset.characters, start=1)]
