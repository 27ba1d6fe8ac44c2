"""Scores of words, against values worked out by hand."""

from __future__ import annotations

import pytest

from recognizer.metrics import edit_distance, normalise, score_words


@pytest.mark.parametrize(
    ("a", "b", "distance"), [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)]
)
def test_edit_distance_of_known_pairs(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


def test_normalise_keeps_lower_case_ascii_letters_and_digits() -> None:
    assert normalise("It's 24H é!") == "its24h"


def test_scores_of_three_words_worked_by_hand() -> None:
    scores = score_words(
        ["Ford", "opem", "!"], ["FORD", "open", "!!"]
    )  # the last truth has no letter: left out
    assert (scores.words, scores.accuracy, scores.strict) == (2, 0.5, 0.0)
    assert scores.cer == pytest.approx(1 / 8)
    assert scores.one_minus_ned == pytest.approx((1 + 0.75) / 2)


def test_nothing_scores_zero_and_uneven_lists_are_refused() -> None:
    assert score_words([], []).words == 0
    with pytest.raises(ValueError, match="1 predictions for 2 truths"):
        score_words(["a"], ["a", "b"])
