"""The gallery: which photos, and what colour each box has."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from detectors.metrics import Assignment
from ocrpipe.evaluate.gallery import FALSE, FOUND, IGNORED, MISREAD, MISSED, arrange, choose, show
from ocrpipe.labels import Quad, Scene, SceneWord


def box(x: float, y: float) -> Quad:
    return ((x, y), (x + 40, y), (x + 40, y + 10), (x, y + 10))


WORDS = (SceneWord(box(10, 10), "a"), SceneWord(box(10, 40), "b"), SceneWord(box(10, 70), None, ignore=True))
SCENE = Scene(Path("a.png"), 320, 100, WORDS)
QUADS = np.array([box(10, 10), box(100, 10)], np.float32)
WHITE = np.full((100, 320, 3), 255, np.uint8)
ASSIGNED = Assignment(pairs=((0, 0),), counted=(0, 1))


def test_photos_are_spread_evenly_and_all_are_taken_where_there_are_few() -> None:
    assert choose(9, 3) == {0, 4, 8}
    assert choose(2, 20) == {0, 1}
    assert choose(5, 0) == choose(0, 5) == frozenset()


def test_every_fate_has_its_colour_and_the_photo_is_scaled() -> None:
    shown = show(WHITE, SCENE, QUADS, ASSIGNED)
    assert shown.picture.shape == (200, 640, 3)
    at = {(20, 30): FOUND, (200, 30): FALSE, (20, 90): MISSED, (20, 150): IGNORED}
    assert {place: tuple(map(int, shown.picture[place[1], place[0]])) for place in at} == at
    assert shown.caption == "a.png: 1 found, 1 missed, 1 false"


def test_a_misread_word_is_violet_and_says_what_was_read() -> None:
    shown = show(WHITE, SCENE, QUADS, ASSIGNED, [(0, "Q")])
    assert tuple(map(int, shown.picture[30, 20])) == MISREAD
    assert shown.caption == "a.png: 1 found, 1 misread, 1 missed, 1 false"
    assert (shown.picture[42:56, 20:32] != show(WHITE, SCENE, QUADS, ASSIGNED).picture[42:56, 20:32]).any()


def test_three_photos_stand_in_a_row_under_the_legend() -> None:
    shown = show(WHITE, SCENE, QUADS, ASSIGNED)
    assert arrange([shown] * 4).shape == (28 + 2 * 220, 1920, 3)
    assert arrange([]).shape == (28, 1920, 3)
