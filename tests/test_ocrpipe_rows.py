"""ocrpipe.rows: boxes of several words, cut where a space was read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ocrpipe.rows import split
from recognizer.base import CharSpan, Crop, Transcript
from recognizer.charset import charset
from recognizer.crnn_recognizer import CRNNRecognizer

BOXES = np.array([[(0, 0), (100, 0), (100, 20), (0, 20)], [(0, 30), (90, 30), (90, 50), (0, 50)]], np.float32)
PHOTO = np.full((60, 120, 3), 200, np.uint8)


class Answers:
    """Gives what it was made with, crop after crop, and remembers how wide those were."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.widths = list(texts), list[int]()

    def transcribe(self, crops: Sequence[Crop]) -> list[Transcript]:
        self.widths += [crop.shape[1] for crop in crops]
        return [Transcript(self.texts.pop(0), 0.9) for _ in crops]


def row(text: str, space: float = 0.9) -> tuple[CharSpan, ...]:
    """Text evenly spoken, a character every other frame."""
    return tuple(CharSpan(c, space if c == " " else 0.9, 2 * i, 2 * i) for i, c in enumerate(text))


def test_a_box_is_cut_in_the_middle_of_the_space_and_its_parts_are_read_again() -> None:
    said = [Transcript("abcdefghij", 0.5, frames=21, row=row("abcdefg hij")), Transcript("x", 0.7)]
    reader = Answers("abcdefg", "hij")
    quads, found, boxes = split(reader, PHOTO, BOXES, said)
    assert [t.text for t in found] == ["abcdefg", "hij", "x"]
    assert boxes.tolist() == [0, 0, 1]
    middle = 100 * 7.5 / 11
    assert quads[0][:, 0].tolist() == pytest.approx([0, middle, middle, 0], abs=1)
    assert quads[1][:, 0].tolist() == pytest.approx([middle, 100, 100, middle], abs=1)
    assert np.array_equal(quads[2], BOXES[1])
    assert reader.widths == [pytest.approx(middle * 1.6, abs=2), pytest.approx((100 - middle) * 1.6, abs=2)]


def test_an_unsure_space_cuts_nothing_and_nothing_is_read_again() -> None:
    said = [Transcript("ab", 0.5, frames=8, row=row("a b", space=0.4)), Transcript("x", 0.7)]
    quads, found, boxes = split(Answers(), PHOTO, BOXES, said)
    assert (found, boxes.tolist()) == (said, [0, 1])
    assert np.array_equal(quads, BOXES)


def test_a_turned_box_is_cut_across_its_own_line() -> None:
    turned = np.array([[(20, 0), (20, 100), (0, 100), (0, 0)]], np.float32)  # reads downwards
    said = [Transcript("ab", 0.5, frames=5, row=row("a b"))]
    quads, _, _ = split(Answers("a", "b"), PHOTO, turned, said)
    assert np.allclose(quads[0], [(20, 0), (20, 50), (0, 50), (0, 0)], atol=0.1)
    assert np.allclose(quads[1], [(20, 50), (20, 100), (0, 100), (0, 50)], atol=0.1)


@pytest.mark.parametrize(("path", "expected"), [("-a- b-", "a b"), (" -a--b", ""), ("-ab-- ", "")])
def test_a_recogniser_says_the_row_only_where_a_space_stands_between_letters(
    path: str, expected: str
) -> None:
    characters = charset("ascii95")
    classes = [0 if char == "-" else characters.encode(char)[0] for char in path]
    logits = np.full((1, len(path), characters.classes), -5, np.float32)
    logits[0, np.arange(len(path)), classes] = 5
    reader = CRNNRecognizer(lambda images: np.repeat(logits, len(images), axis=0), characters)
    [found] = reader.transcribe([np.zeros((32, 16, 3), np.uint8)])
    assert "".join(span.char for span in found.row) == expected
    assert found.text == "ab"
