"""The BK-tree finds what comparing with every word finds."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.bk_tree import BKTree
from recognizer.metrics import edit_distance


def random_words(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    words = {"".join(rng.choice(list("abcd"), int(rng.integers(1, 8)))) for _ in range(count)}
    return sorted(words, key=lambda word: word[::-1])


@pytest.mark.parametrize("delta", range(5))
def test_a_search_finds_every_word_within_delta_and_no_other(delta: int) -> None:
    words = random_words(200, seed=delta)
    tree = BKTree.build(words)
    for text in ("abca", "", "dddd", words[7], "abcdabcd"):
        indices, distances = tree.search(text, delta)
        expected = [(i, edit_distance(text, w)) for i, w in enumerate(words)]
        assert list(zip(indices.tolist(), distances.tolist(), strict=True)) == [
            (i, d) for i, d in expected if d <= delta
        ]


def test_a_tree_saved_as_its_nodes_searches_as_before() -> None:
    words = random_words(100, seed=1)
    tree = BKTree.build(words)
    again = BKTree(words, tree.nodes.copy())
    assert [x.tolist() for x in again.search("abc", 2)] == [x.tolist() for x in tree.search("abc", 2)]


def test_the_tree_is_the_one_that_inserting_in_order_makes() -> None:
    nodes = BKTree.build(["book", "books", "cake", "boo", "cape"]).nodes
    # book has children at 1 (books) and 4 (cake); boo, at 1 too, hangs below books at 2.
    assert nodes.tolist() == [[0, 0, 1, 2], [1, 1, 3, 1], [2, 4, 4, 1], [3, 2, 0, 0], [4, 1, 0, 0]]


def test_an_empty_tree_finds_nothing() -> None:
    assert [len(x) for x in BKTree.build([]).search("a", 9)] == [0, 0]


def test_a_word_given_twice_and_foreign_nodes_are_refused() -> None:
    with pytest.raises(ValueError, match="'a' is in the word list twice"):
        BKTree.build(["b", "a", "c", "a"])
    with pytest.raises(ValueError, match="does not hold these 2 words"):
        BKTree(["a", "b"], BKTree.build(["a"]).nodes)
