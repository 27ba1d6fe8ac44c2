"""detectors.metrics: ICDAR-2015 matching on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.metrics import Assignment, Matching, assign, match, total


def boxes(*spans: tuple[float, float]) -> NDArray[np.float32]:
    """Quads 10 px high from x0 to x1."""
    corners = [[[a, 0], [b, 0], [b, 10], [a, 10]] for a, b in spans]
    return np.array(corners, np.float32).reshape(-1, 4, 2)


def legible(count: int) -> NDArray[np.bool_]:
    return np.zeros(count, np.bool_)


def test_half_overlap_is_not_enough_and_a_little_more_is() -> None:
    true = boxes((0, 30))
    assert match(boxes((0, 15)), true, legible(1))[0].matched == 0  # IoU exactly 0.5
    assert match(boxes((0, 16)), true, legible(1))[0].matched == 1


def test_each_word_takes_one_detection_and_the_second_is_a_false_alarm() -> None:
    counts, pairs = match(boxes((0, 30), (1, 30)), boxes((0, 30)), legible(1))
    assert counts == Matching(matched=1, detected=2, true=1)
    assert pairs == [(0, 0)]
    assert (counts.precision, counts.recall) == (0.5, 1.0)
    assert counts.hmean == pytest.approx(2 / 3)


def test_a_detection_is_given_to_one_word_only() -> None:
    counts, _ = match(boxes((0, 30)), boxes((0, 30), (1, 30)), legible(2))
    assert counts == Matching(1, 1, 2)


def test_detections_mostly_inside_an_ignore_region_are_dropped_and_the_region_is_not_missed() -> None:
    true, ignored = boxes((0, 30), (100, 200)), np.array([False, True])
    counts, pairs = match(boxes((0, 30), (110, 120), (195, 206)), true, ignored)
    # (195, 206) lies in the region by 5 of 11: it stays, and is wrong.
    assert counts == Matching(1, 2, 1)
    assert pairs == [(0, 0)]


def test_exactly_half_inside_an_ignore_region_stays() -> None:
    counts, _ = match(boxes((190, 210)), boxes((100, 200)), np.array([True]))
    assert counts == Matching(0, 1, 0)


def test_an_ignore_region_takes_detections_away_from_legible_words_inside_it() -> None:
    counts, _ = match(boxes((0, 30)), boxes((0, 30), (0, 40)), np.array([False, True]))
    assert counts == Matching(0, 0, 1)


@pytest.mark.parametrize(("found", "true"), [(0, 0), (0, 2), (2, 0)])
def test_nothing_found_or_nothing_there_scores_zero(found: int, true: int) -> None:
    spans = ((0, 30), (40, 70))
    counts, pairs = match(boxes(*spans[:found]), boxes(*spans[:true]), legible(true))
    assert counts == Matching(0, found, true)
    assert (counts.precision, counts.recall, counts.hmean, pairs) == (0, 0, 0, [])


def test_totals_add_counts_so_that_photos_with_many_words_weigh_more() -> None:
    counts = total([Matching(1, 1, 1), Matching(1, 3, 9)])
    assert counts == Matching(2, 4, 10)
    assert (counts.precision, counts.recall) == (0.5, 0.2)
    assert total([]) == Matching()


def test_a_bow_tie_quad_is_matched_without_failing() -> None:
    assert match(boxes((0, 30))[:, [0, 2, 1, 3]], boxes((0, 30)), legible(1))[0].detected == 1


def test_a_worked_photo_of_the_protocol() -> None:
    """Six words, one of them an ignore region, and six detections, each with its reason."""
    true = boxes((0, 30), (40, 70), (80, 110), (200, 260), (300, 330), (400, 430))
    ignored = np.array([False, False, False, True, False, False])
    detected = boxes(
        (300, 360),  # IoU exactly 0.5 with word 4: wrong
        (0, 70),  # over words 0 and 1 at once, IoU 0.43 with each: wrong
        (82, 110),  # word 2
        (80, 110),  # fits word 2 better, but the first that fits has taken it: wrong
        (210, 230),  # inside the ignore region: does not count
        (255, 275),  # a quarter of it in the ignore region: wrong
    )
    assert assign(detected, true, ignored) == Assignment(pairs=((2, 2),), counted=(0, 1, 2, 3, 5))
    assert match(detected, true, ignored)[0] == Matching(matched=1, detected=5, true=5)


def test_words_choose_in_their_order_even_where_another_choice_would_match_more() -> None:
    # Word 0 takes the first box; the one left does not fit word 1: no optimal assignment is sought.
    true, detected = boxes((0, 40), (16, 56)), boxes((8, 48), (0, 40))
    assert assign(detected, true, legible(2)).pairs == ((0, 0),)
    assert assign(detected[::-1], true, legible(2)).pairs == ((0, 0), (1, 1))
