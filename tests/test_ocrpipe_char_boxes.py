"""Boxes of characters, worked by hand on frames and on perspective."""

from __future__ import annotations

import numpy as np
import pytest

from ocrpipe.char_boxes import char_edges, char_quads
from recognizer.base import CharSpan

UPRIGHT = np.array([[10, 20], [110, 20], [110, 50], [10, 50]], np.float32)


def spans(*frames: tuple[int, int]) -> list[CharSpan]:
    return [CharSpan("x", 1.0, first, last) for first, last in frames]


def test_neighbours_meet_halfway_between_their_peaks() -> None:
    edges = char_edges(spans((0, 1), (4, 4), (7, 8)), 9)  # centres 1, 4.5 and 8 of 9 frames
    assert 9 * edges == pytest.approx(np.array([[0, 2.75], [2.75, 6.25], [6.25, 9]]))


def test_peaks_that_lead_their_characters_are_moved_to_the_middle_of_the_word() -> None:
    early, late = (char_edges(spans(*((t + d, t + d) for t in (2, 6, 10))), 16) for d in (0, 3))
    assert 16 * early == pytest.approx(np.array([[2, 6], [6, 10], [10, 14]]))
    assert late == pytest.approx(early)


def test_no_character_leaves_the_word() -> None:
    edges = char_edges(spans((0, 0), (9, 9)), 10)  # 9 frames apart: cells of 9 would need 18
    assert edges == pytest.approx(np.array([[0, 0.5], [0.5, 1]]))


def test_a_lone_character_fills_the_word_and_none_have_no_quads() -> None:
    assert char_quads(UPRIGHT, spans((3, 4)), 8).tolist() == [UPRIGHT.tolist()]
    assert char_quads(UPRIGHT, [], 8).shape == (0, 4, 2)


def test_quads_lie_along_the_word_in_its_own_corner_order() -> None:
    first, second = char_quads(UPRIGHT, spans((0, 1), (2, 3)), 4)
    np.testing.assert_allclose(first, [[10, 20], [60, 20], [60, 50], [10, 50]], atol=1e-4)
    np.testing.assert_allclose(second, [[60, 20], [110, 20], [110, 50], [60, 50]], atol=1e-4)
    downwards = np.roll(UPRIGHT, -1, axis=0)  # read from the top right corner down
    first = char_quads(downwards, spans((0, 1), (2, 3)), 4)[0]
    np.testing.assert_allclose(first, [[110, 20], [110, 35], [10, 35], [10, 20]], atol=1e-4)


def test_a_word_in_perspective_is_cut_nearer_to_its_far_end() -> None:
    # The right side is half as high: half of the crop lies beyond the point where the diagonals cross.
    receding = np.array([[0, 0], [90, 15], [90, 45], [0, 60]], np.float32)
    first, second = char_quads(receding, spans((0, 1), (2, 3)), 4)
    np.testing.assert_allclose(first[1], [60, 10], atol=1e-4)
    np.testing.assert_allclose(first[[1, 2]], second[[0, 3]], atol=1e-4)
