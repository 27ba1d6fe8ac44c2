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
from ocrpipe.evaluate import (
    evaluate_detector,
    evaluate_reading,
    score_detector,
    score_reading,
    score_true_boxes,
)
from ocrpipe.evaluate.text_rules import RULES
from ocrpipe.evaluate.vocabularies import Vocabularies
from ocrpipe.labels import Quad, Scene, SceneWord
from ocrpipe.page import Page, Source, Word
from ocrpipe.pipeline import Pipeline
from recognizer.base import Transcript
from recognizer.charset import charset
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.decoding import Decoding
from recognizer.lexicon_decoding import LexiconRule

ASCII = charset("ascii94")


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


class Marks:
    """A network that says "Ford" to every crop."""

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = np.zeros((len(batch), 8, ASCII.classes), np.float32)
        logits[:, 1::2, 0] = 12
        for place, char in enumerate("Ford"):
            logits[:, 2 * place, ASCII.encode(char)[0]] = 12
        return logits


def test_a_detector_is_reported_with_its_false_boxes_and_shown(scene: Scene) -> None:
    report, shown = evaluate_detector(Found(), [scene, scene, scene], show=2)
    assert (report.photos, report.boxes.matched, report.boxes.detected, report.boxes.true) == (3, 9, 12, 12)
    assert report.false_per_photo == 1.0
    assert [photo.caption for photo in shown] == ["a.png: 3 found, 1 missed, 1 false"] * 2
    assert report.by_height[0].recall == 0.75  # all words are 10 px high


def test_photos_without_words_give_false_boxes_only(scene: Scene) -> None:
    report, _ = evaluate_detector(Found(), [Scene(scene.image, 200, 100)])
    assert (report.boxes.recall, report.false_per_photo) == (0.0, 5.0)
    assert evaluate_detector(Found(), [])[0].photos == 0


def test_reading_is_measured_with_every_lexicon(scene: Scene) -> None:
    pipeline = Pipeline(Found(), CRNNRecognizer(Marks(), ASCII))
    vocabularies = Vocabularies({"a": ("OPEN", "lord")}, ("ford", "open"), ())
    report, shown = evaluate_reading(pipeline, [scene], vocabularies, show=1)
    rows = {(row.lexicon, row.rule): (row.rates.matched, row.rates.true) for row in report.texts}
    assert {lexicon for lexicon, _ in rows} == {"as asked", "strong", "weak"}
    assert rows["as asked", "words"] == rows["weak", "words"] == (1, 3)
    assert rows["as asked", "ICDAR end to end"] == (1, 4)
    assert report.boxes.matched == 3
    assert report.bag_of_words.matched == 1
    assert (report.boxes_by_height[0].found, report.by_height[0].found) == (3, 1)
    assert report.one_minus_ned == 1 / 4  # Ford; OPEN as Ford; a miss; a false box
    assert shown[0].caption == "a.png: 3 found, 1 misread, 1 missed, 1 false"


def test_strict_lexicons_are_obeyed_and_each_photo_has_its_own(scene: Scene) -> None:
    strict = Decoding(rule=LexiconRule("strict"))
    pipeline = Pipeline(Found(), CRNNRecognizer(Marks(), ASCII, decoding=strict))
    held, _ = evaluate_reading(pipeline, [scene], Vocabularies({"a": ("lord",)}, (), ("ford",)))
    other, _ = evaluate_reading(pipeline, [scene], Vocabularies({"b": ("lord",)}, (), ()))
    rows = {(row.lexicon, row.rule): row.rates.matched for row in (*held.texts, *other.texts[len(RULES) :])}
    assert rows["generic", "words"] == 1
    assert rows["strong", "words"] == 1  # of `other`, whose list is another photo's; `held` came before it
    assert held.texts[len(RULES)].rates.matched == 0


def test_vocabularies_need_a_recogniser_that_takes_them(scene: Scene) -> None:
    with pytest.raises(ValueError, match="takes no lexicon"):
        evaluate_reading(Pipeline(Found(), Wide()), [scene], Vocabularies({}, ("a",), ()))


def test_reading_nothing_scores_zero() -> None:
    report, shown = evaluate_reading(Pipeline(Found(), Wide()), [])
    assert (report.photos, report.boxes.hmean, report.one_minus_ned, report.bins, shown) == (0, 0, 0, (), [])
