"""Explanations: what they say of a crop whose frames are known, and that their picture shows it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors import Detections
from ocrpipe.explain import Explanation, draw, explain, explain_photo
from ocrpipe.images import load
from ocrpipe.pipeline import Pipeline
from recognizer.charset import Charset
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.decoding import Decoding
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule

LETTERS = Charset("abcdehlo")
PATH = "--hh-e-l-ll-oo--"
CROP = np.full((32, 4 * len(PATH), 3), (200, 30, 30), np.uint8)


def says_hello(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits (N, T, C) that say PATH, nearly certain."""
    classes = [0 if c == "-" else LETTERS.encode(c)[0] for c in PATH]
    return np.repeat(9 * np.eye(LETTERS.classes, dtype=np.float32)[classes][None], len(images), axis=0)


def explained(words: list[str] | None = None) -> Explanation:
    lexicon = Lexicon(words, LETTERS) if words else None
    wanted = Decoding(lexicon=lexicon, rule=LexiconRule("strict"))
    return explain(CRNNRecognizer(says_hello, LETTERS, decoding=wanted), CROP)


def test_frames_alternatives_and_the_answer_are_told() -> None:
    told = explained()
    assert told.frame_text() == PATH
    assert told.chosen.text == told.alternatives[0].text == "hello"
    assert told.alternatives[0].confidence == pytest.approx(1.0, abs=0.02)
    assert len(told.alternatives) == 5
    assert told.neighbours == ()


def test_neighbours_come_by_probability_with_their_distances() -> None:
    told = explained(["hallo", "cell", "bad"])
    assert [(n.word, n.distance) for n in told.neighbours] == [("hallo", 1), ("cell", 2)]
    assert (told.free.text, told.chosen.text) == ("hello", "hallo")
    far = explained(["abcdabcd"])
    assert [n.distance for n in far.neighbours] == [8]


def test_the_picture_has_the_crop_above_its_frames() -> None:
    picture = draw(explained())
    assert picture.dtype == np.uint8
    column = 40  # 900 / 16 frames, at most 40
    crop = (picture == (200, 30, 30)).all(axis=2)
    rows, columns = np.nonzero(crop)
    assert (columns.min(), columns.max() + 1) == (92, 92 + 16 * column)
    assert rows.max() < 180
    assert draw(explained(["hallo"])).shape[0] > picture.shape[0]


def test_dark_cells_of_the_heat_map_are_the_probable_ones() -> None:
    told = explained()
    picture = draw(told).astype(int)
    bar = np.abs(picture - [0, 114, 178]).sum(axis=2) < 12
    in_column = [bar[:, 92 + 40 * t + 5].sum() for t in range(16)]
    # Every frame has one nearly certain class: a cell of 18 rows or more, besides brackets and bars below.
    assert min(in_column) >= 18


def test_a_crop_that_says_nothing_is_explained_too() -> None:
    def silent(images: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.tile(np.eye(LETTERS.classes, dtype=np.float32)[0] * 9, (len(images), 8, 1))

    told = explain(CRNNRecognizer(silent, LETTERS), CROP[:, :32])
    assert (told.frame_text(), told.chosen.text) == ("-" * 8, "")
    assert draw(told).shape[1] >= 560


class TwoWords:
    """Finds two words side by side."""

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        quads = [[(x, 8), (x + 60, 8), (x + 60, 28), (x, 28)] for x in (10, 110)]
        return Detections(np.array(quads, np.float32), np.ones(2, np.float32))


def test_a_word_of_a_photo_is_explained_by_its_id() -> None:
    pixels = np.full((40, 200, 3), 255, np.uint8)
    pixels[:, 100:] = 80
    photo = load(pixels)
    pipeline = Pipeline(TwoWords(), CRNNRecognizer(says_hello, LETTERS))
    assert explain_photo(pipeline, photo, 0).crop.mean() == 255
    assert explain_photo(pipeline, photo, 1).crop.mean() == 80
    assert explain_photo(pipeline, photo, None).crop.shape == (32, 160, 3)
    with pytest.raises(ValueError, match="no word 2; its words are 0 to 1"):
        explain_photo(pipeline, photo, 2)
