"""Outputs that write pages in a format: on a stream, into one file, or into a file for each photo."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, TextIO

from ocrpipe.formats import Format, PageWriter
from ocrpipe.images import Photo
from ocrpipe.outputs.base import Output
from ocrpipe.outputs.files import part_of, writing
from ocrpipe.outputs.naming import within
from ocrpipe.page import Page


class StreamOutput(Output):
    """All pages in one document on an open text stream, which is left open."""

    def __init__(self, stream: TextIO, form: Format, *, several: bool) -> None:
        self.in_order = not has_lines(form)
        self._writer = PageWriter(stream, form, several=several)

    def write(self, page: Page, photo: Photo | None) -> None:
        """Add page."""
        self._writer.write(page)

    def close(self) -> None:
        """Finish the document."""
        self._writer.close()


class LinesOutput(Output):
    """A record a line in a file that grows as they come, each written in one piece.

    resume: go on with the file (see `ocrpipe.batch.resume`); else an older one is replaced when the first
    record comes. Raises OutputError at once if the file's folder cannot be made.
    """

    in_order = False

    def __init__(self, path: Path, form: Format, *, resume: bool = False) -> None:
        self._path, self._form, self._resume = path, form, resume
        self._file: BinaryIO | None = None
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, page: Page, photo: Photo | None) -> None:
        """Add page."""
        line = self._form.element(page).encode()
        with writing(self._path):
            if self._file is None:
                self._file = self._path.open("ab" if self._resume else "wb")
            self._file.write(line)
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with writing(self._path):
                self._file.close()


class FileOutput(Output):
    """All pages in one document in a file, which appears under its name when it is closed.

    Raises OutputError at once if the file's folder cannot be made.
    """

    def __init__(self, path: Path, form: Format, *, several: bool) -> None:
        self._path, self._part, self._form, self._several = path, part_of(path), form, several
        self._open: tuple[TextIO, PageWriter] | None = None
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, page: Page, photo: Photo | None) -> None:
        """Add page."""
        with writing(self._path):
            if self._open is None:
                file = self._part.open("w", encoding="utf-8", newline="\n")
                self._open = file, PageWriter(file, self._form, several=self._several)
            self._open[1].write(page)

    def close(self) -> None:
        """Finish the document and give the file its name; without a page there is no file."""
        if self._open is None:
            return
        (file, writer), self._open = self._open, None
        try:
            with writing(self._path):
                with file:
                    writer.close()
                self._part.replace(self._path)
        finally:
            self._part.unlink(missing_ok=True)

    def drop(self) -> None:
        """Forget the document."""
        if self._open is not None:
            (file, _), self._open = self._open, None
            file.close()
        self._part.unlink(missing_ok=True)


class FolderOutput(Output):
    """A document for each photo, named after it (see `names`), which appears when the photo is finished: by
    `finish`, or because the next one begins.
    """

    def __init__(self, folder: Path, form: Format, named: dict[str, Path]) -> None:
        self._folder, self._form, self._named = folder, form, named
        self._source = ""
        self._open: FileOutput | None = None

    def write(self, page: Page, photo: Photo | None) -> None:
        """Add page to its photo's document."""
        if self._open is None or page.source.path != self._source:
            self.finish()
            path = within(self._folder, self._named[page.source.path], self._form.suffix)
            self._source = page.source.path
            self._open = FileOutput(path, self._form, several=False)
        self._open.write(page, photo)

    def finish(self) -> None:
        """Finish the document."""
        done, self._open = self._open, None
        if done is not None:
            done.close()

    def close(self) -> None:
        """Drop a document that is not finished: under its name it would pass for the whole photo."""
        done, self._open = self._open, None
        if done is not None:
            done.drop()


def has_lines(form: Format) -> bool:
    """Whether a document in form is lines that stand for themselves, in any order, each a record."""
    return form.name == "jsonl"
