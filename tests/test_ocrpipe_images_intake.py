from __future__ import annotations

import io

import pytest
from PIL import Image

from ocrpipe.errors import ImageError
from ocrpipe.images import Intake, load_pages, parse_pages


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3", [3]),
        ("1-3,7", [1, 2, 3, 7]),
        (" 2 , 5- ", [2, 5, 6, 7, 8]),
        ("8-8", [8]),
        ("1-", list(range(1, 9))),
    ],
)
def test_pages_are_numbers_and_ranges(text: str, wanted: list[int]) -> None:
    pages = parse_pages(text)
    assert [page for page in range(1, 9) if page in pages] == wanted
    assert parse_pages(str(pages)) == pages


@pytest.mark.parametrize("text", ["", "0", "3-1", "a", "1,,2", "-3", "1-2-3", "²"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="pages '"):
        parse_pages(text)


def scan(pages: int) -> bytes:
    frames = [Image.new("L", (10 + i, 5)) for i in range(pages)]
    file = io.BytesIO()
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def test_pages_of_a_tiff_are_chosen_and_skipped() -> None:
    intake = Intake(pages=parse_pages("2-4"), skip=frozenset({3}))
    photos = list(load_pages(scan(5), intake=intake))
    assert [(p.source.page, p.source.pages, p.info.width) for p in photos] == [(2, 5, 11), (4, 5, 13)]
    assert list(load_pages(scan(2), intake=Intake(skip=frozenset({1, 2})))) == []


@pytest.mark.parametrize(("pages", "has"), [(1, "has one page"), (3, "has 3 pages")])
def test_a_file_without_the_pages_asked_for_is_an_image_error(pages: int, has: str) -> None:
    with pytest.raises(ImageError, match=rf"^scan\.tif: {has}, none of 7-9,12; check --pages$"):
        list(load_pages(scan(pages), name="scan.tif", intake=Intake(pages=parse_pages("7-9,12"))))
