"""Many labelled crops as one, some in memory, some in an LMDB and decoded when they are drawn."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ocrpipe.errors import ImageError, LabelError
from ocrpipe.labels import lmdb_crops
from ocrpipe.train.real_crops import RealCrop, grey_image

if TYPE_CHECKING:
    import lmdb


class Crops(Protocol):
    """Labelled crops by number: a list, an LMDB, a pool of them."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, index: int, /) -> RealCrop:
        """One of them; LabelError where it cannot be decoded."""
        ...


class LmdbCrops:
    """The words of an LMDB of the field's layout: labels in memory, images read when asked for.

    It is opened anew in each process that reads it, as LMDB demands. LabelError for what is no such LMDB.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.source = path, path.resolve().stem
        self.texts = [word.text for word in lmdb_crops.read_crops(path)]
        self._opened: tuple[int, lmdb.Environment] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, index: int, /) -> RealCrop:
        key = f"image-{index + 1:09}"
        with self._environment().begin() as transaction:
            data = bytes(transaction.get(key.encode()) or b"")
        try:
            return RealCrop(grey_image(data, f"{self.path}:{key}"), self.texts[index], self.source)
        except ImageError as error:
            raise LabelError(f"labelled crop: {error}") from error

    def _environment(self) -> lmdb.Environment:
        import lmdb

        if self._opened is None or self._opened[0] != os.getpid():
            file = self.path / lmdb_crops.DATA if self.path.is_dir() else self.path
            opened = lmdb.open(str(file), subdir=False, readonly=True, lock=False, readahead=False)
            self._opened = os.getpid(), opened
        return self._opened[1]


class CropPool:
    """Crops of several sets, one after the other."""

    def __init__(self, *sets: Crops) -> None:
        self._sets: list[Crops] = []
        self._where = np.zeros((0, 2), np.int64)  # (N, 2): which set, and where in it
        for crops in sets:
            self.add(crops)

    def __len__(self) -> int:
        return len(self._where)

    def __getitem__(self, index: int, /) -> RealCrop:
        which, place = (int(number) for number in self._where[index])
        return self._sets[which][place]

    def add(self, crops: Crops) -> None:
        """crops after those that are there."""
        numbers = np.arange(len(crops), dtype=np.int64)
        where = np.stack([np.full_like(numbers, len(self._sets)), numbers], axis=1)  # (n, 2)
        self._sets.append(crops)
        self._where = np.concatenate([self._where, where])

    def part(self, indices: Sequence[int]) -> CropPool:
        """Those of indices only, in that order."""
        pool = CropPool()
        pool._sets, pool._where = self._sets, self._where[np.asarray(indices, np.int64)]
        return pool
