"""detectors.merging: parts become words, and a word seen twice is one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.base import Detections
from detectors.merging import joined, merged, span


def box(x: float, y: float, width: float, height: float) -> NDArray[np.float32]:
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], np.float32)


def found(*boxes: tuple[float, ...]) -> Detections:
    """Boxes x, y, width, height, score."""
    quads = np.array([box(*b[:4]) for b in boxes], np.float32).reshape(-1, 4, 2)
    return Detections(quads, np.array([b[4] for b in boxes], np.float32))


def boxes(detections: Detections) -> list[tuple[float, ...]]:
    """The same, of upright quads."""
    low, high = detections.quads.min(axis=1), detections.quads.max(axis=1)
    rows = np.hstack([low, high - low, detections.scores[:, None]])
    return [tuple(round(value, 3) for value in row) for row in rows.tolist()]


def test_span_is_the_shorter_side_whichever_way_a_word_runs() -> None:
    assert span(np.stack([box(0, 0, 90, 20), box(0, 0, 20, 90)])).tolist() == [20, 20]
    assert span(np.zeros((0, 4, 2), np.float32)).shape == (0,)


def test_a_word_found_twice_is_taken_from_the_group_that_is_believed_first() -> None:
    first = found((0, 0, 100, 20, 0.6))
    later = found((1, 1, 100, 20, 0.9), (200, 0, 50, 20, 0.7))
    assert boxes(merged([first, later])) == [(200, 0, 50, 20, 0.7), (0, 0, 100, 20, 0.6)]
    assert boxes(merged([later, first])) == [(1, 1, 100, 20, 0.9), (200, 0, 50, 20, 0.7)]


def test_a_fragment_inside_a_word_and_a_box_around_two_words_are_left_out() -> None:
    words = found((0, 0, 100, 20, 0.6), (110, 0, 100, 20, 0.6))
    assert boxes(merged([words, found((40, 2, 30, 16, 0.9)), found((0, 0, 210, 20, 0.9))])) == boxes(words)


def test_what_stands_behind_a_quad_that_was_left_out_stays() -> None:
    chain = [found((x, 0, 100, 20, 0.5)) for x in (0, 45, 90)]  # each shares 55 of 100 px with the next
    assert boxes(merged(chain)) == [(0, 0, 100, 20, 0.5), (90, 0, 100, 20, 0.5)]


def test_neighbours_that_touch_are_two_words() -> None:
    words = found((0, 0, 100, 20, 0.6), (95, 0, 100, 20, 0.5), (0, 15, 100, 20, 0.4))
    assert boxes(merged([words])) == boxes(words)


def test_nothing_merged_is_nothing() -> None:
    assert len(merged([])) == len(merged([Detections.empty(), Detections.empty()])) == 0
    assert len(joined(Detections.empty(), np.zeros(0, np.intp))) == 0


def test_the_two_parts_of_a_word_are_one_with_the_better_score() -> None:
    parts = found((0, 0, 100, 20, 0.6), (80, 1, 100, 20, 0.8))
    assert boxes(joined(parts, np.array([0, 1]))) == [(0, 0, 180, 21, 0.8)]


def test_a_word_cut_twice_is_joined_twice() -> None:
    parts = found((0, 0, 100, 20, 0.6), (80, 0, 100, 20, 0.8), (160, 0, 100, 20, 0.7), (0, 50, 60, 20, 0.5))
    assert boxes(joined(parts, np.array([0, 1, 2, 0]))) == [(0, 0, 260, 20, 0.8), (0, 50, 60, 20, 0.5)]


def test_parts_of_one_tile_and_parts_of_different_lines_stay_apart() -> None:
    one_tile = found((0, 0, 100, 20, 0.6), (80, 1, 100, 20, 0.8))
    assert len(joined(one_tile, np.array([3, 3]))) == 2
    two_lines = found((0, 0, 100, 20, 0.6), (80, 18, 100, 20, 0.8))
    assert len(joined(two_lines, np.array([0, 1]))) == 2


def test_margins_stay_with_their_words_and_a_joined_word_has_the_larger() -> None:
    one, other = found((0, 0, 60, 20, 0.9)), found((50, 0, 60, 20, 0.7))
    parts = Detections(
        np.concatenate([one.quads, other.quads]),
        np.array([0.9, 0.7], np.float32),
        np.array([1, 2], np.float32),
    )
    assert joined(parts, np.array([0, 1])).margins.tolist() == [2.0]
    apart = Detections(parts.quads + np.array([[[0, 0]], [[0, 90]]], np.float32), parts.scores, parts.margins)
    assert merged([apart.only(np.array([1])), apart.only(np.array([0]))]).margins.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="margins must be"):
        Detections(parts.quads, parts.scores, np.zeros(3, np.float32))
