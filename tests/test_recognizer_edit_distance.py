"""Tables of edit distances against the plain algorithm."""

from __future__ import annotations

from recognizer.edit_distance import edit_distances
from recognizer.metrics import edit_distance

WORDS = ["", "ford", "sword", "ofrd", "kitten", "sitting"]


def test_a_table_holds_each_pairs_distance() -> None:
    table = edit_distances(WORDS[:3], WORDS)
    assert table.tolist() == [[edit_distance(a, b) for b in WORDS] for a in WORDS[:3]]


def test_beyond_the_most_asked_for_all_are_one_more() -> None:
    table = edit_distances(WORDS, WORDS, most=2)
    assert table.tolist() == [[min(3, edit_distance(a, b)) for b in WORDS] for a in WORDS]


def test_nothing_makes_an_empty_table() -> None:
    assert edit_distances([], WORDS).shape == (0, 6)
    assert edit_distances(WORDS, []).shape == (6, 0)
