"""Crops: what was painted into a quad comes back, whatever the quad's turn, size, perspective or place."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.geometry import order_quad
from ocrpipe.crops import MAX_WIDTH, extract, oriented, readings, rectify

RNG = np.random.default_rng(7)
# Smooth, and different at every corner, so that a turn, a mirror or half a pixel shows.
PATTERN = cv2.resize(RNG.integers(0, 256, (4, 12, 3), np.uint8), (96, 32), interpolation=cv2.INTER_CUBIC)


def painted(quad: NDArray[np.float32], size: tuple[int, int] = (300, 400)) -> NDArray[np.uint8]:
    """A grey image of size (H, W) with PATTERN laid into quad."""
    corners = np.array([[0, 0], [96, 0], [96, 32], [0, 32]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners - np.float32(0.5), quad - np.float32(0.5))
    image = np.full((*size, 3), 128, np.uint8)
    return np.asarray(
        cv2.warpPerspective(PATTERN, matrix, size[::-1], image, cv2.INTER_CUBIC, cv2.BORDER_TRANSPARENT),
        np.uint8,
    )


def rotated(degrees: float, width: float = 192, height: float = 64) -> NDArray[np.float32]:
    """A quad around (200, 150) whose text runs at degrees, clockwise positive."""
    angle = np.deg2rad(degrees)
    box = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(box @ turn + np.array([200, 150]), np.float32)


def difference(a: NDArray[Any], b: NDArray[Any], margin: int = 2) -> float:
    """Largest difference inside the margin, where the grey around the pattern has no part."""
    inner = np.s_[margin:-margin, margin:-margin]
    return float(np.abs(a[inner].astype(int) - b[inner]).max())


def test_an_upright_box_of_the_crop_size_comes_back_exactly() -> None:
    image = RNG.integers(0, 256, (100, 200, 3), np.uint8)
    quad = np.array([[[20, 30], [116, 30], [116, 62], [20, 62]]], np.float32)
    np.testing.assert_array_equal(extract(image, quad)[0], image[30:62, 20:116])


def test_a_box_twice_as_large_comes_back_as_the_mean_of_its_pixels() -> None:
    image = RNG.integers(0, 256, (100, 200, 3), np.uint8)
    quad = np.array([[[10, 20], [170, 20], [170, 84], [10, 84]]], np.float32)
    means = image[20:84, 10:170].reshape(32, 2, 80, 2, 3).mean(axis=(1, 3))
    assert np.abs(extract(image, quad)[0] - means).max() <= 0.5


@pytest.mark.parametrize("degrees", [0, 10, -30, 44, 90, -90, 135, 180])
def test_a_pattern_painted_at_any_angle_comes_back(degrees: float) -> None:
    quad = rotated(degrees)
    (crop,) = rectify(painted(quad), quad[None])
    assert crop.shape == (32, 96, 3)
    assert difference(crop, PATTERN) <= 12


def test_a_pattern_painted_in_perspective_comes_back() -> None:
    quad = np.array([[60, 80], [330, 40], [350, 150], [50, 130]], np.float32)
    (crop,) = rectify(painted(quad), quad[None])
    same_width = np.asarray(cv2.resize(PATTERN, (crop.shape[1], 32), interpolation=cv2.INTER_AREA), np.uint8)
    assert difference(crop, same_width) <= 16


@pytest.mark.parametrize("degrees", [60, 80, 88, 90, 92, -60, -80])
def test_a_steep_word_found_without_its_direction_is_read_right(degrees: float) -> None:
    quad = rotated(degrees)
    found = order_quad(quad)  # what a detector gives that assumes text within 45 degrees of upright
    np.testing.assert_allclose(oriented(found[None])[0], quad, atol=1e-3)
    (crop,) = extract(painted(quad), found[None])
    assert difference(crop, PATTERN) <= 12


def test_orienting_twice_changes_nothing_more() -> None:
    quads = RNG.uniform(0, 100, (200, 4, 2)).astype(np.float32)
    quads = np.stack([order_quad(q) for q in quads])
    once = oriented(quads)
    np.testing.assert_array_equal(oriented(once), once)


def test_a_quad_just_short_of_tall_is_left_as_it_is() -> None:
    quads = np.array([[[0, 0], [20, 0], [20, 30], [0, 30]], [[0, 0], [20, 0], [20, 31], [0, 31]]], np.float32)
    np.testing.assert_array_equal(oriented(quads)[0], quads[0])
    np.testing.assert_array_equal(oriented(quads)[1], [[20, 0], [20, 31], [0, 31], [0, 0]])


def test_a_large_word_is_smooth() -> None:
    stripes = np.tile(np.array([[0, 255]], np.uint8), (800, 600))[:, :, None].repeat(
        3, axis=2
    )  # (800, 1200, 3)
    shift = np.array([400, 250], np.float32)
    for quad in (rotated(0, 1000, 400) + shift, rotated(3, 700, 250) + shift):
        (crop,) = rectify(stripes, quad[None].astype(np.float32))
        assert (
            np.abs(crop[:, 1:-1].astype(int) - 127.5).max() <= 12
        )  # sampling would give anything from 0 to 255


def test_half_a_pixel_is_not_lost_in_shrinking() -> None:
    ramp = np.tile(np.linspace(0, 255, 1600), (600, 1))[:, :, None].repeat(3, axis=2).astype(np.uint8)
    quad = np.array([[[160, 100], [1440, 100], [1440, 500], [160, 500]]], np.float32)
    (crop,) = rectify(ramp, quad)
    centres = 160 + (np.arange(crop.shape[1]) + 0.5) * 1280 / crop.shape[1]
    assert np.abs(crop[16, :, 0] - (centres - 0.5) * 255 / 1599).max() <= 1.5


def test_beyond_the_image_its_edge_is_repeated() -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    image[:, 20:] = 200
    quad = np.array([[[20, 4], [84, 4], [84, 36], [20, 36]]], np.float32)
    (crop,) = extract(image, quad)
    assert crop.shape == (32, 64, 3)
    assert set(crop.ravel().tolist()) == {200}
    (outside,) = extract(image, quad + np.float32(500))
    assert set(outside.ravel().tolist()) == {200}


def test_a_large_word_mostly_outside_the_image_is_no_trouble() -> None:
    image = np.full((50, 50, 3), 9, np.uint8)
    quad = np.array([[[-900, -700], [2000, -700], [2000, 900], [-900, 900]]], np.float32)
    assert set(extract(image, quad)[0].ravel().tolist()) == {9}


def test_no_quads_give_no_crops() -> None:
    image = np.zeros((5, 5, 3), np.uint8)
    assert extract(image, np.zeros((0, 4, 2), np.float32)) == []
    assert oriented(np.zeros((0, 4, 2), np.float32)).shape == (0, 4, 2)


@pytest.mark.parametrize(
    "quad",
    [
        [[3, 2], [3, 2], [3, 2], [3, 2]],
        [[0, 2], [9, 2], [9, 2], [0, 2]],
        [[3, 0], [3, 0], [3, 9], [3, 9]],
        [[0, 0], [9, 9], [9, 0], [0, 9]],
        [[0, 0], [9, 0], [5, 1], [0, 9]],
        [[-9, -9], [-9, -9], [-9, -9], [-9, -9]],
    ],
)
def test_quads_without_area_crossed_and_dented_ones_give_a_crop(quad: list[list[int]]) -> None:
    image = np.full((10, 10, 3), 77, np.uint8)
    (crop,) = extract(image, np.array([quad], np.float32))
    assert crop.shape[0] == 32
    assert crop.shape[1] >= 1
    assert set(crop.ravel().tolist()) == {77}


def test_widths_keep_the_aspect_within_bounds() -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    boxes = [(100, 50), (9, 9), (5000, 10), (10, 14)]
    quads = np.array([[[0, 0], [w, 0], [w, h], [0, h]] for w, h in boxes], np.float32)
    assert [c.shape[1] for c in extract(image, quads)] == [64, 32, MAX_WIDTH, 23]


def test_an_image_without_pixels_and_a_quad_at_infinity_are_refused() -> None:
    quad = np.zeros((1, 4, 2), np.float32)
    with pytest.raises(ValueError, match="image must be"):
        rectify(np.zeros((0, 5, 3), np.uint8), quad)
    with pytest.raises(ValueError, match="finite"):
        rectify(np.zeros((5, 5, 3), np.uint8), quad + np.float32(np.nan))


def test_a_tall_quad_has_three_readings_and_a_wide_one_only_its_own() -> None:
    wide, tall = [[0, 0], [40, 0], [40, 10], [0, 10]], [[0, 0], [10, 0], [10, 40], [0, 40]]
    ways, owners = readings(np.array([wide, tall], np.float32))
    assert owners.tolist() == [0, 1, 1, 1]
    down, up = [*tall[1:], tall[0]], [tall[3], *tall[:3]]
    assert ways.tolist() == [wide, down, up, tall]
    assert [len(part) for part in readings(np.zeros((0, 4, 2), np.float32))] == [0, 0]
