from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrpipe import doctor, outputs, redraw
from ocrpipe.errors import ImageError, OutputError, ResultError
from ocrpipe.formats import FORMATS, load
from ocrpipe.formats.quads import QUADS
from ocrpipe.images import Photo
from ocrpipe.page import Block, Failure, ImageInfo, Line, Page, Source, Word

JSON, TEXT = FORMATS["json"], FORMATS["text"]
CORNERS = ((1.0, 2.0), (30.0, 2.0), (30.0, 12.5), (1.0, 12.5))


def page(path: str = "a.jpg", text: str = "hi", number: int = 1, pages: int = 1) -> Page:
    return Page(
        Source(path, number, pages),
        ImageInfo(40, 20),
        (Word(0, 0, text, 0.9, 0.75, CORNERS),),
        (Line(0, (0,), CORNERS, text, 0.9),),
        (Block(0, (0,)),),
    )


def photo(path: str = "a.jpg") -> Photo:
    return Photo(np.full((20, 40, 3), 200, np.uint8), Source(path), ImageInfo(40, 20))


def failed(path: str = "a.jpg") -> Page:
    return Page(Source(path), error=Failure("ImageError", f"{path}: is broken"))


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.txt"
    output = outputs.FileOutput(path, TEXT, several=False)
    output.write(page(), None)
    assert not path.exists()
    output.close()
    assert path.read_text() == "hi\n"
    assert [file.name for file in path.parent.iterdir()] == ["out.txt"]


def test_an_older_result_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    output = outputs.FileOutput(path, TEXT, several=False)
    output.write(page(), None)
    assert path.read_text() == "old"
    output.close()
    assert path.read_text() == "hi\n"


def test_without_a_page_there_is_no_file(tmp_path: Path) -> None:
    outputs.FileOutput(tmp_path / "out.txt", TEXT, several=True).close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"out\.txt: cannot be written: .*; choose another place"):
        outputs.FileOutput(tmp_path / "file" / "out.txt", TEXT, several=True)


def test_a_folder_gets_a_file_for_each_photo_and_its_pages_together(tmp_path: Path) -> None:
    named = {"x/a.jpg": Path("sub/a"), "b.tif": Path("b")}
    output = outputs.FolderOutput(tmp_path, JSON, named)
    for item in (page("x/a.jpg"), page("b.tif", "one", 1, 2), page("b.tif", "two", 2, 2)):
        output.write(item, None)
    assert not (tmp_path / "b.json").exists()
    output.finish()
    assert [p.text for p in load(tmp_path / "sub" / "a.json")] == ["hi"]
    assert [p.text for p in load(tmp_path / "b.json")] == ["one", "two"]
    assert isinstance(json.loads((tmp_path / "sub" / "a.json").read_text()), dict)


def test_half_a_photo_leaves_no_file_in_a_folder(tmp_path: Path) -> None:
    output = outputs.FolderOutput(tmp_path, TEXT, {"b.tif": Path("b")})
    output.write(page("b.tif", "one", 1, 2), None)
    output.close()
    assert list(tmp_path.iterdir()) == []


def test_lines_are_in_the_file_as_soon_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.jsonl"
    for resume, texts in ((False, ["one"]), (True, ["one", "two"]), (False, ["three"])):
        output = outputs.open_output(path, FORMATS["jsonl"], {}, io.StringIO(), several=True, resume=resume)
        output.write(page(text=texts[-1]), None)
        assert [p.text for p in load(path)] == texts
        assert not output.in_order
        output.close()


def test_a_file_that_is_replaced_stays_as_it_was_if_something_goes_wrong(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text("old")
    with pytest.raises(TypeError), outputs.replacing(path) as file:
        file.writelines([b"half", None])  # type: ignore[list-item]  # the second line is what goes wrong
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]
    with outputs.replacing(path) as file:
        file.write(b"new")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["new"]


def test_a_picture_is_drawn_of_each_page_that_was_read(tmp_path: Path) -> None:
    output = outputs.OverlayOutput(tmp_path / "new", {"a.jpg": Path("a")})
    output.write(page(), photo())
    output.write(page(number=2, pages=2), photo())
    output.write(failed(), None)
    output.close()
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["a.overlay.png", "a.p2.overlay.png"]
    with Image.open(tmp_path / "new" / "a.overlay.png") as drawn:
        assert drawn.format == "PNG"


