"""detectors.resize: sizes, padding and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.resize import DEVIATION, MEAN, fit, normalise, resize


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1280, 720), (1280, 720)), ((4000, 3000), (1280, 960)), ((1, 1), (2, 2)), ((3, 5000), (1, 1280))],
)
def test_fit_bounds_the_long_side_and_the_enlargement(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert fit(*size, 1280, 2.0) == expected


@pytest.mark.parametrize(("height", "width"), [(1, 1), (5000, 3), (3, 5000), (33, 31), (720, 1280)])
def test_every_photo_becomes_multiples_of_32_that_hold_it(height: int, width: int) -> None:
    image = np.full((height, width, 3), 200, np.uint8)
    resized = resize(image, 640)
    assert [side % 32 for side in resized.image.shape[:2]] == [0, 0]
    assert resized.image.shape[0] >= resized.height
    assert resized.image.shape[1] >= resized.width
    assert (resized.image == 200).all()  # padded by the edge


def test_a_photo_that_fits_is_passed_on_untouched() -> None:
    image = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    assert np.array_equal(resize(image, 96).image, image)


def test_corners_of_the_resized_photo_go_back_to_its_corners() -> None:
    resized = resize(np.zeros((301, 777, 3), np.uint8), 320)
    right, below = resized.width, resized.height
    full = np.array([[[0, 0], [right, 0], [right, below], [0, below]]], np.float32)
    assert np.allclose(resized.to_photo(full)[0], [[0, 0], [777, 0], [777, 301], [0, 301]], atol=1e-3)


def test_normalise_gives_zero_for_the_mean_and_moves_channels_first() -> None:
    images = np.zeros((2, 4, 6, 3), np.uint8)
    images[..., 1] = 255
    batch = normalise(images)
    assert batch.shape == (2, 3, 4, 6)
    assert batch.dtype == np.float32
    assert batch[0, :, 0, 0].tolist() == pytest.approx(((np.array([0, 255, 0]) - MEAN) / DEVIATION).tolist())


def test_normalise_is_the_formula_to_the_last_bit_for_every_level() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, axis=3)  # (1, 16, 16, 3)
    formula = (levels.astype(np.float32) - MEAN) / DEVIATION
    assert np.array_equal(normalise(levels), formula.transpose(0, 3, 1, 2))


@pytest.mark.parametrize(
    "image", [np.zeros((0, 5, 3), np.uint8), np.zeros((5, 5), np.uint8), np.zeros((5, 5, 3), np.float32)]
)
def test_anything_but_rgb_pixels_is_refused(image: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="image must be"):
        resize(image, 640)
