"""Lexicon: a word list that a recogniser can be held to, and who in it is within a few edits of a text.

Case: by default "FORD", "Ford" and "ford" are one word, whose spelling is that of its first line; with
`case_sensitive` they are three. A word's *key* is what is compared: its letters in lower case (in the case
the charset has, if it has only one).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.bk_tree import BKTree
from recognizer.charset import Charset
from recognizer.ctc import Probabilities
from recognizer.edit_distance import edit_distances
from recognizer.lexicon_scoring import log_bounds, pack, word_log_probabilities

DELTA = 3  # the paper's choice between accuracy and time (its figure 4)
_SCORED_FIRST = 64  # the most hopeful words, whose scores then rule out most others
_CELLS_A_CALL = 8_000_000  # distances computed at once: bounds the memory of a search to as many bytes


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Words near a text: indices (K,) intp, ascending, and distances (K,) intp in edits of their keys."""

    indices: NDArray[np.intp]
    distances: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.indices)


class Lexicon:
    """K words of a charset.

    words: in any case; repeated keys count once, the first spelling stays. weights: one a word, how much more
    probable than weight 1 it is before the crop is seen. ValueError: no words, an empty word, characters
    outside the charset (all of them are named), weights that are not positive or not as many.
    """

    def __init__(
        self,
        words: Iterable[str],
        charset: Charset,
        weights: Sequence[float] | None = None,
        *,
        case_sensitive: bool = False,
    ) -> None:
        given = list(words)
        if weights is not None and (len(weights) != len(given) or not all(w > 0 for w in weights)):
            raise ValueError(f"weights must be {len(given)} positive numbers, one a word")
        self.charset, self.case_sensitive = charset, case_sensitive
        self._folds = {} if case_sensitive else _folds(charset)
        first: dict[str, int] = {}
        for index, word in enumerate(given):
            first.setdefault(self.key(word), index)
        _refuse_strange([given[i] for i in first.values()], list(first), charset)
        # By length: the words that can be near a text of some length are then one slice.
        by_length = sorted(first.items(), key=lambda item: len(item[0]))
        self.keys = tuple(key for key, _ in by_length)
        self.words = tuple(given[i] for _, i in by_length)
        self.log_weights = np.log([1.0 if weights is None else weights[i] for _, i in by_length])
        self._index = {key: i for i, key in enumerate(self.keys)}
        self._lengths = np.array([len(key) for key in self.keys])
        self._matrix = pack([charset.encode(key) for key in self.keys])

    def __len__(self) -> int:
        return len(self.words)

    def key(self, text: str) -> str:
        """text as it is compared: one character for each of text's."""
        return text if self.case_sensitive else "".join([self._folds.get(c, c) for c in text])

    def find(self, text: str) -> int | None:
        """The index of the word that text is, None if it is none."""
        return self._index.get(self.key(text))

    def near(self, texts: Sequence[str], delta: int = DELTA) -> list[Neighbours]:
        """The words within delta edits of each text: every distance, computed in batches by rapidfuzz."""
        found: dict[int, Neighbours] = {}
        keys = [self.key(text) for text in texts]
        for length in sorted({len(key) for key in keys}):
            start, stop = np.searchsorted(self._lengths, (length - delta, length + delta + 1))
            rows = [i for i, key in enumerate(keys) if len(key) == length]
            size = max(1, _CELLS_A_CALL // max(1, int(stop - start)))
            for part in (rows[i : i + size] for i in range(0, len(rows), size)):
                table = edit_distances([keys[i] for i in part], self.keys[start:stop], delta)
                for row, away in zip(part, table, strict=True):
                    near = np.flatnonzero(away <= delta)
                    found[row] = Neighbours(near + start, away[near].astype(np.intp))
        return [found[i] for i in range(len(texts))]

    def nearest(self, text: str) -> Neighbours:
        """All words at the smallest distance from text, however large: a search widened until it finds."""
        away = edit_distances([self.key(text)], self.keys)[0]
        near = np.flatnonzero(away == away.min())
        return Neighbours(near, away[near].astype(np.intp))

    def tree(self) -> BKTree:
        """A BK-tree over the keys; its indices are this lexicon's. Build it once and save its `nodes`."""
        return BKTree.build(self.keys)

    def merge_cases(self, probabilities: Probabilities) -> Probabilities:
        """(T, C) with each capital's probability given to its small letter; unchanged if case matters."""
        pairs = [self.charset.encode(c + small) for c, small in self._folds.items() if self.charset.covers(c)]
        if not pairs:
            return probabilities
        source, target = np.array(pairs).T
        merged = probabilities.copy()
        merged[:, target] += probabilities[:, source]
        merged[:, source] = 0.0
        return merged

    def log_scores(self, merged: Probabilities, indices: NDArray[np.intp]) -> NDArray[np.float64]:
        """ln p(word | y) + ln weight of the words at indices; merged: what `merge_cases` gave."""
        return word_log_probabilities(merged, self._matrix.take(indices)) + self.log_weights[indices]

    def log_bounds(self, merged: Probabilities, indices: NDArray[np.intp]) -> NDArray[np.float64]:
        """Never less than `log_scores`, and much cheaper."""
        return log_bounds(merged, self._matrix.take(indices)) + self.log_weights[indices]

    def best(
        self, merged: Probabilities, indices: NDArray[np.intp], count: int = 1
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The count words of highest `log_scores` among indices, best first, with their scores; fewer where T
        frames cannot say so many. Exact: only words that cannot be among them are left unscored.
        """
        bounds = self.log_bounds(merged, indices)
        hopeful = np.argsort(-bounds, kind="stable")
        first, rest = np.split(indices[hopeful], [max(_SCORED_FIRST, count)])
        scores = self.log_scores(merged, first)
        if len(rest):
            least = np.partition(scores, -count)[-count]
            rest = rest[bounds[hopeful[len(first) :]] >= least]
            first, scores = np.append(first, rest), np.append(scores, self.log_scores(merged, rest))
        order = np.lexsort((first, -scores))[:count]
        order = order[np.isfinite(scores[order])]
        return first[order], scores[order]


def _folds(charset: Charset) -> dict[str, str]:
    """Each capital whose small letter the charset has, and each letter that it has in the other case only."""
    folds = {c: c.lower() for c in charset.characters if c.lower() != c and charset.covers(c.lower())}
    missing = {c.swapcase(): c for c in charset.characters if len(c.swapcase()) == 1}
    return {c: only for c, only in missing.items() if not charset.covers(c)} | folds


def _refuse_strange(words: Sequence[str], keys: Sequence[str], charset: Charset) -> None:
    if not keys or not all(keys):
        raise ValueError("a lexicon needs words, and none of them empty")
    strange = sorted(set("".join(keys)) - set(charset.characters))
    if strange:
        bad = [word for word, key in zip(words, keys, strict=True) if not charset.covers(key)]
        raise ValueError(
            f"characters outside the charset: {' '.join(map(repr, strange))}; "
            f"they are in {len(bad)} words of the lexicon, the first is {bad[0]!r}"
        )
