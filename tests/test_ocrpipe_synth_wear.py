"""Worn print stays the word it was: ink where letters were, rules where forms have them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ocrpipe.synth import wear
from ocrpipe.synth.raster import Raster

SQUARE = (20, 10, 60, 40)  # x0, y0, x1, y1


def square() -> Raster:
    """A filled square, 30 px high, in a mask with room around it."""
    mask = np.zeros((60, 90), np.uint8)
    mask[10:40, 20:60] = 255
    return Raster(mask, SQUARE)


@pytest.mark.parametrize("change", [wear.worn, wear.uneven, wear.ruled])
def test_a_change_keeps_box_size_and_original_and_follows_the_seed(
    change: Callable[[Raster, np.random.Generator], Raster],
) -> None:
    word = square()
    changed, again = (change(word, np.random.default_rng(5)) for _ in range(2))
    assert changed.box == SQUARE
    assert changed.mask.shape == (60, 90)
    assert changed.mask.dtype == np.uint8
    assert np.array_equal(changed.mask, again.mask)
    assert np.array_equal(word.mask, square().mask)
    assert not np.array_equal(changed.mask, word.mask)


@pytest.mark.parametrize("seed", range(20))
def test_worn_ink_is_still_where_the_letter_was(seed: int) -> None:
    mask = wear.worn(square(), np.random.default_rng(seed)).mask.astype(float)
    inside, outside = mask[14:36, 24:56].mean(), np.concatenate([mask[:5].ravel(), mask[45:].ravel()]).mean()
    assert inside > outside + 100


def test_an_unevenly_struck_letter_moves_by_little_and_fades_by_less_than_half() -> None:
    for seed in range(20):
        mask = wear.uneven(square(), np.random.default_rng(seed)).mask
        assert mask[17:33, 20:60].min() >= 255 * 0.55 - 1
        assert mask[:4].max() == mask[46:].max() == 0


def test_a_rule_runs_the_whole_width_below_the_word() -> None:
    for seed in range(20):
        mask = wear.ruled(square(), np.random.default_rng(seed)).mask
        below = mask[37:50, 70:]  # right of the word
        assert below.max(axis=0).astype(bool).mean() >= 0.4  # dotted ones are half ink
        assert np.array_equal(mask[14:36, 24:56], square().mask[14:36, 24:56])


def test_clean_words_of_the_curriculum_are_not_worn() -> None:
    rng = np.random.default_rng(0)
    assert all(np.array_equal(wear.used(square(), rng, 0.0).mask, square().mask) for _ in range(50))
    worn = [wear.used(square(), rng, 1.0).mask for _ in range(50)]
    assert 10 < sum(not np.array_equal(mask, square().mask) for mask in worn) < 45


def test_a_word_at_the_edge_of_its_mask_is_ruled_without_complaint() -> None:
    tight = Raster(np.full((9, 12), 255, np.uint8), (0, 0, 12, 9))
    for seed in range(50):
        assert wear.ruled(tight, np.random.default_rng(seed)).mask.shape == (9, 12)
