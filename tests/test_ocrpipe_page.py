"""Page and its records: the text, the confidence and the verdict that a page derives from its words."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from ocrpipe.page import Block, Failure, Line, Page, Polygon, Source, Word

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
