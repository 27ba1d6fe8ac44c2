"""Folders and stores by one name: what a URL means, what is found there, files that appear whole."""

from __future__ import annotations

import io
import pickle
import sys
from pathlib import Path
from typing import cast

import pytest

from ocrpipe import images
from ocrpipe.batch import places
from ocrpipe.batch.places import FarPhoto, Place, find_everywhere, find_far_photos, is_url, parse_place
from ocrpipe.errors import ImageError, OutputError

BUCKET = Place("memory://bucket", "photos")


def names(found: list[Place]) -> list[str]:
    return [str(place) for place in found]


@pytest.fixture
def bucket() -> Place:
    """A store in memory with photos, a hidden one, and a text."""
    pytest.importorskip("pyarrow", reason="needs the extra ray")
    import fsspec

    store = fsspec.filesystem("memory")
    store.store.clear()
    for name in ("img10.jpg", "img2.jpg", "notes.txt", ".hidden.jpg", "more/a b#1.png", ".git/x.jpg"):
        store.pipe(f"/bucket/photos/{name}", name.encode())
    places._open.cache_clear()
    return BUCKET


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("s3://bucket/a/b.jpg", Place("s3://bucket", "a/b.jpg")),
        ("s3://bucket", Place("s3://bucket", "")),
        ("file:///photos/a.jpg", Place("file://", "/photos/a.jpg")),
        ("/photos/a.jpg", Place("file://", "/photos/a.jpg")),
    ],
)
def test_a_url_is_known_though_a_path_folds_its_slashes(given: str, place: Place) -> None:
    assert parse_place(Path(given)) == place
    assert is_url(Path(given)) == ("://" in given)
    assert str(place) == given.removeprefix("file://").rstrip("/") or not place.path


def test_a_plain_path_is_made_absolute_and_a_drive_is_no_scheme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_place(Path("out")) == Place("file://", str(tmp_path / "out"))
    assert not is_url(Path("C:/photos/a.jpg"))


def test_a_url_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="s3://bucket: credentials belong in the environment") as caught:
        parse_place(Path("s3://me:secret@bucket/a.jpg"))
    assert "secret" not in str(caught.value)


def test_a_folder_in_a_store_has_its_photos_in_the_order_of_people(bucket: Place) -> None:
    assert names(list(find_far_photos(bucket))) == [
        "memory://bucket/photos/img2.jpg",
        "memory://bucket/photos/img10.jpg",
    ]
    assert names(list(find_far_photos(bucket, recursive=True)))[2:] == [
        "memory://bucket/photos/more/a b#1.png"
    ]


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("photos/*.jpg", ["photos/img2.jpg", "photos/img10.jpg"]),
        ("photos/*/*", ["photos/more/a b#1.png"]),
        ("photos/img[12].jpg", ["photos/img2.jpg"]),
        ("photos/*.webp", ["photos/*.webp"]),  # itself, so that its record says that there is none
    ],
)
def test_a_glob_matches_within_a_folder_of_a_store(bucket: Place, glob: str, found: list[str]) -> None:
    assert [place.path for place in find_far_photos(Place(bucket.root, glob))] == found


def test_photos_of_folders_and_stores_come_in_the_order_of_the_inputs_each_once(
    bucket: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("here.jpg").touch()
    found = find_everywhere([Path("here.jpg"), Path(str(bucket)), Path("here.jpg"), Path("gone.jpg")])
    assert list(found) == [
        "here.jpg",
        "memory://bucket/photos/img2.jpg",
        "memory://bucket/photos/img10.jpg",
        "gone.jpg",
    ]
    assert found["here.jpg"] == tmp_path / "here.jpg"
    assert found["memory://bucket/photos/img2.jpg"] == FarPhoto(bucket / "img2.jpg")


def test_a_far_photo_travels_by_name_and_fails_as_a_photo_does(bucket: Place) -> None:
    photo = pickle.loads(pickle.dumps(FarPhoto(bucket / "img2.jpg")))
    assert photo.read() == b"img2.jpg"
    with pytest.raises(ImageError, match=r"^memory://bucket/photos/no\.jpg: no such file; check the name$"):
        FarPhoto(bucket / "no.jpg").read()
    source = cast(images.PhotoSource, FarPhoto(bucket / "img2.jpg"))
    with pytest.raises(ImageError, match="x: is not a photo in a known format"):
        images.load(source, name="x")


def test_an_unknown_scheme_says_so() -> None:
    pytest.importorskip("pyarrow", reason="needs the extra ray")
    with pytest.raises(ValueError, match=r"^nosuch://a: cannot be opened \(Protocol not known: nosuch\)$"):
        Place("nosuch://a", "b").read()


def test_a_file_can_be_replaced(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra ray")
    place = parse_place(tmp_path / "new" / "part-0.jsonl")
    place.write(b"first")
    place.write(b"second")
    assert (place.read(), names(parse_place(tmp_path / "new").files())) == (b"second", [str(place)])


class Disk:
    """A store, full or not, that remembers what it was asked to do."""

    def __init__(self, kind: str, *, full: bool = False) -> None:
        self.type_name, self.full, self.asked = kind, full, list[tuple[str, ...]]()

    def create_dir(self, path: str, *, recursive: bool) -> None:
        self.asked.append(("folder", path))

    def open_output_stream(self, path: str) -> io.BytesIO:
        self.asked.append(("write", path))
        if self.full:
            raise OSError(28, "No space left on device")
        return io.BytesIO()

    def move(self, source: str, target: str) -> None:
        self.asked.append(("move", source, target))


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("local", [("folder", "/out"), ("write", "/out/.a.part"), ("move", "/out/.a.part", "/out/a")]),
        ("s3", [("write", "/out/a")]),  # where what is not closed was never there
    ],
)
def test_a_file_has_its_name_only_when_it_is_whole(
    kind: str, asked: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(kind)
    monkeypatch.setattr(places, "_open", lambda root: (disk, ""))
    Place("file://", "/out/a").write(b"data")
    assert disk.asked == asked


def test_a_full_disk_is_an_error_that_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk("local", full=True)
    monkeypatch.setattr(places, "_open", lambda root: (disk, ""))
    with pytest.raises(OutputError, match=r"^/out/a: cannot be written: No space left on device; choose"):
        Place("file://", "/out/a").write(b"data")
    assert ("move", "/out/.a.part", "/out/a") not in disk.asked


def test_a_folder_that_does_not_exist_holds_no_files(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra ray")
    assert parse_place(tmp_path / "nowhere").files() == []


def test_without_pyarrow_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    places._open.cache_clear()
    with pytest.raises(ValueError, match=r'pip install "ocrpipe\[ray\]"'):
        parse_place(tmp_path).files()
    places._open.cache_clear()
