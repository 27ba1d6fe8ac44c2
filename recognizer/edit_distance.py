"""Levenshtein distances of many pairs at once, by rapidfuzz.

It is imported when the first distance is asked for: reading without a lexicon should not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def edit_distances(texts: Sequence[str], words: Sequence[str], most: int | None = None) -> NDArray[np.uint16]:
    """(N, K) fewest insertions, deletions and substitutions between N texts and K words.

    most: a larger distance may be given as most + 1, which is found much faster.
    """
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    if not texts or not words:
        return np.zeros((len(texts), len(words)), np.uint16)
    table = cdist(texts, words, scorer=Levenshtein.distance, score_cutoff=most, dtype=np.uint16)
    return np.asarray(table, np.uint16)
