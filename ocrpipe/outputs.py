"""Where pages go: a stream, one file for all, a file for each photo, a picture for each page.

Files appear under their names only when they are whole, and one that replaces an older result does so in one
step; JSONL alone grows line by line, so that nothing is lost with a process that is killed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO

from ocrpipe.errors import OutputError
from ocrpipe.formats import FORMATS, Format, PageWriter, find
from ocrpipe.images import Photo
from ocrpipe.page import Page
from ocrpipe.records import rounded


class Output(Protocol):
    """Something that pages are written to, one by one, each with its photo (None where none was loaded).

    in_order:    pages must come in the order of the photos; else they may come as they are read, but those of
                 one photo in order.
    needs_photo: `write` looks at the photo; else it may be None though one was loaded.
    """

    in_order: bool = True
    needs_photo: bool = False

    def write(self, page: Page, photo: Photo | None) -> None:
        """Add page. Raises OutputError if it cannot be written."""
        ...

    def finish(self) -> None:
        """Take note that all pages of a photo have been written."""
        return

    def close(self) -> None:
        """Finish; after an interruption too, perhaps in the middle of a photo."""
        ...


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
        self._path, self._part, self._form, self._several = path, _part(path), form, several
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
            path = _within(self._folder, self._named[page.source.path], self._form.suffix)
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


class OverlayOutput(Output):
    """A picture of each page that could be read: NAME.overlay.png, of a later page NAME.p2.overlay.png.

    kind: "png", "jpg" or "svg"; facing as in `ocrpipe.overlay.draw`.
    """

    in_order, needs_photo = False, True

    def __init__(
        self, folder: Path, named: dict[str, Path], kind: str = "png", *, facing: bool | None = None
    ) -> None:
        self._folder, self._named, self._kind, self._facing = folder, named, kind, facing

    def write(self, page: Page, photo: Photo | None) -> None:
        """Draw page on its photo."""
        if photo is None or page.error is not None:
            return
        from ocrpipe import overlay

        path = picture_path(self._folder, self._named, page, f"overlay.{self._kind}")
        # Rounded as records are, so that `ocrpipe draw` makes the same picture from the record.
        overlay.write(photo.pixels, rounded(page), path, facing=self._facing)

    def close(self) -> None:
        """Nothing is left to do: each picture was finished as it came."""


def picture_path(folder: Path, named: dict[str, Path], page: Page, ending: str) -> Path:
    """Where a picture of page goes: NAME.ending in folder, of a later page NAME.p2.ending.

    named: what each photo is called (see `names`). The folder is made; OutputError where there can be none.
    """
    number = f"p{page.source.page}." if page.source.page > 1 else ""
    path = _within(folder, named[page.source.path], f".{number}{ending}")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def choose_format(path: Path | None, asked: str | None, text: Format | None = None) -> Format:
    """The format asked for by name, else the one that path's suffix means, else text for stdout, JSON for a
    folder.

    text is what "text" and .txt mean, if not the words. Raises ValueError for a suffix that means none.
    """
    text = text or FORMATS["text"]
    if asked is not None:
        return text if asked == "text" else find(asked)
    if path is None:
        return text
    if is_folder(path):
        return FORMATS["json"]
    by_suffix: dict[str, Format] = {}
    for form in (text, *FORMATS.values()):  # of several with one suffix the first is meant
        by_suffix.setdefault(form.suffix, form)
    ends = [suffix for suffix in by_suffix if path.name.lower().endswith(suffix)]
    if not ends:
        known = ", ".join(by_suffix)
        raise ValueError(f"{path}: no format ends with {path.suffix!r}; use -f, or one of {known}")
    return by_suffix[max(ends, key=len)]  # x.coco.json is more than x.json


def has_lines(form: Format) -> bool:
    """Whether a document in form is lines that stand for themselves, in any order, each a record."""
    return form.name == "jsonl"


def is_folder(path: Path) -> bool:
    """Whether results go into path, a file each: it is a folder, or would be, for it has no suffix."""
    return path.is_dir() or not path.suffix


def open_output(
    path: Path | None,
    form: Format,
    named: dict[str, Path],
    stream: TextIO,
    *,
    several: bool,
    resume: bool = False,
) -> Output:
    """What path means: None the stream, a folder a file for each photo, else one file for all.

    resume: go on with a file of JSONL. Raises OutputError when it cannot be written.
    """
    if path is None:
        return StreamOutput(stream, form, several=several)
    if has_lines(form) and not is_folder(path):
        return LinesOutput(path, form, resume=resume)
    return FolderOutput(path, form, named) if is_folder(path) else FileOutput(path, form, several=several)


def names(photos: Sequence[Path], inputs: Sequence[Path]) -> dict[str, Path]:
    """What to call the results of each photo, by its path as text: relative, without the photo's suffix.

    A photo from a folder among inputs keeps its place below that folder; any other has its name alone. Where
    two would be called the same (a.jpg, a.png), both keep their suffixes, and what is still the same is
    numbered.
    """
    relative = relative_names(photos, inputs)
    stems = Counter(path.with_suffix("") for path in relative.values())
    taken: Counter[Path] = Counter()
    named = {}
    for photo, path in relative.items():
        name = path.with_suffix("") if stems[path.with_suffix("")] == 1 else path
        taken[name] += 1
        named[str(photo)] = name if taken[name] == 1 else name.with_name(f"{name.name}-{taken[name]}")
    return named


def relative_names(photos: Sequence[Path], inputs: Sequence[Path]) -> dict[Path, Path]:
    """The place of each photo below the innermost folder among inputs that holds it; else its name alone."""
    folders = set(inputs)
    return {photo: _relative(photo, folders) for photo in photos}


def common_folder(photos: Sequence[Path]) -> list[Path]:
    """The folder above all photos, if there is one; none where a path climbs, for results never may."""
    if any(".." in photo.parts for photo in photos):
        return []
    try:
        return [Path(os.path.commonpath([photo.parent for photo in photos]))]
    except ValueError:  # no photo, or relative and absolute paths together
        return []


def _relative(photo: Path, folders: Set[Path]) -> Path:
    if photo == Path("-"):
        return Path("stdin")
    # Innermost first. Every photo may be an input itself, so the inputs must not be walked for each.
    return next((photo.relative_to(p) for p in photo.parents if p in folders), Path(photo.name))


def _within(folder: Path, name: Path, suffix: str) -> Path:
    return folder / name.parent / (name.name + suffix)


def _part(path: Path) -> Path:
    """Beside path, so that renaming stays within one file system.

    With the process, so that two do not collide.
    """
    return path.with_name(f".{path.name}.{os.getpid()}.part")


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write bytes to, which takes the name path in one step if all goes well; else it vanishes.

    Raises OutputError where it cannot be written.
    """
    part = _part(path)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                yield file
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """An OSError in here becomes an OutputError that names path."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written: {error.strerror or error}; choose another place"
        ) from error
