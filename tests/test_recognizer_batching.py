"""Batching: every crop once, in order, and the same whether alone or among others."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.batching import PIXELS_A_BATCH, batches, normalise, pad, padded_width, stretch, to_grey


def crops(widths: list[int]) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (32, w, 3), np.uint8) for w in widths]


def test_every_crop_is_in_exactly_one_batch() -> None:
    found = list(batches(crops([100, 7, 600, 60, 100, 1])))
    assert sorted(int(i) for batch in found for i in batch.indices) == [0, 1, 2, 3, 4, 5]
    assert [batch.images.shape[1:] for batch in found] == [
        (1, 32, 48),
        (1, 32, 64),
        (1, 32, 80),
        (1, 32, 112),
        (1, 32, 512),
    ]
    assert [batch.widths.tolist() for batch in found] == [[48], [51], [78], [100, 100], [512]]


def test_no_crops_make_no_batches() -> None:
    assert list(batches([])) == []


def test_a_crop_looks_the_same_alone_and_among_others() -> None:
    many = crops([100, 98, 97, 111])
    together = next(iter(batches(many)))
    for index, crop in enumerate(many):
        assert np.array_equal(next(iter(batches([crop]))).images[0], together.images[index])


def test_batches_are_bounded_by_pixels() -> None:
    sizes = [batch.images.size for batch in batches(crops([40] * 300 + [500] * 20))]
    assert max(sizes) <= PIXELS_A_BATCH


def test_faint_and_strong_print_look_alike_and_a_blank_stays_blank() -> None:
    strong = np.tile(np.array([0, 255], np.uint8), (32, 8))
    faint = np.tile(np.array([100, 140], np.uint8), (32, 8))
    assert normalise(strong) == pytest.approx(np.tile([-0.955, 0.955], (32, 8)), abs=1e-3)
    assert normalise(faint) == pytest.approx(np.tile([-0.769, 0.769], (32, 8)), abs=1e-3)
    assert not normalise(np.full((32, 9), 7, np.uint8)).any()


def test_padding_repeats_the_last_column() -> None:
    padded = pad(np.arange(6, dtype=np.float32).reshape(2, 3), 5)
    assert padded.tolist() == [[0, 1, 2, 2, 2], [3, 4, 5, 5, 5]]


def test_buckets_hold_every_width_with_little_waste() -> None:
    assert [padded_width(w) for w in (48, 49, 128, 129, 257, 512)] == [48, 64, 128, 160, 320, 512]
    assert all(w <= padded_width(w) < 1.34 * w for w in range(48, 513))


def test_narrow_crops_are_widened_half_way_to_96_px() -> None:
    widths = [stretch(np.zeros((32, w), np.uint8)).shape[1] for w in (1, 40, 94, 95, 96, 300)]
    assert widths == [48, 68, 95, 95, 96, 300]


@pytest.mark.parametrize("shape", [(31, 10, 3), (32, 0, 3), (32,)])
def test_crops_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="uint8 RGB, got"):
        to_grey(np.zeros(shape, np.uint8))
