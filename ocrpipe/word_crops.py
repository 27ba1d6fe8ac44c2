"""Every word as the recogniser saw it: crops as PNG files, and the list of what they say.

The folder is one that `ocrpipe transcribe` reads and `ocrpipe.labels` understands, to correct and train on.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from ocrpipe import crops, overlay
from ocrpipe.formats.layout import one_line
from ocrpipe.images import Photo
from ocrpipe.outputs import Output, picture_path, replacing, writing
from ocrpipe.page import Page, Word

LABELS = "labels.tsv"


class CropOutput:
    """The crops of each page, 32 pixels high: NAME.w0003.png is word 3, NAME.p2.w0003.png that of page 2.

    named: what each photo is called (see `ocrpipe.outputs.names`).
    """

    def __init__(self, folder: Path, named: dict[str, Path]) -> None:
        self._folder, self._named = folder, named

    def write(self, page: Page, photo: Photo) -> None:
        """Cut page's words out of photo. Raises OutputError if a file cannot be written."""
        quads = np.array([word.polygon for word in page.words], np.float32).reshape(-1, 4, 2)
        for word, crop in zip(page.words, crops.rectify(photo.pixels, quads), strict=True):
            overlay.save(crop, _path(self._folder, self._named, page, word))


class CropLabels(Output):
    """The list of those crops, labels.tsv beside them: file, tab, text; a word without text is not in it.

    It grows as pages come. resume: go on with the list that is there, where a torn last line and what comes
    a second time are put right.
    """

    in_order = False

    def __init__(self, folder: Path, named: dict[str, Path], *, resume: bool = False) -> None:
        self._folder, self._named, self._resume = folder, named, resume
        self._file: BinaryIO | None = None

    def write(self, page: Page, photo: Photo | None) -> None:
        """Add page's words. Raises OutputError if the list cannot be written."""
        rows = "".join(self._row(page, word) for word in page.words if word.text)
        with writing(self._folder / LABELS):
            self._opened().write(rows.encode())
            self._opened().flush()

    def close(self) -> None:
        """Finish the list."""
        if self._file is not None:
            with writing(self._folder / LABELS):
                self._file.close()
            if self._resume:
                self._tidy()

    def _row(self, page: Page, word: Word) -> str:
        file = _path(self._folder, self._named, page, word).relative_to(self._folder)
        return f"{file.as_posix()}\t{one_line(word.text)}\n"

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._resume:
                self._tidy()
            self._file = (self._folder / LABELS).open("ab" if self._resume else "wb")
        return self._file

    def _tidy(self) -> None:
        """Keep whole lines only, and of several about one file the last."""
        path = self._folder / LABELS
        if not path.exists():
            return
        whole = path.read_bytes().rpartition(b"\n")[0].split(b"\n")
        rows = {line.partition(b"\t")[0]: line for line in whole if line}
        with replacing(path) as file:
            file.writelines(line + b"\n" for line in rows.values())


def _path(folder: Path, named: dict[str, Path], page: Page, word: Word) -> Path:
    path = picture_path(folder, named, page, f"w{word.id:04}.png")
    return path.with_name(one_line(path.name))  # a tab in a name would end it in the list
