"""Files, folders and globs name photos in the order a person counts them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from ocrpipe.images import find_photos, read_list
from ocrpipe.images.find import natural_key


@pytest.fixture
def album(tmp_path: Path) -> Path:
    for name in (
        "img10.jpg",
        "img2.JPG",
        "Img1.png",
        "notes.txt",
        ".hidden.jpg",
        "sub/b.webp",
        "sub/deep/c.tif",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "dir.jpg").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    return tmp_path


def names(album: Path, *inputs: str, recursive: bool = False) -> list[str]:
    found = find_photos([album / i if i else album for i in inputs], recursive=recursive)
    return [str(p.relative_to(album)) for p in found]


def test_a_folder_gives_its_photos_in_natural_order(album: Path) -> None:
    assert names(album, "") == ["dir.jpg", "Img1.png", "img2.JPG", "img10.jpg"]


def test_subfolders_come_after_the_files_and_only_when_asked(album: Path) -> None:
    expected = ["Img1.png", "img2.JPG", "img10.jpg", "dir.jpg", "sub/b.webp", "sub/deep/c.tif"]
    assert names(album, "", recursive=True) == expected


def test_what_is_named_is_always_yielded_and_once(album: Path) -> None:
    assert names(album, "missing.jpg", "notes.txt", "missing.jpg") == ["missing.jpg", "notes.txt"]
    assert names(album, "img10.jpg", "") == ["img10.jpg", "dir.jpg", "Img1.png", "img2.JPG"]


def test_globs_are_expanded_and_a_glob_without_a_match_is_yielded_itself(album: Path) -> None:
    assert names(album, "img*.*") == ["img2.JPG", "img10.jpg"]
    assert names(album, "su?") == ["sub/b.webp"]
    assert names(album, "*.bmp") == ["*.bmp"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(album: Path) -> None:
    (album / "scan[1].png").touch()
    assert names(album, "scan[1].png") == ["scan[1].png"]


def test_a_folder_called_like_a_photo_is_never_lost(album: Path) -> None:
    assert names(album, "dir.jpg") == ["dir.jpg"]
    (album / "dir.jpg" / "in.png").touch()
    assert names(album, "dir.jpg") == ["dir.jpg/in.png"]
    assert "dir.jpg" in names(album, "")  # its own record says that it is a folder
    assert {"dir.jpg/in.png", "dir.jpg"} & {*names(album, "", recursive=True)} == {"dir.jpg/in.png"}
    assert names(album, "sub/deep/..") == ["sub/deep/../b.webp"]


def test_lists_are_lines_or_ended_by_nul(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"a.jpg\r\nd/b c.jpg\n\n \n")
    assert read_list(tmp_path / "list", io.BytesIO()) == [Path("a.jpg"), Path("d/b c.jpg")]
    assert read_list(Path("-"), io.BytesIO(b"line\nbreak.jpg\0caf\xe9.jpg\0")) == [
        Path("line\nbreak.jpg"),
        Path(os.fsdecode(b"caf\xe9.jpg")),
    ]


def test_no_inputs_give_no_photos() -> None:
    assert list(find_photos([])) == []


def test_numbers_count_by_value_and_odd_digits_do_no_harm() -> None:
    given = [Path(n) for n in ("a10", "a9", "a²", "a", "B1", "a09", "1", "x/2", "x/10")]
    expected = ["1", "a", "a09", "a9", "a10", "a²", "B1", "x/2", "x/10"]
    assert [str(p) for p in sorted(given, key=natural_key)] == expected
