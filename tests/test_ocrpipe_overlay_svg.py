"""The overlay as SVG: well-formed, whole, the same places as in pixels; and files by their suffix."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from result_pages import EVIL, empty, hostile, sign

from ocrpipe.errors import OutputError, ResultError
from ocrpipe.overlay import draw, draw_svg, save, write
from ocrpipe.overlay.colours import STEPS
from ocrpipe.page import Page

SVG = "{http://www.w3.org/2000/svg}"
GREY = np.full((240, 320, 3), 120, np.uint8)


def drawn(page: Page, *, facing: bool | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(draw_svg(GREY, page, facing=facing))


def texts(root: ElementTree.Element) -> list[str]:
    """Every text to be selected, the legend's last."""
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("facing", [False, True])
def test_every_word_is_a_text_to_select_and_a_box_that_says_text_and_score(facing: bool) -> None:
    root = drawn(sign(), facing=facing)
    assert texts(root)[:4] == ["FORD", "OPEN", "24H,", "Café"]
    assert texts(root)[4] == "4 words   confidence:"
    said = [element.findtext(f"{SVG}title") for element in root.iter(f"{SVG}polygon")]
    assert [text for text in said if text] == ["FORD  99%", "OPEN  90%", "24H,  45%", "Café  75%"]


@pytest.mark.parametrize("facing", [False, True])
def test_the_document_is_as_large_as_the_picture_in_pixels(facing: bool) -> None:
    height, width = draw(GREY, sign(), facing=facing).shape[:2]
    root = drawn(sign(), facing=facing)
    assert (root.get("width"), root.get("height")) == (str(width), str(height))
    assert root.get("viewBox") == f"0 0 {width} {height}"


def test_a_box_stands_where_it_does_in_pixels_in_the_colour_of_its_score() -> None:
    (box, *_) = [p for p in drawn(sign()).iter(f"{SVG}polygon") if p.find(f"{SVG}title") is not None]
    corners = [tuple(map(float, point.split(","))) for point in (box.get("points") or "").split()]
    # Twice as large, for a picture is at least 640 pixels long, and outside the word by twice the line.
    assert np.allclose(corners, np.array(sign().words[0].polygon) * 2, atol=3)
    assert box.get("stroke") == "#{:02x}{:02x}{:02x}".format(*STEPS[0][1])


def test_the_photo_is_embedded_in_its_own_size() -> None:
    (image,) = drawn(sign()).iter(f"{SVG}image")
    kind, _, data = (image.get("href") or "").partition(",")
    assert kind == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as photo:
        assert (photo.size, photo.getpixel((9, 9))) == ((320, 240), (120, 120, 120))


def test_hostile_texts_and_names_stay_text() -> None:
    page = hostile()
    root = drawn(page)
    assert texts(root)[0][:20] == EVIL[:20]
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "title", "rect", "image", "g", "polygon", "text",
    }  # fmt: skip
    control = replace(page, words=(replace(page.words[0], text="a\x00\ud800b"),))
    assert texts(drawn(control))[0] == "a\ufffd\ufffdb"


def test_a_page_without_words_is_the_photo_and_a_legend() -> None:
    blank = replace(empty(), image=sign().image)
    assert [element.tag for element in drawn(blank).iter(f"{SVG}polygon")] == []
    assert texts(drawn(blank))[0] == "0 words   detection score:"


def test_a_result_of_another_photo_is_refused() -> None:
    with pytest.raises(ResultError, match="320 x 240"):
        draw_svg(GREY[:9], sign())


@pytest.mark.parametrize(("name", "kind"), [("a.png", "PNG"), ("a.JPG", "JPEG"), ("a.jpeg", "JPEG")])
def test_a_picture_is_written_as_its_suffix_says(tmp_path: Path, name: str, kind: str) -> None:
    write(GREY, sign(), tmp_path / name)
    with Image.open(tmp_path / name) as picture:
        assert picture.format == kind
        difference = np.abs(np.array(picture).astype(int) - draw(GREY, sign())).mean()
    assert difference == 0 if kind == "PNG" else difference < 2


def test_an_svg_is_written_as_it_is_drawn(tmp_path: Path) -> None:
    write(GREY, sign(), tmp_path / "a.svg", facing=True)
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == draw_svg(GREY, sign(), facing=True)


def test_other_suffixes_are_refused_and_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.gif: .* \.png, \.jpg, \.jpeg, \.svg$"):
        write(GREY, sign(), tmp_path / "a.gif")
    with pytest.raises(OutputError, match=r"a\.svg: cannot be written: No such file"):
        write(GREY, sign(), tmp_path / "gone" / "a.svg")
    save(GREY, tmp_path / "a.jpg")
    assert [file.name for file in tmp_path.iterdir()] == ["a.jpg"]
