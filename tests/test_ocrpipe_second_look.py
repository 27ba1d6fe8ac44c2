"""Unsure words looked at again: which quads are cut, and which reading counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ocrpipe.images import load
from ocrpipe.pipeline import Pipeline, transcribe_photo
from ocrpipe.second_look import BOXED, LEAD, SURE, UPRIGHT, View, look_again, seen
from recognizer.base import Crop, Transcript

BOX = np.array([[(10, 20), (110, 20), (110, 40), (10, 40)]], np.float32)
PHOTO = np.full((60, 120, 3), 200, np.uint8)


class Answers:
    """Gives what it was made with, crop after crop, and counts them."""

    def __init__(self, *answers: Transcript) -> None:
        self.answers, self.widths = list(answers), list[int]()

    def transcribe(self, crops: Sequence[Crop]) -> list[Transcript]:
        self.widths += [crop.shape[1] for crop in crops]
        return [self.answers.pop(0) for _ in crops]


def corners(quads: NDArray[np.float32]) -> list[tuple[float, float]]:
    return [(round(float(x), 3), round(float(y), 3)) for x, y in quads[0]]


def test_growing_moves_every_side_by_a_share_of_the_height() -> None:
    assert corners(seen(BOX, View(grow=0.1))) == [(8, 18), (112, 18), (112, 42), (8, 42)]


def test_a_climbing_line_rises_to_its_right_end_and_loses_its_empty_corners() -> None:
    # 0.05 of 100 px is a rise of 5 from end to end; 0.4 of that is cut off above and below
    assert corners(seen(BOX, View(climb=0.05))) == [(10, 24.5), (110, 19.5), (110, 35.5), (10, 40.5)]


def test_never_more_than_half_of_the_height_is_cut() -> None:
    a, _, _, d = seen(BOX, View(climb=0.3))[0]
    assert float(d[1] - a[1]) == pytest.approx(10)


@pytest.mark.parametrize("view", UPRIGHT)
def test_views_of_a_turned_word_are_the_turned_views(view: View) -> None:
    turn = np.array([[0, -1], [1, 0]], np.float32)
    assert np.allclose(seen(BOX @ turn.T, view), seen(BOX, view) @ turn.T, atol=1e-4)


def test_a_quad_without_area_and_no_quads_at_all_are_seen_too() -> None:
    assert np.isfinite(seen(np.zeros((1, 4, 2), np.float32), View(0.1, 0.2))).all()
    assert seen(np.zeros((0, 4, 2), np.float32), View(0.1)).shape == (0, 4, 2)


def test_sure_words_and_hopeless_ones_are_not_read_again() -> None:
    known = [Transcript("sure", SURE), Transcript("", 0.0)]
    assert look_again(Answers(), PHOTO, np.repeat(BOX, 2, axis=0), known) == known


def test_the_surest_view_counts_if_it_is_clearly_surer() -> None:
    first = Transcript("PANGAKE", 0.5)
    better, best = Transcript("PANCAKF", 0.6), Transcript("PANCAKE", 0.9)
    assert look_again(Answers(better, best), PHOTO, BOX, [first]) == [best]
    assert look_again(Answers(best, better), PHOTO, BOX, [first]) == [best]
    hardly = Transcript("PANCAKE", 0.5 + LEAD)
    assert look_again(Answers(hardly, hardly), PHOTO, BOX, [first]) == [first]


def test_each_word_gets_its_own_views() -> None:
    sure, first, second = Transcript("sure", 0.9), Transcript("a", 0.3), Transcript("b", 0.3)
    quads = np.concatenate([BOX, BOX, BOX[:, :, ::1] + np.float32(5)])
    views = (Transcript("A", 0.4), Transcript("b", 0.2), Transcript("AA", 0.8), Transcript("B", 0.7))
    reader = Answers(*views)
    assert [t.text for t in look_again(reader, PHOTO, quads, [sure, first, second])] == ["sure", "AA", "B"]
    assert len(reader.widths) == 2 * len(BOXED)


def test_a_word_crop_is_read_again_as_a_line_that_climbs() -> None:
    unsure, sure = Transcript("TOPHAN", 0.4), Transcript("TOPMAN", 0.9)
    answers = [unsure, *[unsure] * (len(UPRIGHT) - 1), sure]
    assert transcribe_photo(Answers(*answers), None, load(PHOTO), looks=2).words[0].text == "TOPMAN"
    assert transcribe_photo(Answers(unsure), None, load(PHOTO)).words[0].text == "TOPHAN"


class OneBox:
    """Finds one word, and it is a little wrong."""

    def detect(self, image: NDArray[np.uint8]) -> object:
        from detectors.base import Detections

        return Detections(BOX, np.ones(1, np.float32))


def test_the_pipeline_looks_again_only_where_it_is_asked_to() -> None:
    unsure, sure = Transcript("TOPHAN", 0.4), Transcript("TOPMAN", 0.9)
    page = Pipeline(OneBox(), Answers(unsure, unsure, sure), turns=False, looks=2).read(PHOTO)  # type: ignore[arg-type]
    assert [word.text for word in page.words] == ["TOPMAN"]
    assert np.array_equal(np.array(page.words[0].polygon, np.float32), BOX[0])
    once = Pipeline(OneBox(), Answers(unsure), turns=False).read(PHOTO)  # type: ignore[arg-type]
    assert [word.text for word in once.words] == ["TOPHAN"]
