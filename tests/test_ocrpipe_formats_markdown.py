"""Markdown, rendered by a CommonMark parser: what is seen is what was read."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from markdown_it import MarkdownIt  # comes with rich
from result_pages import EVIL, PAGES, empty, failure, sign, word_page

from ocrpipe.formats import PageWriter, find

MARKDOWN = find("markdown")


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(text))


def test_a_photo_alone_is_its_blocks_as_paragraphs() -> None:
    assert MARKDOWN.alone(sign()) == "FORD\n\nOPEN 24H,\n\nCafé\n"


def test_lines_of_a_block_stay_on_lines_of_their_own() -> None:
    page = sign()
    blocks = (type(page.blocks[0])(0, (0, 1, 2)),)
    two = type(page)(page.source, page.image, page.words, page.lines, blocks)
    assert rendered(MARKDOWN.alone(two)) == "<p>FORD<br />\nOPEN 24H,<br />\nCafé</p>\n"


def test_photos_have_headings_and_failures_say_why() -> None:
    stream = io.StringIO()
    with PageWriter(stream, MARKDOWN, several=True) as writer:
        for page in (sign(), failure(), empty()):
            writer.write(page)
    assert stream.getvalue() == (
        "## café/sign.jpg\n\nFORD\n\nOPEN 24H,\n\nCafé\n\n"
        '## bad.jpg\n\n*not read: bad.jpg: "cut" \\<off\\>; copy it again*\n\n'
        "## sky.tif (page 2 of 3)\n\n*no text*\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        *"\\`*_{}[]()#+-.!|<>&~=:'\"$%@^/?,;",
        EVIL, "# no heading", "- no item", "+ no item", "* no item", "1. no item", "12) no item",
        "--- ", "===", "***", "___", "> no quote", "```", "~~~", "    no code", "<b>bold</b>", "&amp; &lt;",
        "[a](b)", "![a](b)", "[a]: b", "**a**", "a_b_c", "| a | b |", ":--", "a\\", "http://a.b", "a #",
    ],
)  # fmt: skip
def test_any_text_is_seen_as_it_was_read(text: str) -> None:
    (seen,) = re.findall("<p>(.*)</p>", rendered(MARKDOWN.alone(word_page(text))))
    assert unescape(seen) == text.strip()
    heading = rendered(MARKDOWN.element(word_page("x", path=text)))
    assert unescape(re.findall("<h2>(.*)</h2>", heading)[0]) == text.strip()


def test_no_photos_are_no_text() -> None:
    stream = io.StringIO()
    PageWriter(stream, MARKDOWN, several=True).close()
    assert stream.getvalue() == ""


def test_every_kind_of_page_is_written() -> None:
    assert all(MARKDOWN.element(page).startswith("## ") for page in PAGES)
