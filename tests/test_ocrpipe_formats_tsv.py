"""TSV as Tesseract writes it: exact rows, and nothing in a text that could break one."""

from __future__ import annotations

import io

import pytest
from result_pages import PAGES, empty, failure, sign, word_page

from ocrpipe.formats import PageWriter, find
from ocrpipe.formats.tsv import COLUMNS
from ocrpipe.page import Page

HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def rows(*pages: Page, several: bool = True) -> list[list[str]]:
    """The rows below the header, which is checked."""
    stream = io.StringIO()
    with PageWriter(stream, find("tsv"), several=several) as writer:
        for page in pages:
            writer.write(page)
    header, *lines = stream.getvalue().removesuffix("\n").split("\n")
    assert header == HEADER
    return [line.split("\t") for line in lines]


def test_each_level_has_its_row_box_and_confidence() -> None:
    assert ["\t".join(row) for row in rows(sign(), several=False)[:9]] == [
        "1\t1\t0\t0\t0\t0\t0\t0\t320\t240\t-1\t",
        "2\t1\t1\t0\t0\t0\t10\t18\t101\t34\t-1\t",
        "3\t1\t1\t1\t0\t0\t10\t18\t101\t34\t-1\t",
        "4\t1\t1\t1\t1\t0\t10\t18\t101\t34\t-1\t",
        "5\t1\t1\t1\t1\t1\t10\t18\t101\t34\t98.77\tFORD",
        "2\t1\t2\t0\t0\t0\t20\t100\t120\t20\t-1\t",
        "3\t1\t2\t1\t0\t0\t20\t100\t120\t20\t-1\t",
        "4\t1\t2\t1\t1\t0\t20\t100\t120\t20\t-1\t",
        "5\t1\t2\t1\t1\t1\t20\t100\t60\t20\t90\tOPEN",
    ]


def test_pages_of_one_document_are_numbered_and_failures_are_pages_of_no_size() -> None:
    found = rows(*PAGES)
    assert [row[1] for row in found if row[0] == "1"] == ["1", "2", "3", "4"]
    assert rows(sign(), failure())[-1] == ["1", "2", *["0"] * 8, "-1", ""]
    assert rows(empty()) == [["1", "1", *["0"] * 6, "8", "6", "-1", ""]]


def test_no_pages_leave_the_header() -> None:
    assert rows() == []


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\r\nb", "a\x0bb", "a\u2028b", "a\x1bb", "a\ud800b"])
def test_no_text_can_break_a_row(text: str) -> None:
    (*_, last) = rows(word_page(text))
    assert len(last) == len(COLUMNS)
    assert last[-1].encode().decode() in {"a b", "a  b", "a\ufffdb"}


def test_boxes_are_cut_to_the_photo() -> None:
    outside = ((-7.5, -2.0), (400.0, -2.0), (400.0, 9.2), (-7.5, 9.2))
    assert rows(word_page("x", polygon=outside))[-1][6:10] == ["0", "0", "320", "10"]
