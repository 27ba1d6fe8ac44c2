"""Confusions of characters, on pairs worked by hand."""

from __future__ import annotations

import pytest

from recognizer.confusions import Confusion, count_confusions, edits
from recognizer.metrics import edit_distance


@pytest.mark.parametrize(
    ("read", "true", "expected"),
    [
        ("ford", "ford", []),
        ("f0rd", "ford", [("o", "0")]),
        ("frd", "ford", [("o", "")]),
        ("foord", "ford", [("", "o")]),
        ("", "ab", [("a", ""), ("b", "")]),
        ("ab", "", [("", "a"), ("", "b")]),
        ("cat", "bad", [("b", "c"), ("d", "t")]),
    ],
)
def test_edits_are_those_from_the_truth_to_what_was_read(
    read: str, true: str, expected: list[tuple[str, str]]
) -> None:
    assert edits(read, true) == expected


@pytest.mark.parametrize(("read", "true"), [("kitten", "sitting"), ("ab", "ba"), ("", ""), ("10pm", "lOpm.")])
def test_there_are_as_many_edits_as_the_edit_distance(read: str, true: str) -> None:
    assert len(edits(read, true)) == edit_distance(read, true)


def test_confusions_are_counted_over_all_words_the_most_frequent_first() -> None:
    pairs = [("0pen", "open"), ("f0rd", "ford"), ("opn", "open"), ("x", "x"), ("b", "a")]
    assert count_confusions(pairs) == [Confusion("o", "0", 2), Confusion("a", "b", 1), Confusion("e", "", 1)]
    assert count_confusions([]) == []
