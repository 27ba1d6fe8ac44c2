"""Words of a line are parted for a text layer, and nothing else about a page changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from result_pages import sign

from ocrpipe.page import Line, Page, Polygon, Source, Word
from ocrpipe.text_layer import part_words


def box(left: float, right: float, top: float = 0.0, bottom: float = 20.0) -> Polygon:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def line_of(*polygons: Polygon) -> Page:
    words = tuple(Word(i, 0, f"w{i}", 0.9, 0.9, polygon) for i, polygon in enumerate(polygons))
    return Page(Source("a.png"), words=words, lines=(Line(0, tuple(range(len(words))), box(0, 1), "", 0.9),))


def test_words_that_overlap_are_drawn_back_alike_to_a_fifth_of_their_height_apart() -> None:
    parted = part_words(line_of(box(0, 100), box(96, 200)))
    assert [word.polygon for word in parted.words] == [box(0, 96), box(100, 200)]


def test_words_far_enough_apart_stay_where_they_are() -> None:
    page = sign()
    assert part_words(page) == page
    apart = line_of(box(0, 100), box(104, 200))
    assert part_words(apart) == apart


def test_words_of_different_lines_are_left_to_overlap() -> None:
    page = replace(sign(), lines=tuple(replace(line, words=line.words[:1]) for line in sign().lines))
    crowded = replace(page, words=tuple(replace(word, polygon=box(0, 9)) for word in page.words))
    assert part_words(crowded) == crowded


def test_no_word_loses_more_than_a_quarter_at_an_end() -> None:
    parted = part_words(line_of(box(0, 8), box(0, 8)))
    assert [word.polygon for word in parted.words] == [box(0, 6), box(2, 8)]


@pytest.mark.parametrize("degrees", [0, 7, -90, 180])
def test_a_turned_line_is_parted_along_itself(degrees: float) -> None:
    turn = np.exp(1j * np.radians(degrees))

    def turned(polygon: Polygon) -> Polygon:
        points = np.array([complex(x, y) for x, y in polygon]) * turn
        return tuple((float(p.real), float(p.imag)) for p in points)

    parted = part_words(line_of(turned(box(0, 100)), turned(box(96, 200))))
    found = np.array([word.polygon for word in parted.words])
    assert np.allclose(found, [turned(box(0, 96)), turned(box(100, 200))])


def test_a_word_without_width_is_no_reason_to_fail() -> None:
    page = line_of(box(5, 5), box(5, 9))
    assert part_words(page) == page
    assert part_words(replace(page, words=(), lines=())).words == ()
