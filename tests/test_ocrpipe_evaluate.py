"""Measuring against ground truth, on a photo whose every count was worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from detectors.base import Detections
from detectors.metrics import Matching
from ocrpipe.evaluate import score_detector, score_reading, score_true_boxes
from ocrpipe.labels import Quad, Scene, SceneWord
from ocrpipe.page import Page, Source, Word
from recognizer.base import Transcript


def box(x: float, y: float, width: float = 40, height: float = 10) -> Quad:
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    Image.new("RGB", (200, 100), "white").save(tmp_path / "a.png")
    words = (
        SceneWord(box(10, 10), "Ford"),
        SceneWord(box(10, 30), "OPEN"),
        SceneWord(box(10, 50), "!"),  # found or not it counts as a box; there is nothing in it to read
        SceneWord(box(10, 70), None, ignore=True),
        SceneWord(box(100, 10), "missed"),
    )
    return Scene(tmp_path / "a.png", 200, 100, words)


class Found:
    """A detector that finds the first four boxes, one of them badly, and a false one."""

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        assert image.shape == (100, 200, 3)
        quads = [box(10, 10), box(12, 30), box(10, 50), box(10, 70), box(150, 80)]
        return Detections(np.array(quads, np.float32), np.ones(5, np.float32))


class Wide:
    """A recogniser that says how wide each crop is."""

    def transcribe(self, crops: Sequence[NDArray[np.uint8]]) -> list[Transcript]:
        return [Transcript(str(crop.shape[1]), 1.0) for crop in crops]


def page(scene: Scene, texts: Sequence[str]) -> Page:
    quads = Found().detect(np.zeros((100, 200, 3), np.uint8)).quads.tolist()
    words = [
        Word(i, 0, t, 1.0, 1.0, tuple(map(tuple, q)))
        for i, (q, t) in enumerate(zip(quads, texts, strict=True))
    ]
    return Page(Source(str(scene.image)), words=tuple(words))


def test_detection_counts_boxes_outside_ignore_regions(scene: Scene) -> None:
    assert score_detector(Found(), [scene, scene]) == Matching(matched=6, detected=8, true=8)
    assert score_detector(Found(), []) == Matching()


def test_end_to_end_asks_for_the_text_too_whatever_its_case(scene: Scene) -> None:
    scores = score_reading(lambda s: page(s, ["FORD", "OPEM", "?", "x", "y"]), [scene])
    assert scores.photos == 1
    assert scores.detection == Matching(matched=3, detected=4, true=4)
    assert scores.end_to_end == Matching(matched=1, detected=3, true=3)


def test_words_in_their_true_boxes_are_read_one_by_one(scene: Scene) -> None:
    scores = score_true_boxes(
        Wide(), [scene]
    )  # boxes 40 x 10 become crops 128 wide; "!" has nothing to compare
    assert (scores.words, scores.accuracy) == (3, 0.0)
