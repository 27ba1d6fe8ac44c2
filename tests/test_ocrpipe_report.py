"""The report's file: exact records, whole or absent, one script, and all that was read stays text."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from result_pages import EVIL, PAGES, empty, failure, hostile, sign, word_page

from ocrpipe.errors import OutputError
from ocrpipe.images import Photo
from ocrpipe.outputs import Output
from ocrpipe.page import Failure, ImageInfo, Page, Source
from ocrpipe.report import ReportOutput, write_report
from ocrpipe.report.record import record, thumbnail
from ocrpipe.report.writer import load_pixels

GREY = np.full((240, 320, 3), 128, np.uint8)


class Elements(HTMLParser):
    """Every element with its attributes, and the contents of scripts, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "script" and self.cdata_elem == "script":
            self.scripts[-1] += data


def report(tmp_path: Path, *pages: Page, title: str = "Signs") -> str:
    path = tmp_path / "report.html"
    write_report(pages, path, title=title, photo_of=lambda page: None if page.error else GREY)
    return path.read_text(encoding="utf-8")


def test_a_record_is_what_the_script_needs() -> None:
    assert json.loads(record(sign(), Path())) == {
        "path": "café/sign.jpg",
        "page": 0,
        "link": None,
        "width": 320,
        "height": 240,
        "error": None,
        "review": True,
        "confidence": 0.7719,
        "words": [
            ["FORD", 0.9877, [10, 20, 110, 18, 111, 50, 11, 52]],
            ["OPEN", 0.9, [20.5, 100, 80, 100, 80, 120, 20.5, 120]],
            ["24H,", 0.45, [90, 100, 140, 100, 140, 120, 90, 120]],
            ["Café", 0.75, [200, 90, 200, 10, 220, 10, 220, 90]],
        ],
        "blocks": [[[0]], [[1, 2]], [[3]]],
    }


def test_failures_and_later_pages_say_so() -> None:
    assert json.loads(record(failure(), Path()))["error"] == [
        "ImageError", 'bad.jpg: "cut" <off>; copy it\nagain',
    ]  # fmt: skip
    assert json.loads(record(empty(), Path()))["page"] == 2


def test_a_photo_that_is_there_has_a_link_that_can_only_be_a_file(tmp_path: Path) -> None:
    for name in ("a b.jpg", "javascript:alert(1)", "100%.jpg", "ü?#.jpg"):
        (tmp_path / name).touch()
    links = {
        name: json.loads(record(word_page("x", str(tmp_path / name)), tmp_path / "out"))["link"]
        for name in ("a b.jpg", "javascript:alert(1)", "100%.jpg", "ü?#.jpg", "gone.jpg")
    }
    assert links == {
        "a b.jpg": "../a%20b.jpg", "javascript:alert(1)": "../javascript%3Aalert%281%29",
        "100%.jpg": "../100%25.jpg", "ü?#.jpg": "../%C3%BC%3F%23.jpg", "gone.jpg": None,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["-", "<array>", "a\ud800.jpg"])
def test_what_has_no_file_has_no_link(name: str) -> None:
    assert json.loads(record(word_page("x", name), Path()))["link"] is None


def test_thumbnails_are_jpegs_of_bounded_size() -> None:
    photo = np.zeros((600, 900, 3), np.uint8)
    photo[:, :, 0] = 255
    with Image.open(io.BytesIO(base64.b64decode(thumbnail(photo, 300, 70)))) as small:
        assert (small.format, small.size) == ("JPEG", (300, 200))
        pixel = small.convert("RGB").getpixel((9, 9))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 245
    assert max(pixel[1:]) < 10
    with Image.open(io.BytesIO(base64.b64decode(thumbnail(photo[:20, :30], 300, 70)))) as small:
        assert small.size == (30, 20)


