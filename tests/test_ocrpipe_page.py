"""Page and its records: the text, the confidence and the verdict that a page derives from its words."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import jsonschema
import pytest
from result_pages import PAGES, empty, failure, sign

from ocrpipe.errors import ResultError
from ocrpipe.formats import load_schema
from ocrpipe.page import Block, Failure, Line, Page, Polygon, Source, Word
from ocrpipe.records import COLUMNS, rounded

BOX: Polygon = ((0.0, 0.0), (9.0, 0.0), (9.0, 4.0), (0.0, 4.0))


def line(number: int, text: str, *words: int) -> Line:
    return Line(number, words, BOX, text, 0.9)


def word(number: int, text: str, confidence: float) -> Word:
    return Word(number, 0, text, confidence, 1.0, BOX)


def test_text_is_a_row_a_line_and_a_blank_row_between_blocks_in_the_order_of_the_blocks() -> None:
    page = Page(
        Source("sign.jpg"),
        lines=(line(7, "OPEN 24H", 2, 3), line(5, "FORD", 1), line(6, "TRUCKS", 4)),
        blocks=(Block(1, (5, 6)), Block(0, (7,))),
    )
    assert page.text == "FORD\nTRUCKS\n\nOPEN 24H"


def test_a_page_without_words_is_fine_and_says_nothing() -> None:
    page = Page(Source("sky.jpg"))
    assert (page.status, page.text, page.confidence, page.needs_review) == ("ok", "", 0.0, False)


def test_a_failed_page_has_the_status_error_and_needs_review() -> None:
    page = Page(Source("bad.jpg"), error=Failure("ImageError", "truncated"))
    assert (page.status, page.text, page.confidence, page.needs_review) == ("error", "", 0.0, True)


def test_confidence_weighs_each_word_by_its_length() -> None:
    page = Page(Source("a.jpg"), words=(word(0, "abc", 1.0), word(1, "d", 0.5)))
    assert page.confidence == 0.875


def test_words_without_text_have_no_weight_in_the_confidence() -> None:
    assert Page(Source("a.jpg"), words=(word(0, "", 0.0), word(1, "d", 0.75))).confidence == 0.75
    assert Page(Source("a.jpg"), words=(word(0, "", 0.0),)).confidence == 0.0


@pytest.mark.parametrize(("confidence", "doubtful"), [(0.4999, True), (0.5, False)])
def test_one_word_below_a_half_asks_for_review(confidence: float, doubtful: bool) -> None:
    assert Page(Source("a.jpg"), words=(word(0, "a", 1.0), word(1, "b", confidence))).needs_review is doubtful


def test_records_compare_hash_and_cannot_be_changed() -> None:
    page = Page(Source("a.jpg"), words=(word(0, "a", 1.0),))
    assert {page, replace(page)} == {page}
    assert page != replace(page, words=())
    name = "source"
    with pytest.raises(FrozenInstanceError):
        setattr(page, name, Source("b.jpg"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.source.path[:9])
def test_a_page_comes_back_from_its_dict_and_from_its_json_with_numbers_rounded(page: Page) -> None:
    assert Page.from_dict(page.to_dict()) == rounded(page)
    for one_line in (False, True):
        text = page.to_json(one_line=one_line)
        assert json.loads(text) == page.to_dict()
        assert ("\n" in text) is not one_line
    jsonschema.validate(page.to_dict(), load_schema())


def test_a_dict_that_is_no_record_is_refused_with_the_place() -> None:
    with pytest.raises(ResultError, match=r"words\[1\]\.confidence: expected from 0 to 1, got 2"):
        Page.from_dict(sign().to_dict() | {"words": [w | {"confidence": 1 + w["id"]} for w in _words()]})


def _words() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sign().to_dict()["words"]
    return found


def test_rows_are_the_words_with_their_places_counted_from_1() -> None:
    rows = sign().rows()
    assert [tuple(row) for row in rows] == [COLUMNS] * 4
    assert [(r["block"], r["line"], r["word"], r["text"]) for r in rows] == [
        (1, 1, 1, "FORD"), (2, 1, 1, "OPEN"), (2, 1, 2, "24H,"), (3, 1, 1, "Café"),
    ]  # fmt: skip
    assert rows[0] == {
        "path": "café/sign.jpg", "page": 1, "block": 1, "line": 1, "word": 1, "text": "FORD",
        "confidence": 0.9877, "detection_score": 0.9123, "angle": -1.1, "x1": 10.0, "y1": 20.0,
        "x2": 110.0, "y2": 18.0, "x3": 111.0, "y3": 50.0, "x4": 11.0, "y4": 52.0, "error": None,
    }  # fmt: skip


def test_a_page_without_words_is_one_row_and_a_failed_one_says_why() -> None:
    (blank,), (failed,) = empty().rows(), failure().rows()
    assert {name for name, value in blank.items() if value is not None} == {"path", "page"}
    assert failed["error"] == 'ImageError: bad.jpg: "cut" <off>; copy it\nagain'
    assert failed["word"] is None
