"""hOCR held to its specification: classes, nesting, required properties and their grammar, unique ids."""

from __future__ import annotations

import io
import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from result_pages import EVIL, PAGES, failure, hostile, sign, word_page

from ocrpipe.formats import PageWriter, find
from ocrpipe.page import Page

HTML = "{http://www.w3.org/1999/xhtml}"
# hOCR 1.2: what each property's value looks like, and which properties an element must and may have.
UINT, INT, FLOAT, STRING = r"\d+", r"-?\d+", r"-?\d+(\.\d+)?", r'"[^"]*"'
GRAMMAR = {
    "bbox": f"{UINT} {UINT} {UINT} {UINT}",
    "image": STRING,
    "ppageno": UINT,
    "baseline": f"{FLOAT} {INT}",
    "textangle": FLOAT,
    "x_wconf": FLOAT,
    "x_error": f"{STRING} {STRING}",
}
PROPERTIES = {
    "ocr_page": ({"bbox", "image", "ppageno"}, {"x_error"}),
    "ocr_carea": ({"bbox"}, set[str]()),
    "ocr_par": ({"bbox"}, set[str]()),
    "ocr_line": ({"bbox"}, {"baseline", "textangle"}),
    "ocrx_word": ({"bbox", "x_wconf"}, set[str]()),
}
INSIDE = {"ocr_carea": "ocr_page", "ocr_par": "ocr_carea", "ocr_line": "ocr_par", "ocrx_word": "ocr_line"}


def document(*pages: Page, several: bool = True) -> ElementTree.Element:
    stream = io.StringIO()
    with PageWriter(stream, find("hocr"), several=several) as writer:
        for page in pages:
            writer.write(page)
    return ElementTree.fromstring(stream.getvalue().encode())


def properties(element: ElementTree.Element) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in element.attrib["title"].split("; "))


def boxes(element: ElementTree.Element) -> list[int]:
    return [int(value) for value in properties(element)["bbox"].split()]


def check(root: ElementTree.Element) -> None:
    """The rules of the specification for what is used of it."""
    meta = {m.attrib["name"]: m.attrib["content"] for m in root.iter(f"{HTML}meta") if "name" in m.attrib}
    assert {"ocr-system", "ocr-capabilities"} <= set(meta)
    parents = {child: parent for parent in root.iter() for child in parent}
    elements = [element for element in root.iter() if element.attrib.get("class", "").startswith("ocr")]
    for element in elements:
        kind, found = element.attrib["class"], properties(element)
        assert kind in meta["ocr-capabilities"].split()
        must, may = PROPERTIES[kind]
        assert must <= set(found) <= must | may
        assert all(re.fullmatch(GRAMMAR[name], value) for name, value in found.items()), found
        if kind in INSIDE:
            assert parents[element].attrib["class"] == INSIDE[kind]
            outer, inner = boxes(parents[element]), boxes(element)
            assert outer[:2] <= inner[:2]
            assert inner[2] <= outer[2]
            assert inner[3] <= outer[3]
    assert all(count == 1 for count in Counter(element.attrib["id"] for element in elements).values())


@pytest.mark.parametrize("pages", [(), PAGES, *[(page,) for page in PAGES]])
def test_every_document_keeps_to_the_specification(pages: tuple[Page, ...]) -> None:
    check(document(*pages))


def test_a_single_photo_is_the_same_document_alone() -> None:
    alone = find("hocr").alone(sign())
    check(ElementTree.fromstring(alone.encode()))
    stream = io.StringIO()
    with PageWriter(stream, find("hocr"), several=True) as writer:
        writer.write(sign())
    assert stream.getvalue() == alone


def test_words_carry_text_box_and_confidence() -> None:
    words = [e for e in document(sign()).iter(f"{HTML}span") if e.attrib["class"] == "ocrx_word"]
    assert [word.text for word in words] == ["FORD", "OPEN", "24H,", "Café"]
    assert properties(words[0]) == {"bbox": "10 18 111 52", "x_wconf": "99"}


def test_level_lines_have_a_baseline_and_others_an_angle() -> None:
    lines = [e for e in document(sign()).iter(f"{HTML}span") if e.attrib["class"] == "ocr_line"]
    # From (11, 52) to (111, 50): one pixel in fifty; 0.02 below the box's bottom at its left edge x = 10.
    assert properties(lines[0])["baseline"] == "-0.020 0"
    assert properties(lines[1])["baseline"] == "0.000 0"
    assert properties(lines[2])["textangle"] == "90.0"


def test_markup_in_a_text_or_name_stays_text() -> None:
    (word,) = [e for e in document(hostile()).iter(f"{HTML}span") if e.attrib["class"] == "ocrx_word"]
    assert word.text == EVIL
    assert not list(document(hostile()).iter(f"{HTML}img"))


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b", "a\ufffeb"])
def test_what_xml_cannot_hold_is_replaced(text: str) -> None:
    (word,) = [e for e in document(word_page(text)).iter(f"{HTML}span") if e.attrib["class"] == "ocrx_word"]
    assert word.text == "a\ufffdb"


def test_a_failure_is_an_empty_page_that_says_why() -> None:
    (page,) = document(failure()).iter(f"{HTML}div")
    assert properties(page)["x_error"] == '"ImageError" "bad.jpg: \'cut\' <off>, copy it again"'
    assert len(page) == 0
