"""ICDAR text files: exact lines out, the same words back, and every complaint with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from result_pages import EVIL, PAGES, sign, word_page

from ocrpipe.errors import LabelError
from ocrpipe.formats import find
from ocrpipe.labels import Scene, SceneWord, load_icdar, parse_icdar

ICDAR = find("icdar")
QUAD = ((10.0, 20.0), (110.0, 18.0), (111.0, 50.0), (11.0, 52.0))


def photo(path: Path, size: tuple[int, int] = (320, 240), orientation: int = 1) -> Path:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("L", size).save(path, exif=exif)
    return path


def test_a_word_is_a_line_of_whole_pixels_and_its_text() -> None:
    assert ICDAR.alone(sign()) == (
        "10,20,110,18,111,50,11,52,FORD\n20,100,80,100,80,120,20,120,OPEN\n"
        "90,100,140,100,140,120,90,120,24H,\n200,90,200,10,220,10,220,90,Café\n"
    )


def test_among_several_photos_each_has_a_header_and_a_failure_has_nothing_else() -> None:
    assert [ICDAR.element(page).split("\n")[0] for page in PAGES[:3]] == [
        "==> café/sign.jpg <==", "==> bad.jpg (not read) <==", "==> sky.tif (page 2 of 3) <==",
    ]  # fmt: skip
    assert ICDAR.element(PAGES[1]).count("\n") == 1


def test_what_is_written_reads_back_as_ground_truth(tmp_path: Path) -> None:
    (tmp_path / "res_sign.txt").write_text(ICDAR.alone(sign()), encoding="utf-8")
    path = photo(tmp_path / "sign.png")
    words = [SceneWord(QUAD, "FORD"), *(parse_icdar(line) for line in ICDAR.alone(sign()).split("\n")[1:4])]
    assert load_icdar(tmp_path) == [Scene(path, 320, 240, tuple(words))]
    assert [word.text for word in words] == ["FORD", "OPEN", "24H,", "Café"]


@pytest.mark.parametrize("text", ["a", "a,b,,", " a ", '"a"', EVIL, "1,2,3"])
def test_any_text_reads_back(text: str) -> None:
    assert parse_icdar(ICDAR.alone(word_page(text)).removesuffix("\n")).text == text


def test_do_not_care_and_texts_not_given() -> None:
    box = "10,20,110,18,111,50,11,52"
    assert parse_icdar(f"{box},###") == SceneWord(QUAD, None, ignore=True)
    assert parse_icdar(f"{box},") == parse_icdar(box) == SceneWord(QUAD)
    assert parse_icdar(ICDAR.alone(word_page("")).rstrip("\n")).text is None


def test_the_archives_own_names_marks_and_line_ends_are_understood(tmp_path: Path) -> None:
    labels, photos = tmp_path / "gt", tmp_path / "photos"
    labels.mkdir()
    photos.mkdir()
    (labels / "gt_img_1.txt").write_bytes(b"\xef\xbb\xbf10,20,110,18,111,50,11,52,FORD\r\n\r\n")
    (labels / "img_2.txt").write_bytes(b"")
    first = photo(photos / "img_1.jpg", orientation=6)
    second = photo(photos / "img_2.JPEG")
    assert load_icdar(labels, photos) == [
        Scene(first, 240, 320, (SceneWord(QUAD, "FORD"),)),
        Scene(second, 320, 240),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"1,2,3\n", r"gt_a\.txt:1: expected eight finite numbers and a text, got '1,2,3'$"),
        (b"\n1,2,3,4,5,6,7,x,text\n", r"gt_a\.txt:2: expected x1,y1,x2,y2,x3,y3,x4,y4,text, got '1,2"),
        (b"1,2,3,4,5,6,7,nan,text\n", r"gt_a\.txt:1: expected eight finite numbers"),
        (b"==> a.jpg <==\n", r"gt_a\.txt:1: expected "),
        (b"\xff\xfe\x00", r"gt_a\.txt: is not UTF-8 text$"),
        (b"", r"gt_a\.txt: no photo named 'a' in "),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_place(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "gt_a.txt").write_bytes(content)
    with pytest.raises(LabelError, match=message):
        load_icdar(tmp_path)


def test_a_folder_without_labels_and_a_photo_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no label file there"):
        load_icdar(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    with pytest.raises(LabelError, match=r"a\.txt: the size of a labelled photo is needed: .*a\.jpg"):
        load_icdar(tmp_path)
