from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from ocrpipe import outputs
from ocrpipe.batch.resume import Recorded, resume_folder, resume_lines
from ocrpipe.errors import ResultError
from ocrpipe.formats import FORMATS
from ocrpipe.formats.entries import Entry, entries_of, scan_lines
from ocrpipe.images import Intake, parse_pages
from ocrpipe.page import Failure, ImageInfo, Page, Source

JSONL, JSON, TEXT = FORMATS["jsonl"], FORMATS["json"], FORMATS["text"]


def page(path: str = "a.jpg", number: int = 1, pages: int = 1) -> Page:
    return Page(Source(path, number, pages), ImageInfo(4, 3))


def failed(path: str = "a.jpg", number: int = 1, pages: int = 1, kind: str = "ImageError") -> Page:
    return Page(Source(path, number, pages), error=Failure(kind, f"{path}: is broken"))


def lines(*pages: Page) -> bytes:
    return b"".join(JSONL.element(item).encode() for item in pages)


def test_whole_records_are_known_and_the_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(data := lines(page("a.jpg"), failed("b.jpg"), page("c.tif", 1, 2), page("c.tif", 2, 2)))
    past = resume_lines(path)
    assert (path.read_bytes(), past.cut, past.failed) == (data, 0, 1)
    assert {name: sorted(photo.numbers) for name, photo in past.photos.items()} == {
        "a.jpg": [1],
        "b.jpg": [1],
        "c.tif": [1, 2],
    }
    assert all(photo.whole(Intake()) for photo in past.photos.values())


def test_a_record_torn_anywhere_is_removed_and_what_came_before_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    first, last = lines(page("a.jpg")), lines(page("ü.jpg"))
    for length in range(1, len(last)):
        path.write_bytes(first + last[:length])
        past = resume_lines(path)
        if length == len(last) - 1:  # all but the line break: nothing is lost
            assert (path.read_bytes(), past.cut, set(past.photos)) == (first + last, 0, {"a.jpg", "ü.jpg"})
        else:
            assert (path.read_bytes(), past.cut, set(past.photos)) == (first, length, {"a.jpg"})


@pytest.mark.parametrize("torn", [b"\0" * 100, b"{", b'{"schema": "ocr-result@1"}\n', b"\xff\xfe\n"])
def test_what_a_crash_may_leave_at_the_end_is_removed(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(lines(page()) + torn)
    assert resume_lines(path).cut == len(torn)
    assert path.read_bytes() == lines(page())


def test_a_file_that_is_no_result_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(data := lines(page()) + b"dear diary\n" + lines(page("b.jpg")))
    with pytest.raises(ResultError, match=r"r\.jsonl: line 2: not a ocr-result@1 record"):
        resume_lines(path)
    assert path.read_bytes() == data
    assert resume_lines(tmp_path / "none.jsonl").photos == {}


def test_a_photo_is_whole_when_nothing_can_follow() -> None:
    def recorded(*pages: Page) -> Recorded:
        photo = Recorded()
        for entry in entries_of(b"[" + b",".join(lines(*pages).splitlines()) + b"]"):
            photo.add(entry)
        return photo

    two = recorded(page("a", 1, 3), page("a", 2, 3))
    assert not two.whole(Intake())
    assert two.whole(Intake(pages=parse_pages("1-2")))
    assert recorded(page("a", 1, 3), failed("a", 2, 3)).whole(Intake())  # the file broke off there
    for kind in ("PhotoTimeoutError", "WorkerError"):  # after these the next page was tried
        assert not recorded(page("a", 1, 3), failed("a", 2, 3, kind)).whole(Intake())


def test_names_that_are_not_text_are_found_again(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    path = tmp_path / "r.jsonl"
    path.write_bytes(lines(page(name), page("plain.jpg")))
    assert set(resume_lines(path).photos) == {name, "plain.jpg"}


def test_a_folder_knows_the_photos_whose_files_are_whole_and_theirs(tmp_path: Path) -> None:
    named = {f"in/{name}.jpg": Path(name) for name in ("good", "bad", "other", "torn", "half", "none")}
    output = outputs.FolderOutput(tmp_path, JSON, named)
    for item in (page("in/good.jpg"), failed("in/bad.jpg"), page("in/other.jpg"), page("in/torn.jpg")):
        output.write(item, None)
    output.write(page("in/half.jpg", 1, 2), None)
    output.finish()
    (tmp_path / "other.json").write_text(
        (tmp_path / "other.json").read_text().replace("in/other", "else/other")
    )
    (tmp_path / "torn.json").write_bytes((tmp_path / "torn.json").read_bytes()[:50])
    past = resume_folder(tmp_path, JSON, named, Intake())
    assert set(past.photos) == {"in/good.jpg", "in/bad.jpg"}
    assert past.failed == 1
    one = resume_folder(tmp_path, JSON, named, Intake(pages=parse_pages("1")))
    assert "in/half.jpg" in one.photos


def test_a_folder_of_text_knows_the_photos_whose_files_exist(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    past = resume_folder(tmp_path, TEXT, {"a.jpg": Path("a"), "b.jpg": Path("b")}, Intake())
    assert set(past.photos) == {"a.jpg"}
    assert past.photos["a.jpg"].whole(Intake())


def test_entries_say_what_records_are_about(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    first, second = lines(page("a.tif", 2, 3)), lines(failed("b.jpg"))
    path.write_bytes(first + b"\n" + second)
    spans = list(scan_lines(path))
    assert [span.entry for span in spans] == [
        Entry("a.tif", 2, 3, None, True),
        Entry("b.jpg", 1, 1, "ImageError", False),
    ]
    assert [path.read_bytes()[span.start : span.end] for span in spans] == [first, second]
    whole = io.StringIO()
    output = outputs.StreamOutput(whole, JSON, several=True)
    output.write(page("a.tif", 2, 3), None)
    output.close()
    assert entries_of(whole.getvalue().encode()) == [spans[0].entry]
    with pytest.raises(ResultError, match="not a ocr-result@1 record, but 'ocr-result@9'"):
        entries_of(first.replace(b"result@1", b"result@9"))
    with pytest.raises(ResultError, match=r"none\.jsonl: cannot be read: No such file"):
        list(scan_lines(tmp_path / "none.jsonl"))