@pytest.mark.parametrize(
    ("photos", "inputs", "expected"),
    [
        (["a.jpg", "x/b.png"], ["a.jpg", "x/b.png"], ["a", "b"]),
        (["d/a.jpg", "d/e/a.jpg"], ["d"], ["a", "e/a"]),
        (["a.jpg", "a.png", "c.png"], ["a.jpg", "a.png", "c.png"], ["a.jpg", "a.png", "c"]),
        (["x/a.jpg", "y/a.jpg"], ["x", "y"], ["a.jpg", "a.jpg-2"]),
        (["-"], ["-"], ["stdin"]),
        (["d/e/a.jpg"], ["d", "d/e"], ["a"]),
    ],
)
def test_results_are_named_after_their_photos(
    photos: list[str], inputs: list[str], expected: list[str]
) -> None:
    named = outputs.names([Path(p) for p in photos], [Path(i) for i in inputs])
    assert named == dict(zip(photos, map(Path, expected), strict=True))


def test_photos_of_a_list_are_named_below_the_folder_they_share() -> None:
    assert outputs.common_folder([Path("d/e/a.jpg"), Path("d/f/b.jpg")]) == [Path("d")]
    assert outputs.common_folder([Path("../a.jpg")]) == outputs.common_folder([]) == []
    assert outputs.common_folder([Path("/d/a.jpg"), Path("b.jpg")]) == []


@pytest.mark.parametrize(
    ("path", "asked", "expected"),
    [
        (None, None, "text"),
        (None, "jsonl", "jsonl"),
        ("out.JSONL", None, "jsonl"),
        ("out.txt", None, "text"),
        ("out.txt", "json", "json"),
        ("folder", None, "json"),
        ("folder", "text", "text"),
    ],
)
def test_a_format_is_the_one_asked_for_else_what_the_name_says(
    path: str | None, asked: str | None, expected: str
) -> None:
    assert outputs.choose_format(None if path is None else Path(path), asked).name == expected


def test_a_name_that_says_nothing_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"out\.dat: no format ends with '\.dat'; use -f, or one of \.txt, \.json"
    ):
        outputs.choose_format(Path("out.dat"), None)


def test_a_command_may_mean_something_else_by_text() -> None:
    assert outputs.choose_format(None, None, QUADS) is QUADS
    assert outputs.choose_format(None, "text", QUADS) is QUADS
    assert outputs.choose_format(Path("x.txt"), None, QUADS) is QUADS


def test_a_stream_is_left_open_with_the_whole_document() -> None:
    stream = io.StringIO()
    output = outputs.open_output(None, JSON, {}, stream, several=True)
    output.write(page(), None)
    output.close()
    assert [record["text"] for record in json.loads(stream.getvalue())] == ["hi"]


def test_boxes_as_text_are_a_line_a_word_with_the_score_last() -> None:
    assert QUADS.alone(page()) == "1,2,30,2,30,12.5,1,12.5,0.75\n"
    assert QUADS.element(page()) == "==> a.jpg <==\n1,2,30,2,30,12.5,1,12.5,0.75\n"
    assert QUADS.alone(Page(Source("a.jpg"), ImageInfo(1, 1))) == ""


def written(path: Path, *pages: Page) -> Path:
    output = outputs.FileOutput(path, FORMATS["jsonl"], several=True)
    for item in pages:
        output.write(item, None)
    output.close()
    return path


def test_the_record_of_a_photo_is_found_by_path_then_by_name(tmp_path: Path) -> None:
    result = written(tmp_path / "r.jsonl", page("x/a.jpg", "xa"), page("y/a.jpg", "ya"), page("b.jpg", "b"))
    assert redraw.find_page(result, Path("y/a.jpg")).text == "ya"
    assert redraw.find_page(result, Path("moved/b.jpg")).text == "b"
    with pytest.raises(ResultError, match=r"no record of page 1 of moved/a\.jpg"):
        redraw.find_page(result, Path("moved/a.jpg"))
    with pytest.raises(ResultError, match=r"no record of page 2 of b\.jpg"):
        redraw.find_page(result, Path("b.jpg"), 2)


def test_the_only_record_fits_a_photo_of_any_name(tmp_path: Path) -> None:
    result = written(tmp_path / "r.jsonl", page("a.jpg", "a"))
    assert redraw.find_page(result, Path("renamed.png")).text == "a"


def test_a_failure_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"could not be read: .* is broken"):
        redraw.find_page(written(tmp_path / "r.jsonl", failed()), Path("a.jpg"))


def test_a_page_that_a_photo_does_not_have_is_an_image_error(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    assert redraw.load_page(tmp_path / "a.png").info.width == 4
    with pytest.raises(ImageError, match="has no page 2"):
        redraw.load_page(tmp_path / "a.png", 2)


def test_a_doctor_without_weights_says_so_and_finds_the_rest(tmp_path: Path) -> None:
    found = {finding.subject: finding for finding in doctor.examine(tmp_path)}
    assert [subject for subject, finding in found.items() if not finding.ok] == ["weights"]
    assert found["module cli"].detail.endswith("cli.py")
    assert set(doctor.LIBRARIES) <= found.keys()