def test_every_page_is_two_scripts_of_data_and_there_is_one_of_code(tmp_path: Path) -> None:
    page = Elements(report(tmp_path, *PAGES))
    kinds = [attributes.get("class") for tag, attributes in page.found if tag == "script"]
    assert kinds == [*["page", "pixels"] * len(PAGES), None]
    assert [json.loads(text)["path"] for text in page.scripts[:-1:2]] == [p.source.path for p in PAGES]
    assert [bool(text) for text in page.scripts[1::2]] == [True, False, True, True]


def test_the_policy_lets_our_script_run_and_nothing_else(tmp_path: Path) -> None:
    page = Elements(report(tmp_path, sign()))
    digest = base64.b64encode(hashlib.sha256(page.scripts[-1].encode()).digest()).decode()
    (policy,) = [str(attributes["content"]) for tag, attributes in page.found if "http-equiv" in attributes]
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    )


def test_the_page_asks_for_nothing_from_anywhere(tmp_path: Path) -> None:
    html = report(tmp_path, *PAGES)
    assert set(re.findall(r"https?://[^\s\"')]+", html)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in html
    assert "url(" not in html
    assert not [tag for tag, attributes in Elements(html).found if {"src", "href"} & set(attributes)]


@pytest.mark.parametrize(
    "text", [EVIL, "<!--", "<!--<script>", "]]>", "</SCRIPT >", "\u2028</script\n>", "&lt;"]
)
def test_no_text_title_or_message_gets_out_of_its_place(tmp_path: Path, text: str) -> None:
    failed = Page(Source(text), error=Failure("ImageError", text))
    ordinary = Elements(report(tmp_path, sign(), failure()))
    page = Elements(report(tmp_path, word_page(text, text), failed, title=text))
    assert [tag for tag, _ in page.found] == [tag for tag, _ in ordinary.found]
    word = json.loads(page.scripts[0])
    assert (word["path"], word["words"][0][0]) == (text, text)
    assert json.loads(page.scripts[2])["error"][1] == text


def test_a_report_of_nothing_is_a_whole_page(tmp_path: Path) -> None:
    assert report(tmp_path).endswith("</script>\n</body>\n</html>\n")


def test_the_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    output: Output = ReportOutput(path)
    output.write(sign(), Photo(GREY, sign().source, ImageInfo(320, 240)))
    output.write(failure(), None)
    assert not path.exists()
    output.close()
    output.close()
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]
    assert len(Elements(path.read_text(encoding="utf-8")).scripts) == 5


def test_an_interrupted_report_holds_what_was_read(tmp_path: Path) -> None:
    def pages() -> Iterator[Page]:
        yield hostile()
        raise KeyboardInterrupt

    path = tmp_path / "report.html"
    with pytest.raises(KeyboardInterrupt):
        write_report(pages(), path, photo_of=lambda _: GREY)
    assert len(Elements(path.read_text(encoding="utf-8")).scripts) == 3


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file/report\.html: cannot be written: .*; choose another place"):
        ReportOutput(tmp_path / "file" / "report.html")


def test_adding_to_a_closed_report_is_refused(tmp_path: Path) -> None:
    output = ReportOutput(tmp_path / "report.html")
    output.close()
    with pytest.raises(ValueError, match="this report is closed"):
        output.add(sign(), None)


def test_photos_are_read_again_from_where_they_came(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = word_page("x", str(path))
    assert load_pixels(page) is None
    Image.fromarray(GREY).save(path)
    pixels = load_pixels(page)
    assert pixels is not None
    assert np.array_equal(pixels, GREY)
    assert load_pixels(replace(page, image=ImageInfo(240, 320))) is None  # another photo took its name
    assert load_pixels(replace(failure(), source=page.source)) is None
    write_report([page], tmp_path / "report.html")
    (found,) = Elements((tmp_path / "report.html").read_text(encoding="utf-8")).scripts[1:2]
    assert base64.b64decode(found).startswith(b"\xff\xd8")
