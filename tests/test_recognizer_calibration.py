"""Calibration, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.calibration import Bin, best_exponent, expected_calibration_error, reliability


def test_bins_worked_by_hand() -> None:
    bins = reliability([0.125, 0.375, 0.75, 1.0], [False, True, True, True], bins=2)
    assert bins == [Bin(2, 0.25, 0.5), Bin(2, 0.875, 1.0)]
    assert expected_calibration_error(bins) == (0.25 + 0.125) / 2


def test_scores_that_mean_what_they_say_have_no_error() -> None:
    scores = np.repeat([0.25, 0.75], 4)
    right = [True, False, False, False, True, True, True, False]
    assert expected_calibration_error(reliability(scores, right, bins=4)) == 0.0


def test_no_words_have_no_bins_and_no_error() -> None:
    assert reliability([], []) == []
    assert expected_calibration_error([]) == 0.0


def test_unequal_lengths_and_impossible_scores_are_refused() -> None:
    with pytest.raises(ValueError, match="give one of each a word"):
        reliability([0.5], [])
    with pytest.raises(ValueError, match="scores must be in"):
        reliability([1.5], [True])


def test_the_best_exponent_is_the_one_that_made_the_words_right() -> None:
    scores = np.repeat(np.linspace(0.05, 0.95, 19), 1000)
    chance = np.tile((np.arange(1000) + 0.5) / 1000, 19)
    assert best_exponent(scores, chance < scores**3) == pytest.approx(3.0)
