"""Turning photos and their quads, and what readings say about the way up."""

from __future__ import annotations

import numpy as np
import pytest

from ocrpipe.turns import (
    SAMPLE,
    are_sure,
    evidence,
    quarters_to_upright,
    sample,
    say_enough,
    turned,
    turned_back,
)
from recognizer.base import Transcript

RIGHT = np.array([(10, 20), (90, 20), (90, 40), (10, 40)], np.float32)
DOWN = np.array([(50, 10), (50, 90), (30, 90), (30, 10)], np.float32)
UP = np.roll(DOWN, 2, axis=0)
SURE, UNSURE = Transcript("word", 0.9), Transcript("woro", 0.2)


@pytest.mark.parametrize("quarters", range(4))
def test_a_quad_in_the_turned_photo_goes_back_to_the_same_pixels(quarters: int) -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[20:40, 30:90] = 255
    rows, columns = np.nonzero(turned(image, quarters)[:, :, 0])
    (left, right), (top, bottom) = (
        (columns.min(), columns.max() + 1),
        (rows.min(), rows.max() + 1),
    )
    seen = np.array([[(left, top), (right, top), (right, bottom), (left, bottom)]], np.float32)
    back = turned_back(seen, quarters, 200, 100)
    original = np.array([(30, 20), (90, 20), (90, 40), (30, 40)], np.float32)
    assert np.array_equal(back[0], np.roll(original, quarters, axis=0))


def test_turning_by_nothing_copies_nothing() -> None:
    image = np.zeros((10, 20, 3), np.uint8)
    assert turned(image, 0) is image


def test_turning_no_quads_gives_none() -> None:
    assert turned_back(np.zeros((0, 4, 2), np.float32), 3, 200, 100).shape == (0, 4, 2)


def test_words_are_sure_on_the_whole_and_say_enough_only_if_there_are_some() -> None:
    assert are_sure([SURE, UNSURE])
    assert not are_sure([SURE, UNSURE, UNSURE])
    assert say_enough([SURE] * 4)
    assert not say_enough([SURE] * 3)  # 10.8 characters are believed
    assert not say_enough([SURE] * 5 + [UNSURE] * 10)


def test_evidence_counts_believed_characters() -> None:
    assert evidence([SURE, UNSURE, Transcript("", 0.0)]) == pytest.approx(4.4)


@pytest.mark.parametrize(
    ("quads", "texts", "quarters"),
    [
        ([RIGHT, DOWN], [SURE, UNSURE], 0),
        ([RIGHT, DOWN], [UNSURE, SURE], 3),  # a quarter back, counter-clockwise
        ([UP, RIGHT], [SURE, UNSURE], 1),
        ([np.roll(RIGHT, 2, axis=0)], [SURE], 2),
        ([], [], 0),
    ],
)
def test_the_photo_is_turned_so_that_most_of_the_text_runs_to_the_right(
    quads: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]], texts: list[Transcript], quarters: int
) -> None:
    assert quarters_to_upright(np.array(quads, np.float32).reshape(-1, 4, 2), texts) == quarters


def test_the_sample_is_the_longest_words() -> None:
    quads = np.stack([RIGHT * factor for factor in (1, 3, 2)] + [DOWN])
    assert sample(quads).tolist() == [1, 2, 0, 3]
    assert len(sample(np.repeat(quads, 10, axis=0))) == SAMPLE
