"""ALTO held to the rules of its schema, version 4.4, as far as we use it.

The schema itself (alto-4-4.xsd, Library of Congress) is not at hand where tests run. RULES is what it says of
the elements we write, copied by hand: the order and number of children, required and optional attributes and
their types. An element or attribute that is not in RULES fails, so nothing goes unchecked.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from result_pages import EVIL, PAGES, empty, failure, hostile, sign, word_page

from ocrpipe.formats import PageWriter, find
from ocrpipe.formats.alto import NAMESPACE
from ocrpipe.page import Char, Page

ID, FLOAT, STRING, UNIT = r"[A-Za-z_][\w.-]*", r"-?\d+(\.\d+)?", r"(?s).*", r"(0(\.\d+)?|1(\.0+)?)"
POINTS = r"-?[\d.]+,-?[\d.]+( -?[\d.]+,-?[\d.]+)*"
EXTENT = {"HEIGHT": FLOAT, "WIDTH": FLOAT, "HPOS": FLOAT, "VPOS": FLOAT}
QUALITY = "OK|Missing|Missing in original|Damaged|Retained|Target|As in original"
# element: (children as a pattern over their names, required attributes, optional attributes)
RULES: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "alto": ("(Description )?(Styles )?(Tags )?(ReadingOrder )?Layout ", {}, {"SCHEMAVERSION": STRING}),
    "Description": (
        "MeasurementUnit (sourceImageInformation )?(OCRProcessing )*(Processing )*", {}, {},
    ),
    "MeasurementUnit": ("", {}, {}),
    "sourceImageInformation": ("(fileName )?(fileIdentifier )*(documentIdentifier )*", {}, {}),
    "fileName": ("", {}, {}),
    "fileIdentifier": ("", {}, {"fileIdentifierLocation": STRING}),
    "Processing": (
        "(processingCategory )?(processingDateTime )?(processingAgency )?(processingStepDescription )*"
        "(processingStepSettings )?(processingSoftware )?", {"ID": ID}, {},
    ),
    "processingCategory": ("", {}, {}),
    "processingStepSettings": ("", {}, {}),
    "processingSoftware": (
        "(softwareCreator )?(softwareName )?(softwareVersion )?(applicationDescription )?", {}, {},
    ),
    "softwareName": ("", {}, {}),
    "softwareVersion": ("", {}, {}),
    "Layout": ("(Page )+", {}, {}),
    "Page": (
        "(TopMargin )?(LeftMargin )?(RightMargin )?(BottomMargin )?(PrintSpace )?",
        {"ID": ID, "PHYSICAL_IMG_NR": FLOAT},
        {"HEIGHT": FLOAT, "WIDTH": FLOAT, "QUALITY": QUALITY, "QUALITY_DETAIL": STRING, "PROCESSING": ID,
         "PC": UNIT},
    ),
    "PrintSpace": ("(Shape )?((TextBlock|Illustration|GraphicalElement|ComposedBlock) )*", {}, EXTENT),
    "TextBlock": ("(Shape )?(TextLine )*", {"ID": ID}, EXTENT),
    "TextLine": ("(Shape )?(String (SP )?)+(HYP )?", {}, {"ID": ID, "BASELINE": POINTS} | EXTENT),
    "String": ("(Shape )?(ALTERNATIVE )*(Glyph )*", {"CONTENT": STRING}, {"ID": ID, "WC": UNIT} | EXTENT),
    "Glyph": ("(Shape )?(Variant )*", {"CONTENT": "(?s)."}, {"ID": ID, "GC": UNIT} | EXTENT),
    "SP": ("", {}, {"ID": ID} | EXTENT),
    "Shape": ("(Polygon|Ellipse|Circle) ", {}, {}),
    "Polygon": ("", {"POINTS": POINTS}, {}),
}  # fmt: skip
LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


def document(*pages: Page, several: bool = True) -> ElementTree.Element:
    stream = io.StringIO()
    with PageWriter(stream, find("alto"), several=several) as writer:
        for page in pages:
            writer.write(page)
    return ElementTree.fromstring(stream.getvalue().encode())


def name(element: ElementTree.Element) -> str:
    assert element.tag.startswith(f"{{{NAMESPACE}}}")
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def found(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return list(root.iter(f"{{{NAMESPACE}}}{kind}"))


def check(root: ElementTree.Element) -> None:
    ids = [element.attrib["ID"] for element in root.iter() if "ID" in element.attrib]
    assert len(set(ids)) == len(ids)
    for element in root.iter():
        children, required, optional = RULES[name(element)]
        assert re.fullmatch(children, "".join(f"{name(child)} " for child in element)), name(element)
        attributes = {key: value for key, value in element.attrib.items() if key != LOCATION}
        assert set(required) <= set(attributes) <= set(required | optional), name(element)
        for key, value in attributes.items():
            assert re.fullmatch((required | optional)[key], value), f"{name(element)}@{key}={value}"
        assert not len(element) or not (element.text or "").strip()  # no mixed content
    assert {page.attrib["PROCESSING"] for page in found(root, "Page") if "PROCESSING" in page.attrib} <= set(
        ids
    )


@pytest.mark.parametrize("pages", [PAGES, *[(page,) for page in PAGES]])
@pytest.mark.parametrize("several", [True, False])
def test_every_document_keeps_to_the_schema(pages: tuple[Page, ...], several: bool) -> None:
    check(document(*pages, several=several))


def test_words_carry_text_box_quad_and_confidence() -> None:
    words = found(document(sign()), "String")
    assert [word.attrib["CONTENT"] for word in words] == ["FORD", "OPEN", "24H,", "Café"]
    assert {key: words[0].attrib[key] for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT", "WC")} == {
        "HPOS": "10", "VPOS": "18", "WIDTH": "101", "HEIGHT": "34", "WC": "0.9877",
    }  # fmt: skip
    assert found(words[0], "Polygon")[0].attrib["POINTS"] == "10,20 110,18 111,50 11,52"
    assert found(document(sign()), "TextLine")[0].attrib["BASELINE"] == "11,52 111,50"


def test_characters_are_glyphs_with_their_confidence_where_they_were_asked_for() -> None:
    half, page = ((0.0, 0.0), (5.0, 0.0), (5.0, 4.0), (0.0, 4.0)), word_page("&x")
    chars = (Char("&", 0.91234, half), Char("x", 1.0, half))
    page = replace(page, words=(replace(page.words[0], chars=chars),))
    check(document(page))
    glyphs = found(document(page), "Glyph")
    assert [(glyph.attrib["CONTENT"], glyph.attrib["GC"]) for glyph in glyphs] == [
        ("&", "0.9123"),
        ("x", "1.0"),
    ]
    assert found(glyphs[0], "Polygon")[0].attrib["POINTS"] == "0,0 5,0 5,4 0,4"


def test_one_photo_has_a_file_name_and_several_an_identifier_for_each_page() -> None:
    assert [e.text for e in found(document(sign()), "fileName")] == ["café/sign.jpg"]
    several = [e.text for e in found(document(sign(), failure(), sign()), "fileIdentifier")]
    assert several == ["café/sign.jpg", "bad.jpg", "café/sign.jpg"]


def test_a_failure_is_a_missing_page_that_says_why_and_an_empty_page_is_none() -> None:
    (page,) = found(document(failure()), "Page")
    assert page.attrib["QUALITY"] == "Missing"
    assert page.attrib["QUALITY_DETAIL"] == 'ImageError: bad.jpg: "cut" <off>; copy it\nagain'
    (page,) = found(document(empty()), "Page")
    assert (page.attrib["WIDTH"], page.attrib["HEIGHT"]) == ("8", "6")
    assert "QUALITY" not in page.attrib


def test_markup_and_what_xml_cannot_hold_do_no_harm() -> None:
    assert found(document(hostile()), "String")[0].attrib["CONTENT"] == EVIL
    assert found(document(word_page("a\x00b\ud800")), "String")[0].attrib["CONTENT"] == "a\ufffdb\ufffd"
