"""BK-tree: words within an edit distance of a text, found without looking at all of them.

Source: Burkhard and Keller 1973; used for large lexicons by arXiv 1507.05717, section 2.3.3. Edit distance
is a metric: below a node at distance d of the text, only children whose edge is within d - delta .. d + delta
can hold an answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.edit_distance import edit_distances

_WORD, _EDGE, _FIRST, _COUNT = range(4)  # columns of a node


class BKTree:
    """Words in a tree by edit distance.

    words: K different words. nodes: (K, 4) int32, breadth first: the word's index, its distance from the
        parent's word, the first child's node, how many children follow each other from there. Build it once
        with `BKTree.build`; it is saved as this one array. ValueError if the two do not belong together.
    """

    def __init__(self, words: Sequence[str], nodes: NDArray[np.int32]) -> None:
        if nodes.shape != (len(words), 4) or not np.array_equal(
            np.sort(nodes[:, _WORD]), np.arange(len(words))
        ):
            raise ValueError(f"a tree of shape {nodes.shape} does not hold these {len(words)} words")
        self.words, self.nodes = words, nodes
        self._at = [words[i] for i in nodes[:, _WORD]]  # by node: a search touches neighbours together

    @classmethod
    def build(cls, words: Sequence[str]) -> BKTree:
        """The tree that inserting words one by one, in their order, would make. ValueError for a word given
        twice.
        """
        nodes = np.zeros((len(words), 4), np.int32)
        waiting = deque([(0, np.arange(len(words)))] if words else [])  # edge, and who hangs below it
        made, promised = 0, len(waiting)
        while waiting:
            edge, below = waiting.popleft()
            groups = _by_distance(words, below)
            nodes[made] = below[0], edge, promised if groups else 0, len(groups)
            made, promised = made + 1, promised + len(groups)
            waiting.extend(groups)
        return cls(words, nodes)

    def search(self, text: str, delta: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Indices of the words within delta edits of text, ascending, and their distances."""
        indices, distances = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
        level = np.arange(min(1, len(self.words)))
        while len(level):
            away = _distances(text, [self._at[i] for i in level])
            near = away <= delta
            indices.append(self.nodes[level[near], _WORD].astype(np.intp))
            distances.append(away[near])
            counts = self.nodes[level, _COUNT].astype(np.intp)
            starts = self.nodes[level, _FIRST] - (np.cumsum(counts) - counts)
            children = np.repeat(starts, counts) + np.arange(counts.sum())
            level = children[np.abs(self.nodes[children, _EDGE] - np.repeat(away, counts)) <= delta]
        found = np.concatenate(indices)
        order = np.argsort(found)
        return found[order], np.concatenate(distances)[order]


def _by_distance(words: Sequence[str], below: NDArray[np.intp]) -> list[tuple[int, NDArray[np.intp]]]:
    """All of below but the first, grouped by distance from the first; order kept within a group."""
    if len(below) == 1:
        return []
    away = _distances(words[below[0]], [words[i] for i in below[1:]])
    if not away.all():
        raise ValueError(f"{words[below[0]]!r} is in the word list twice")
    return [(int(d), below[1:][away == d]) for d in np.unique(away)]


def _distances(text: str, words: list[str]) -> NDArray[np.intp]:
    return np.asarray(edit_distances([text], words)[0], np.intp)
