"""Scores of many words at once, against the plain forward algorithm and hand-worked values."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.ctc import labelling_probability, softmax
from recognizer.lexicon_scoring import log_bounds, pack, score_crops, word_log_probabilities


def random_crop(frames: int, classes: int, seed: int, spread: float = 2.0) -> NDArray[np.float32]:
    return softmax(np.random.default_rng(seed).normal(0, spread, (frames, classes)).astype(np.float32))


def random_words(count: int, classes: int, longest: int, seed: int) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(1, classes, int(n)).tolist() for n in rng.integers(0, longest + 1, count)]


@pytest.mark.parametrize(("frames", "spread"), [(1, 2.0), (3, 2.0), (9, 1.0), (24, 4.0)])
def test_a_batch_scores_each_word_as_the_plain_forward_algorithm_does(frames: int, spread: float) -> None:
    crop = random_crop(frames, 5, seed=frames, spread=spread)
    words = random_words(60, 5, 6, seed=frames)
    expected = np.array([labelling_probability(crop, word) for word in words])
    np.testing.assert_allclose(np.exp(word_log_probabilities(crop, pack(words))), expected, rtol=1e-9)


def test_two_frames_worked_by_hand() -> None:
    crop = np.array([[0.6, 0.4], [0.6, 0.4]], np.float32)
    scores = np.exp(word_log_probabilities(crop, pack([[], [1], [1, 1]])))
    assert scores == pytest.approx([0.36, 0.64, 0.0], abs=1e-7)


def test_a_word_too_improbable_for_float64_still_has_its_logarithm() -> None:
    crop = np.full((40, 3), 1e-30, np.float32)
    crop[:, 0] = 1.0
    score = word_log_probabilities(crop, pack([[1, 2] * 10]))[0]
    # 20 of 40 frames must say the word, at 1e-30 each; ways to place 20 different runs of total length >= 20.
    assert score == pytest.approx(20 * np.log(1e-30) + _log_choose(40, 20), rel=1e-6)


def _log_choose(n: int, k: int) -> float:
    return float(np.log(np.arange(n - k + 1, n + 1)).sum() - np.log(np.arange(1, k + 1)).sum())


def test_what_the_frames_cannot_say_scores_nothing() -> None:
    crop = np.eye(3, dtype=np.float32)[[1, 0, 2]]
    scores = word_log_probabilities(crop, pack([[1, 2], [1], [1, 2, 1, 2]]))
    assert scores.tolist() == [0.0, -np.inf, -np.inf]


def test_words_taken_out_score_as_they_did_among_all() -> None:
    crop, words = random_crop(12, 6, seed=1), pack(random_words(30, 6, 8, seed=2))
    few = np.array([3, 17, 4])
    np.testing.assert_array_equal(
        word_log_probabilities(crop, words.take(few)), word_log_probabilities(crop, words)[few]
    )


def test_crops_of_different_lengths_are_scored_together_as_alone() -> None:
    crops = [random_crop(t, 4, seed=t) for t in (2, 7, 5)]
    words = pack(random_words(10, 4, 3, seed=0))
    table = score_crops(crops, words)
    assert table.shape == (3, 10)
    np.testing.assert_array_equal(table[1], word_log_probabilities(crops[1], words))


def test_no_words_no_scores_and_no_frames_say_only_the_empty_word() -> None:
    assert word_log_probabilities(random_crop(4, 3, seed=0), pack([])).shape == (0,)
    assert score_crops([], pack([[1]])).shape == (0, 1)
    assert word_log_probabilities(np.zeros((0, 3), np.float32), pack([[], [1]])).tolist() == [0.0, -np.inf]


@pytest.mark.parametrize(("frames", "spread"), [(1, 1.0), (4, 2.0), (12, 3.0), (25, 6.0)])
def test_no_word_scores_above_its_bound(frames: int, spread: float) -> None:
    crop = random_crop(frames, 6, seed=frames, spread=spread)
    words = pack(random_words(200, 6, 7, seed=frames))
    assert (log_bounds(crop, words) >= word_log_probabilities(crop, words)).all()


def test_a_bound_counts_every_different_character_once() -> None:
    crop = np.array([[0.5, 0.5, 0.0], [0.5, 0.25, 0.25]], np.float32)
    a, b = 1 - 0.5 * 0.75, 0.25  # the chance that some frame says it
    bounds = np.exp(log_bounds(crop, pack([[], [1], [1, 1], [1, 2, 1]])))
    assert bounds == pytest.approx([1.0, a, a, a * b], rel=1e-4)
