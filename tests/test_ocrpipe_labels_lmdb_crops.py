"""Word crops in an LMDB of the field's layout."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrpipe.errors import ImageError, LabelError
from ocrpipe.labels.lmdb_crops import read_crops
from ocrpipe.labels.word_crop import cut

lmdb = pytest.importorskip("lmdb")


def png(grey: int, width: int = 64) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, 16), (grey, grey, grey)).save(made, "PNG")
    return made.getvalue()


def database(folder: Path, entries: dict[str, bytes]) -> Path:
    with (
        lmdb.open(str(folder), map_size=1 << 20) as environment,
        environment.begin(write=True) as transaction,
    ):
        for key, value in entries.items():
            transaction.put(key.encode(), value)
    return folder


@pytest.fixture
def two(tmp_path: Path) -> Path:
    entries = {
        "num-samples": b"2",
        "image-000000001": png(10),
        "label-000000001": b"Ford",
        "image-000000002": png(20, width=32),
        "label-000000002": "caf\u00e9".encode(),
    }
    return database(tmp_path / "words", entries)


def test_words_come_in_order_with_their_images(two: Path) -> None:
    words = list(read_crops(two))
    assert [(w.text, w.source) for w in words] == [("Ford", "words"), ("café", "words")]
    assert [(crop.shape, int(crop.mean())) for _, crop in cut(words)] == [
        ((32, 128, 3), 10),
        ((32, 64, 3), 20),
    ]


def test_the_file_itself_may_be_named_and_read_again(two: Path) -> None:
    for _ in range(2):
        assert [w.text for w in read_crops(two / "data.mdb")] == ["Ford", "café"]


def test_reading_leaves_no_lock_file_behind(two: Path) -> None:
    (two / "lock.mdb").unlink()
    assert len(list(read_crops(two))) == 2
    assert [p.name for p in two.iterdir()] == ["data.mdb"]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({}, "has no num-samples"),
        ({"num-samples": b"many"}, "num-samples is b'many', not a number"),
        ({"num-samples": b"1"}, "has no label-000000001"),
        ({"num-samples": b"1", "label-000000001": b"x"}, "has no image-000000001"),
        ({"num-samples": b"1", "label-000000001": b"\xff"}, "label-000000001 is not UTF-8 text"),
    ],
)
def test_what_is_missing_or_odd_is_named(tmp_path: Path, entries: dict[str, bytes], message: str) -> None:
    folder = database(tmp_path / "odd", entries)
    with pytest.raises(LabelError, match=f"odd: {message}"):
        list(read_crops(folder))


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 1000])
def test_a_file_that_is_no_lmdb_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "data.mdb").write_bytes(content)
    with pytest.raises(LabelError, match="is not an LMDB that can be read"):
        list(read_crops(tmp_path))


def test_an_image_that_cannot_be_decoded_is_named_by_its_key(tmp_path: Path) -> None:
    entries = {"num-samples": b"1", "image-000000001": b"no picture", "label-000000001": b"x"}
    folder = database(tmp_path / "bad", entries)
    with pytest.raises(ImageError, match="bad:image-000000001"):
        np.stack([crop for _, crop in cut(read_crops(folder))])
