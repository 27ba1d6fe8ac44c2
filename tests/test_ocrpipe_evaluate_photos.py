"""A photo judged word by word, and its rates by word height, against counts worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detectors.metrics import Matching
from ocrpipe.evaluate.photos import judge_boxes, judge_texts, quads_of
from ocrpipe.evaluate.rates import HeightRow, Measured, Rates, by_height
from ocrpipe.evaluate.text_rules import RULES
from ocrpipe.labels import Quad, Scene, SceneWord
from ocrpipe.page import Page, Source, Word


def box(y: float, height: float = 16, x: float = 0) -> Quad:
    return ((x, y), (x + 60, y), (x + 60, y + height), (x, y + height))


SCENE = Scene(
    Path("a.png"),
    200,
    400,
    (
        SceneWord(box(0), "Ford's"),
        SceneWord(box(50, height=30), "OPEN"),
        SceneWord(box(100), "!"),
        SceneWord(box(150), None, ignore=True),
        SceneWord(box(200, height=8), "of"),
        SceneWord(box(250), "missed"),
    ),
)
READ = (
    ("fords", box(0), 0.9),
    ("OPE", box(50, height=30), 0.6),
    ("?", box(100), 0.5),
    ("anything", box(150), 0.4),
    ("of", box(200, height=8), 0.8),
    ("OPEN", box(300, height=50, x=100), 0.3),  # nothing there
)
WORDS = tuple(Word(i, 0, text, sure, 1.0, quad) for i, (text, quad, sure) in enumerate(READ))
PAGE = Page(Source("a.png"), words=WORDS)


def test_boxes_are_counted_whatever_they_say() -> None:
    boxes, found = judge_boxes(quads_of(PAGE), SCENE)
    assert boxes.counts == Matching(matched=4, detected=5, true=5)
    assert found.counted == (0, 1, 2, 4, 5)
    assert by_height(boxes.true, boxes.detected) == (
        HeightRow("below 12", true=1, found=1, detected=1, right=1),
        HeightRow("12 to 20", true=3, found=2, detected=2, right=2),
        HeightRow("20 to 40", true=1, found=1, detected=1, right=1),
        HeightRow("40 or more", true=0, found=0, detected=1, right=0),
    )


def test_texts_are_counted_by_every_rule() -> None:
    expected = {
        "words": Matching(2, 4, 4),  # Ford's and of; "!" is an ignore region, so the box on it does not count
        "words, 3 characters or more": Matching(1, 3, 3),
        "ICDAR end to end": Matching(1, 5, 5),  # of; "fords" lacks the apostrophe
        "ICDAR end to end, 3 characters or more": Matching(0, 3, 3),
        "ICDAR word spotting": Matching(0, 3, 3),  # Ford is wanted, fords was read
    }
    judged = judge_texts(PAGE, SCENE)
    assert dict(zip((rule.name for rule in RULES), judged.by_rule, strict=True)) == expected


def test_the_bag_of_words_does_not_ask_where_they_are() -> None:
    assert judge_texts(PAGE, SCENE).bag == Matching(matched=3, detected=4, true=4)  # OPEN too


def test_similarity_counts_missed_and_false_words_as_nothing() -> None:
    judged = judge_texts(PAGE, SCENE)
    assert judged.similarity == pytest.approx(1 + 0.75 + 1)
    assert judged.compared == 5  # three pairs, a miss, a false box


def test_confidences_are_told_with_whether_box_and_text_are_right() -> None:
    assert judge_texts(PAGE, SCENE).scores == ((0.9, True), (0.6, False), (0.8, True), (0.3, False))


def test_a_page_that_says_the_truth_is_right_by_every_rule() -> None:
    texts = ("FORD", "24H", "of", "!")
    scene = Scene(
        Path("a.png"), 200, 400, tuple(SceneWord(box(50 * i), text) for i, text in enumerate(texts))
    )
    words = tuple(Word(i, 0, text, 1.0, 1.0, box(50 * i)) for i, text in enumerate(texts))
    judged = judge_texts(Page(Source("a.png"), words=words), scene)
    assert [(counts.matched, counts.detected, counts.true) for counts in judged.by_rule] == [
        (count, count, count) for count in (3, 2, 4, 2, 1)
    ]
    assert judged.similarity == judged.compared == 3


def test_a_photo_without_words_and_readings_counts_nothing() -> None:
    empty = Scene(Path("a.png"), 10, 10)
    judged = judge_texts(Page(Source("a.png")), empty)
    assert set(judged.by_rule) == {Matching()}
    assert (judged.bag, judged.compared, judged.scores) == (Matching(), 0, ())
    assert judge_boxes(np.empty((0, 4, 2), np.float32), empty)[0].counts == Matching()


def test_the_height_of_a_turned_box_is_across_its_text() -> None:
    upright = np.array([[(0, 0), (10, 0), (10, 60), (0, 60)]], np.float32)  # 10 wide, 60 high: read downwards
    (found,) = judge_boxes(upright, Scene(Path("a.png"), 99, 99))[0].detected
    assert found == Measured(10.0, good=False)


def test_a_class_of_heights_begins_with_its_lower_limit() -> None:
    rows = by_height([Measured(h, True) for h in (11.9, 12, 19.9, 20, 40)], [])
    assert [row.true for row in rows] == [1, 2, 1, 1]
    assert (rows[0].recall, rows[0].precision) == (1.0, 0.0)


def test_rates_are_those_of_their_counts() -> None:
    rates = Rates.of(Matching(1, 2, 4))
    assert (rates.matched, rates.detected, rates.true, rates.precision, rates.recall) == (1, 2, 4, 0.5, 0.25)
    assert rates.hmean == pytest.approx(1 / 3)
