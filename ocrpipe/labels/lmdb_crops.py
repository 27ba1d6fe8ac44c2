"""Word crops in an LMDB as the field keeps them: image-%09d, label-%09d from 1, and num-samples.

Needs the package lmdb: pip install "ocrpipe[datasets]".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ocrpipe.errors import LabelError
from ocrpipe.labels.word_crop import WordCrop

if TYPE_CHECKING:
    import lmdb

DATA = "data.mdb"


def read_crops(path: Path) -> Iterator[WordCrop]:
    """The words of the LMDB at path, a folder with data.mdb or such a file, in order, one at a time.

    `image` is the bytes of an image file, and `source` the name of the folder. The LMDB is opened read-only
    and without a lock, so it may lie on a read-only disk; two iterations at once are fine in two processes,
    not in one. Raises LabelError for a missing package, a file that is no LMDB, keys that are missing and
    labels that are not UTF-8.
    """
    try:
        import lmdb
    except ImportError as error:
        raise LabelError(f'{path}: reading LMDB needs a package: pip install "ocrpipe[datasets]"') from error
    file = path / DATA if path.is_dir() else path
    try:
        with (
            lmdb.open(str(file), subdir=False, readonly=True, lock=False, readahead=False) as environment,
            environment.begin() as transaction,
        ):
            yield from _words(transaction, path, file.resolve().parent.name)
    except lmdb.Error as error:
        raise LabelError(f"{path}: is not an LMDB that can be read ({error})") from error


def _words(transaction: lmdb.Transaction, path: Path, source: str) -> Iterator[WordCrop]:
    count = _value(transaction, "num-samples", path)
    if not count.isdigit():
        raise LabelError(f"{path}: num-samples is {count!r}, not a number")
    for index in range(1, int(count) + 1):
        label = _value(transaction, f"label-{index:09}", path)
        try:
            text = label.decode("utf-8")
        except UnicodeDecodeError as error:
            raise LabelError(f"{path}: label-{index:09} is not UTF-8 text") from error
        image = f"image-{index:09}"
        yield WordCrop(f"{path}:{image}", text, _value(transaction, image, path), source)


def _value(transaction: lmdb.Transaction, key: str, path: Path) -> bytes:
    value = transaction.get(key.encode())
    if value is None:
        raise LabelError(f"{path}: has no {key}; expected image-%09d, label-%09d from 1, and num-samples")
    return bytes(value)
