"""detectors.splitting: neighbours run together come apart, letters and small print do not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.postprocess import Decision, postprocess
from detectors.splitting import LOWEST, split

APART = Decision(0.4, 0.6, split_threshold=0.65)


def two_words(valley: float, height: int = 14, peak: float = 0.95) -> NDArray[np.float32]:
    """Two cores 50 pixels long on one line, and between them 4 pixels of valley."""
    score = np.zeros((60, 140), np.float32)
    score[20 : 20 + height, 10:60] = 0.95
    score[20 : 20 + height, 64:114] = peak
    score[20 : 20 + height, 60:64] = valley
    return score


def spans(score: NDArray[np.float32], decision: Decision = APART) -> list[tuple[float, float]]:
    """From where to where each word reaches along the line, before it is grown."""
    found = postprocess(score, Decision(0.4, 0.6, 0.0, split_threshold=decision.split_threshold)).quads
    return sorted((float(quad[:, 0].min()), float(quad[:, 0].max())) for quad in found)


def test_a_deep_valley_parts_two_words_and_each_gets_back_its_rim() -> None:
    assert spans(two_words(0.5)) == [(10, 61), (63, 114)]
    assert spans(two_words(0.5), Decision()) == [(10, 114)]


def test_a_shallow_valley_is_between_letters() -> None:
    assert spans(two_words(0.7)) == [(10, 114)]


def test_an_unsure_or_a_small_piece_is_no_word() -> None:
    assert spans(two_words(0.5, peak=0.85)) == [(10, 114)]
    score = two_words(0.5)
    score[:, 67:] = 0  # 3 x 14 pixels are left, less than 0.3 of 14 x 14
    assert spans(score) == [(10, 67)]


def test_parts_lower_than_the_least_height_stay_whole() -> None:
    low = int(LOWEST)
    assert [len(spans(two_words(0.5, height))) for height in (low - 1, low)] == [1, 2]


def test_pieces_lie_in_the_part_and_never_overlap() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        score = np.kron(rng.uniform(0.3, 1, (3, 8)), np.ones((12, 12))).astype(np.float32)
        core = (score > 0.4).astype(np.uint8)
        words = split(score, core, 36.0, 0.65)
        assert np.sum(words, axis=0).max() <= 1
        assert all((word <= core).all() for word in words)


def test_a_split_threshold_below_the_other_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"split_threshold must lie in 0\.4"):
        Decision(0.4, split_threshold=0.3)
