"""Words in the boxes that a detector finds: texts go with boxes that fit, nothing else is learnt from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detectors import Detections
from detectors.base import Image
from ocrpipe.labels import Scene, SceneWord
from ocrpipe.train.found_boxes import found_scene, found_scenes


def box(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def word(left: float, right: float, text: str | None = "exit", ignore: bool = False) -> SceneWord:
    a, b, c, d = ((x, y) for x, y in box(left, 10, right, 30))
    return SceneWord((a, b, c, d), text, ignore)


def scene(*words: SceneWord, image: Path = Path("a.png")) -> Scene:
    return Scene(image, 300, 60, words)


def quads(*boxes: list[list[float]]) -> NDArray[np.float32]:
    return np.array(boxes, np.float32).reshape(-1, 4, 2)


def test_a_box_that_fits_takes_the_text_and_the_flags_of_its_word() -> None:
    (found,) = found_scene(scene(word(10, 70)), quads(box(8, 9, 71, 33))).words
    assert found == SceneWord(((8, 9), (71, 9), (71, 33), (8, 33)), "exit", False)


@pytest.mark.parametrize(
    "found",
    [
        box(10, 10, 55, 30),  # cuts a quarter off
        box(100, 10, 160, 30),  # lies elsewhere
        [[70, 30], [10, 30], [10, 10], [70, 10]],  # upside down
    ],
)
def test_a_word_without_such_a_box_is_ignored_where_it_is(found: list[list[float]]) -> None:
    true = word(10, 70)
    assert found_scene(scene(true), quads(found)).words == (SceneWord(true.quad, None, True),)


def test_words_that_nobody_can_read_and_photos_where_nothing_is_found_teach_nothing() -> None:
    hidden = scene(word(10, 70, None), word(100, 160, "x", ignore=True))
    for found in (quads(box(10, 10, 70, 30), box(100, 10, 160, 30)), quads()):
        assert all(w.ignore and w.text is None for w in found_scene(hidden, found).words)


class Fixed:
    """Finds the same in every photo."""

    def __init__(self, found: NDArray[np.float32]) -> None:
        self.found, self.photos = found, 0

    def detect(self, image: Image) -> Detections:
        self.photos += 1
        return Detections(self.found, np.ones(len(self.found), np.float32))


def test_each_detector_gives_a_scene_and_photos_without_texts_are_not_looked_at(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.full((60, 300, 3), 255, np.uint8))
    near, far = Fixed(quads(box(10, 10, 70, 30))), Fixed(quads(box(200, 10, 260, 30)))
    scenes = [
        scene(word(10, 70), image=tmp_path / "a.png"),
        scene(word(10, 70, None), image=tmp_path / "no.png"),
    ]
    first, second = found_scenes(scenes, [near, far])
    assert ([w.text for w in first.words], [w.text for w in second.words]) == (["exit"], [None])
    assert (near.photos, far.photos) == (1, 1)
