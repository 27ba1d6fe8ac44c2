"""Words with boxes but no texts, read by a recogniser: what is believed, and what is written down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocrpipe.labels import Scene, SceneWord, load_scenes
from ocrpipe.train.pseudo_labels import Sureness, read_scenes, write_scenes
from recognizer.base import Crop, LexiconMatch, Transcript


class Fixed:
    """Reads the same in every crop."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript, self.asked = transcript, 0

    def transcribe(self, crops: Sequence[Crop]) -> list[Transcript]:
        self.asked += len(crops)
        return [self.transcript] * len(crops)


def word(left: float, high: float, text: str | None = None, ignore: bool = False) -> SceneWord:
    right, bottom = left + 3 * high, 10.0 + high
    return SceneWord(((left, 10.0), (right, 10.0), (right, bottom), (left, bottom)), text, ignore)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A photo with a readable word, a tiny one, one that has its text, and an illegible one."""
    cv2.imwrite(str(tmp_path / "a.png"), np.full((60, 300, 3), 255, np.uint8))
    words = (word(10, 20), word(90, 6), word(120, 20, "known"), word(200, 20, None, True))
    return Scene(tmp_path / "a.png", 300, 60, words)


@pytest.mark.parametrize(
    ("text", "score", "match", "believed"),
    [
        ("PARIS", 0.60, LexiconMatch("paris", 0), True),
        ("PARIS", 0.59, LexiconMatch("paris", 0), False),
        ("QUAIS", 0.66, LexiconMatch("quais", 1), True),
        ("QUAI", 0.66, LexiconMatch("quai", 2), False),
        ("QUAI", 0.64, LexiconMatch("quai", 1), False),
        ("du", 0.92, LexiconMatch("du", 0), False),
        ("N75", 0.93, LexiconMatch(None, None), True),
        ("N75", 0.92, None, False),
    ],
)
def test_what_is_believed(text: str, score: float, match: LexiconMatch | None, believed: bool) -> None:
    assert Sureness().believes(Transcript(text, score, lexicon=match)) is believed


def test_only_clear_words_without_a_text_are_read(scene: Scene) -> None:
    reader = Fixed(Transcript("RUE", 0.99))
    (read,) = read_scenes([scene], reader)
    assert [w.text for w in read.words] == ["RUE", None, "known", None]
    assert reader.asked == 1


def test_a_doubtful_reading_leaves_the_word_without_text(scene: Scene) -> None:
    (read,) = read_scenes([scene], Fixed(Transcript("RUE", 0.5)))
    assert read == scene


def test_an_empty_reading_is_no_label(scene: Scene) -> None:
    (read,) = read_scenes([scene], Fixed(Transcript("", 1.0)))
    assert read == scene


def test_scenes_are_read_back_as_they_were_written(scene: Scene, tmp_path: Path) -> None:
    count = write_scenes([scene], tmp_path / "labels")
    assert count == 1
    assert load_scenes(tmp_path / "labels") == [scene]
    assert len(json.loads((tmp_path / "labels/labels.jsonl").read_text())["words"]) == 4
