"""Reading order: exact orders for the layouts that people meet, whatever the order of detection."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ocrpipe.page import Block, Line, Page, Source, Word
from ocrpipe.reading_order import arrange

Quads = NDArray[np.float32]
Arranged = tuple[tuple[Word, ...], tuple[Line, ...], tuple[Block, ...]]
HEIGHT = 20.0


def typed(text: str, x: float, y: float, height: float = HEIGHT) -> list[tuple[str, list[list[float]]]]:
    """text as words with upright boxes, its first one's corner at (x, y): letters half as wide as high."""
    words = []
    for word in text.split():
        width = len(word) * height / 2
        words.append((word, [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]))
        x += width + height / 2
    return words


def page(*lines: list[tuple[str, list[list[float]]]]) -> tuple[list[str], Quads]:
    words = [word for line in lines for word in line]
    return [w[0] for w in words], np.array([w[1] for w in words], np.float32)


def turned(quads: Quads, degrees: float) -> Quads:
    """quads turned around (300, 300), clockwise positive."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray((quads - 300) @ turn + 300, np.float32)


def read(texts: Sequence[str], quads: Quads) -> Arranged:
    ones = [1.0] * len(texts)
    return arrange(quads, texts, ones, ones)


def text(texts: Sequence[str], quads: Quads) -> str:
    words, lines, blocks = read(texts, quads)
    return Page(Source("photo"), None, words, lines, blocks).text


PARAGRAPH = page(
    typed("the quick brown fox", 50, 50), typed("jumps over the lazy", 50, 80), typed("dog and runs", 50, 110)
)
LEFT = ("one two three", "four five six", "seven eight nine")
RIGHT = ("ten eleven more", "and so on", "to the end")
COLUMNS = page(
    *(
        typed(line, x, 50 + 30 * i)
        for x, column in ((50, LEFT), (260, RIGHT))
        for i, line in enumerate(column)
    )
)


def test_no_words_make_no_lines_and_no_blocks() -> None:
    assert arrange(np.zeros((0, 4, 2), np.float32), [], [], []) == ((), (), ())


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="1 quads, 2 texts"):
        arrange(np.zeros((1, 4, 2), np.float32), ["a", "b"], [1.0], [1.0])


def test_one_word_keeps_its_own_polygon_and_says_its_angle() -> None:
    quad = turned(page(typed("word", 100, 100))[1], 30)
    words, lines, blocks = arrange(quad, ["word"], [0.5], [0.25])
    (word,) = words
    assert (word.id, word.line, word.text, word.confidence, word.detection_score) == (0, 0, "word", 0.5, 0.25)
    assert word.angle == pytest.approx(30, abs=1e-4)
    np.testing.assert_allclose(word.polygon, quad[0])
    assert lines == (Line(0, (0,), word.polygon, "word", 0.5),)
    assert blocks == (Block(0, (0,)),)


def test_a_line_joins_its_words_their_confidences_and_their_boxes() -> None:
    texts, quads = page(typed("ab cd", 10, 10))
    _, (line,), _ = arrange(quads, texts, [0.5, 1.0], [1.0, 1.0])
    assert (line.words, line.text, line.confidence) == ((0, 1), "ab cd", 0.75)
    np.testing.assert_allclose(line.polygon, [[10, 10], [60, 10], [60, 30], [10, 30]])


@pytest.mark.parametrize("degrees", [0, 3, -8, 20, -40, 90, 180])
def test_a_paragraph_is_read_line_by_line_at_any_skew(degrees: float) -> None:
    texts, quads = PARAGRAPH
    assert text(texts, turned(quads, degrees)) == "the quick brown fox\njumps over the lazy\ndog and runs"


@pytest.mark.parametrize("degrees", [0, 4, -7])
def test_two_columns_are_read_one_after_the_other(degrees: float) -> None:
    texts, quads = COLUMNS
    assert text(texts, turned(quads, degrees)) == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)


def test_columns_of_several_paragraphs_with_a_heading_and_a_footer() -> None:
    def column(x: float, name: str) -> list[list[tuple[str, list[list[float]]]]]:
        return [typed(f"{name} {p} line {i}", x, 150 + 130 * p + 30 * i) for p in range(2) for i in range(3)]

    texts, quads = page(
        typed("A heading over everything", 50, 50, 40),
        *column(50, "left"),
        *column(300, "right"),
        typed("a footer below it that is long", 120, 500),
    )
    paragraphs = [
        "\n".join(f"{name} {p} line {i}" for i in range(3)) for name in ("left", "right") for p in range(2)
    ]
    expected = ["A heading over everything", *paragraphs, "a footer below it that is long"]
    assert text(texts, quads) == "\n\n".join(expected)


def test_scattered_scene_text_is_read_from_top_to_bottom() -> None:
    texts, quads = page(
        typed("EXIT", 500, 40), typed("BANK", 60, 130, 50), typed("25c", 400, 260), typed("SALE", 90, 380)
    )
    assert text(texts, quads) == "EXIT\n\nBANK\n\n25c\n\nSALE"


def test_words_far_apart_on_one_baseline_are_separate_lines() -> None:
    texts, quads = page(typed("left", 50, 50), typed("right", 250, 50))
    words, lines, _ = read(texts, quads)
    assert [line.text for line in lines] == ["left", "right"]
    assert [word.line for word in words] == [0, 1]


def test_the_value_of_a_form_field_belongs_to_its_label() -> None:
    texts, quads = page(
        typed("Name:", 50, 50),
        typed("John Smith", 200, 50),
        typed("Date:", 50, 120),
        typed("May 3", 200, 120),
    )
    assert text(texts, quads) == "Name: John Smith\n\nDate: May 3"


def test_each_rotated_sign_is_read_along_its_own_angle() -> None:
    texts, quads = page(typed("ONE WAY", 50, 100), typed("STREET AHEAD", 50, 130))
    other_texts, other = page(typed("NO PARKING", 50, 100), typed("AT ANY TIME", 50, 130))
    quads = np.concatenate([turned(quads, 25), turned(other, -25) + np.array([400, 0], np.float32)])
    words, lines, blocks = read(texts + other_texts, quads)
    signs = [[lines[k].text for k in block.lines] for block in blocks]
    assert sorted(signs) == [["NO PARKING", "AT ANY TIME"], ["ONE WAY", "STREET AHEAD"]]
    assert {round(word.angle) for word in words} == {25, -25}


def test_words_on_an_arc_are_one_line_and_a_ring_is_no_endless_one() -> None:
    def ring(count: int) -> tuple[list[str], Quads]:
        upright = np.array([[-20, -410], [20, -410], [20, -390], [-20, -390]]) + 300
        quads = [turned(upright[None].astype(np.float32), 7.5 * i)[0] for i in range(count)]
        return [f"w{i}" for i in range(count)], np.array(quads)

    texts, quads = ring(8)
    assert text(texts, quads) == " ".join(texts)
    words, lines, _ = read(*ring(48))
    assert len(words) == 48
    assert sum(len(line.words) for line in lines) == 48


def test_punctuation_of_its_own_box_stays_in_its_line() -> None:
    texts, quads = page(typed("yes", 50, 50), typed("no", 100, 50))
    comma = np.array([[[82, 66], [86, 66], [86, 72], [82, 72]]], np.float32)
    assert text([*texts, ","], np.concatenate([quads, comma])) == "yes , no"


def test_large_and_small_print_side_by_side_are_two_lines() -> None:
    texts, quads = page(typed("BIG", 50, 50, 60), typed("small", 150, 70, 15))
    assert [line.text for line in read(texts, quads)[1]] == ["BIG", "small"]


def test_ids_count_in_reading_order_and_tie_words_lines_and_blocks() -> None:
    words, lines, blocks = read(*COLUMNS)
    assert [w.id for w in words] == list(range(len(words)))
    assert [w for line in lines for w in line.words] == list(range(len(words)))
    assert [k for block in blocks for k in block.lines] == list(range(len(lines)))
    assert all(words[w].line == line.id for line in lines for w in line.words)


def test_the_order_of_detection_makes_no_difference() -> None:
    texts, quads = COLUMNS
    expected = read(texts, quads)
    rng = np.random.default_rng(0)
    for _ in range(20):
        order = rng.permutation(len(texts))
        assert read([texts[i] for i in order], quads[order]) == expected


def test_words_on_top_of_each_other_and_without_area_are_all_kept() -> None:
    quads = np.concatenate([np.tile(PARAGRAPH[1][:1], (30, 1, 1)), np.zeros((30, 4, 2), np.float32)])
    words, _, _ = read([str(i) for i in range(60)], quads)
    assert sorted(int(w.text) for w in words) == list(range(60))


def test_two_thousand_words_take_no_more_than_their_share() -> None:
    def grid(rows: int) -> tuple[list[str], Quads]:
        return page(
            *(
                typed("alpha beta gamma delta epsilon", 50 + 300 * c, 30 * r)
                for r in range(rows)
                for c in range(4)
            )
        )

    def seconds(texts: list[str], quads: Quads) -> float:
        start = time.process_time()
        read(texts, quads)
        return time.process_time() - start

    small, large = grid(10), grid(100)
    assert len(large[0]) == 2000
    least = min(seconds(*small) for _ in range(3))
    assert min(seconds(*large) for _ in range(3)) < 40 * least  # squared would be a hundred times
