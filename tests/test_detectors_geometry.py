"""detectors.geometry: order, area, shrinking and growing, overlap."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors import geometry

BOX = np.array([[10, 20], [50, 20], [50, 30], [10, 30]], np.float32)


def turned(quad: NDArray[np.float32], degrees: float) -> NDArray[np.float32]:
    angle = np.deg2rad(degrees)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = quad.mean(axis=0)
    return np.asarray((quad - centre) @ spin.T + centre, np.float32)


def test_area_and_outline_of_a_box_are_those_of_school() -> None:
    assert geometry.area(BOX) == 400
    assert geometry.perimeter(BOX) == 100


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_order_quad_finds_the_top_left_corner_whatever_the_order_given(shift: int, mirrored: bool) -> None:
    corners = np.roll(BOX[::-1] if mirrored else BOX, shift, axis=0)
    assert np.array_equal(geometry.order_quad(corners), BOX)


@pytest.mark.parametrize("degrees", [-44, -20, 0, 13, 44])
def test_order_quad_keeps_the_corner_of_text_turned_by_less_than_45_degrees(degrees: float) -> None:
    quad = turned(BOX, degrees)
    assert np.allclose(geometry.order_quad(quad[[2, 0, 3, 1]]), quad)


def test_many_quads_are_ordered_and_measured_as_each_one_is_alone() -> None:
    corners = np.random.default_rng(0).uniform(0, 100, (200, 4, 2)).astype(np.float32)
    ordered = geometry.order_quads(corners)
    assert np.array_equal(ordered, np.stack([geometry.order_quad(c) for c in corners]))
    width, height = geometry.side_lengths(ordered)
    assert np.allclose(np.stack([width, height], axis=1), [geometry.sides(q) for q in ordered], rtol=1e-6)
    assert geometry.order_quads(corners[:0]).shape == (0, 4, 2)
    assert [len(lengths) for lengths in geometry.side_lengths(corners[:0])] == [0, 0]


@pytest.mark.parametrize("degrees", [0, 7, 30, -41])
def test_min_area_quad_of_a_rectangles_points_is_that_rectangle(degrees: float) -> None:
    quad = turned(BOX, degrees)
    points = np.concatenate([quad, (quad + np.roll(quad, 1, axis=0)) / 2])
    assert np.allclose(geometry.min_area_quad(points), quad, atol=1e-3)


def test_sides_are_width_along_and_height_across_the_text() -> None:
    assert geometry.sides(turned(BOX, 30)) == pytest.approx((40, 10), abs=1e-4)


def test_shrink_moves_every_side_by_the_papers_distance() -> None:
    inner = geometry.shrink(BOX, 0.4)
    assert inner is not None
    distance = 400 * (1 - 0.16) / 100  # A (1 - r^2) / L = 3.36
    expected = BOX + np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32) * distance
    assert np.allclose(geometry.order_quad(inner), expected, atol=1 / 128)


def test_unclip_moves_every_side_outwards_and_keeps_corners_sharp() -> None:
    outer = geometry.unclip(BOX, 1.5)
    assert outer is not None
    assert np.allclose(geometry.order_quad(outer), [[4, 14], [56, 14], [56, 36], [4, 36]], atol=1 / 128)


def test_polygons_without_outline_shrink_and_grow_to_nothing() -> None:
    point = np.zeros((4, 2), np.float32)
    assert geometry.shrink(point, 0.4) is None
    assert geometry.unclip(point, 1.5) is None


@pytest.mark.parametrize("ratio", [0.0, -1.0, 1.1])
def test_shrink_refuses_ratios_outside_0_to_1(ratio: float) -> None:
    with pytest.raises(ValueError, match="shrink ratio"):
        geometry.shrink(BOX, ratio)


def test_quad_iou_of_worked_cases() -> None:
    assert geometry.quad_iou(BOX, BOX) == 1
    assert geometry.quad_iou(BOX, BOX + np.float32(20)) == 0
    assert geometry.quad_iou(BOX, BOX + np.array([20, 0], np.float32)) == pytest.approx(1 / 3)
    assert geometry.quad_iou(np.zeros((4, 2), np.float32), np.zeros((4, 2), np.float32)) == 0


def test_quad_iou_survives_a_bow_tie() -> None:
    assert 0 < geometry.quad_iou(BOX, BOX[[0, 2, 1, 3]]) < 1


def test_clip_moves_corners_into_the_image_and_passes_no_quads_through() -> None:
    quads = np.array([[[-5, 2], [12, 2], [12, 9], [-5, 9]]], np.float32)
    assert np.array_equal(geometry.clip(quads, 10, 8), [[[0, 2], [10, 2], [10, 8], [0, 8]]])
    assert geometry.clip(np.zeros((0, 4, 2), np.float32), 10, 8).shape == (0, 4, 2)
