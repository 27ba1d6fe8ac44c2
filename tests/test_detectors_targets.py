"""detectors.targets: which pixels are asked for, which are left alone, how near they are to a border."""

from __future__ import annotations

import numpy as np
import pytest

from detectors.targets import GAP_WEIGHT, border_map, fill, make_targets, shrink_distance

BOX = np.array([[10, 20], [50, 20], [50, 40], [10, 40]], np.float32)
LEGIBLE, IGNORED = np.zeros(1, np.bool_), np.ones(1, np.bool_)


def test_fill_paints_the_pixels_whose_centres_lie_inside() -> None:
    canvas = np.zeros((6, 6), np.uint8)
    fill(canvas, np.array([[1, 2], [4.4, 2], [4.4, 4.6], [1, 4.6]], np.float32), 1)
    assert np.argwhere(canvas).tolist() == [[y, x] for y in (2, 3, 4) for x in (1, 2, 3)]


def test_fill_takes_either_way_round_and_pieces_outside_the_canvas() -> None:
    clockwise, other = np.zeros((2, 30, 30), np.uint8)
    fill(clockwise, BOX, 1)
    fill(other, BOX[::-1].copy(), 1)
    assert np.array_equal(clockwise, other)
    assert clockwise.sum() == 20 * 10
    fill(clockwise, BOX + np.float32(100), 1)
    assert clockwise.sum() == 200


def test_the_score_map_is_the_box_shrunk_by_the_papers_distance() -> None:
    score = make_targets(BOX[None], LEGIBLE, 64, 64, ratio=0.4).score
    distance = 800 * (1 - 0.16) / 120
    assert shrink_distance(BOX, 0.4) == pytest.approx(distance)
    rows, columns = np.nonzero(score)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (26, 33, 16, 43)


def test_an_ignored_word_is_masked_and_not_asked_for() -> None:
    targets = make_targets(BOX[None], IGNORED, 64, 64)
    assert targets.score.sum() == 0
    assert (targets.mask == 0).sum() == 40 * 20


def test_a_word_too_low_to_read_is_masked() -> None:
    low = np.array([[10, 20], [50, 20], [50, 24], [10, 24]], np.float32)
    targets = make_targets(low[None], LEGIBLE, 64, 64)
    assert (targets.score.sum(), (targets.mask == 0).sum()) == (0, 160)


def test_a_legible_word_inside_an_ignore_region_still_counts() -> None:
    around = np.array([[0, 0], [64, 0], [64, 64], [0, 64]], np.float32)
    targets = make_targets(np.stack([BOX, around]), np.array([False, True]), 64, 64)
    assert np.array_equal(targets.mask, targets.score)


def test_the_gap_between_neighbours_counts_more_and_a_line_below_makes_none() -> None:
    next_one, below = BOX + np.array([46, 0], np.float32), BOX + np.array([0, 24], np.float32)
    row = make_targets(np.stack([BOX, next_one]), np.zeros(2, np.bool_), 64, 110)
    rows, columns = np.nonzero(row.mask == GAP_WEIGHT)
    assert (rows.min(), rows.max()) == (20, 39)
    assert (columns.min(), columns.max()) == (46, 59)
    assert row.mask[row.score > 0].max() == 1
    stacked = make_targets(np.stack([BOX, below]), np.zeros(2, np.bool_), 80, 64)
    assert stacked.mask.max() == 1


def test_no_words_ask_for_nothing_anywhere() -> None:
    none, nobody = np.zeros((0, 4, 2), np.float32), np.zeros(0, np.bool_)
    targets = make_targets(none, nobody, 8, 12)
    assert (targets.score.sum(), targets.mask.sum()) == (0, 96)
    assert border_map(none, nobody, 8, 12).sum() == 0


def test_the_border_map_falls_from_one_on_the_outline_to_zero_at_the_shrink_distance() -> None:
    near = border_map(BOX[None], LEGIBLE, 64, 64, ratio=0.4)
    distance = shrink_distance(BOX, 0.4)
    assert near[20, 30] == pytest.approx(1 - 0.5 / distance)  # the pixel centre half a pixel inside
    assert near[19, 30] == pytest.approx(1 - 0.5 / distance)  # and outside
    assert near[22, 30] == pytest.approx(1 - 2.5 / distance)
    assert (near[30, 30], near[5, 5]) == (0, 0)


def test_border_maps_of_neighbours_keep_the_nearer_and_ignored_words_draw_nothing() -> None:
    both = np.stack([BOX, BOX + np.array([3, 0], np.float32)])
    single = [border_map(quad[None], LEGIBLE, 64, 64) for quad in both]
    joined = border_map(both, np.zeros(2, np.bool_), 64, 64)
    assert np.array_equal(joined, np.maximum(*single))
    assert border_map(BOX[None], IGNORED, 64, 64).sum() == 0
