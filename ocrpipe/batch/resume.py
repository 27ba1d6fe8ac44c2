"""What an earlier run wrote, so that the next one goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ocrpipe.errors import OutputError, PhotoTimeoutError, ResultError, WorkerError
from ocrpipe.formats import Format
from ocrpipe.formats.entries import Entry, entries_of, scan_lines
from ocrpipe.images import Intake

# After these the pages that follow were tried all the same; after others without a photo nothing followed.
_ONE_PAGE_ONLY = (PhotoTimeoutError.__name__, WorkerError.__name__)


@dataclass(slots=True)
class Recorded:
    """What is recorded of one photo: the numbers of its pages, how many it has, how many failed, and whether
    nothing can follow. A format that cannot be asked (text) is `ended` where its file exists.
    """

    numbers: frozenset[int] = frozenset()
    pages: int = 1
    failed: int = 0
    ended: bool = False

    def add(self, entry: Entry) -> None:
        """Take note of a record."""
        self.numbers |= {entry.page}
        self.pages = max(self.pages, entry.pages)
        self.failed += entry.error is not None
        cut = entry.error is not None and not entry.loaded and entry.error not in _ONE_PAGE_ONLY
        self.ended = self.ended or cut

    def whole(self, intake: Intake) -> bool:
        """Whether every page that intake wants is recorded."""
        wanted = {page for page in range(1, self.pages + 1) if intake.wants(page)}
        return self.ended or wanted <= self.numbers


@dataclass(slots=True)
class Past:
    """What is recorded of each photo, by its path; cut: bytes of a torn record that were removed."""

    photos: dict[str, Recorded] = field(default_factory=dict)
    cut: int = 0

    @property
    def failed(self) -> int:
        """How many pages failed."""
        return sum(recorded.failed for recorded in self.photos.values())

    def add(self, entries: Iterable[Entry]) -> None:
        """Take note of records."""
        for entry in entries:
            self.photos.setdefault(entry.path, Recorded()).add(entry)


def resume_lines(path: Path) -> Past:
    """What the JSONL file at path records; a last line that was torn when its run was killed is cut off.

    A file that does not exist records nothing. Raises ResultError for a line before the last that is no
    record, for that is no accident of ours, and OutputError if the file cannot be mended.
    """
    past = Past()
    if not path.exists():
        return past
    end = 0
    try:
        for span in scan_lines(path):
            past.add([span.entry])
            end = span.end
    except ResultError:
        if not _last_line_follows(path, end):
            raise
    past.cut = _mend(path, end)
    return past


def resume_folder(folder: Path, form: Format, named: Mapping[str, Path], intake: Intake) -> Past:
    """What the files for photos in folder record; named: what each photo's is called (see `outputs.names`).

    A file exists only when it is whole; what JSON says of another photo, or of none, does not count.
    """
    past = Past()
    for photo, name in named.items():
        path = folder / name.parent / (name.name + form.suffix)
        if not path.is_file():
            continue
        if form.name not in ("json", "jsonl"):
            past.photos[photo] = Recorded(ended=True)
            continue
        try:
            past.add(entry for entry in _entries(path, form) if entry.path == photo)
        except ResultError:
            continue
    # A file is written anew as a whole, so half a photo there is as good as none.
    past.photos = {photo: recorded for photo, recorded in past.photos.items() if recorded.whole(intake)}
    return past


def _entries(path: Path, form: Format) -> list[Entry]:
    if form.name == "jsonl":
        return [span.entry for span in scan_lines(path)]
    try:
        return entries_of(path.read_bytes())
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror or error}") from error


def _last_line_follows(path: Path, end: int) -> bool:
    """Whether nothing but one line, its end there or not, follows byte end of the file."""
    with path.open("rb") as file:
        file.seek(end)
        file.readline()
        return not file.read(1)


def _mend(path: Path, end: int) -> int:
    """Cut the file after byte end, and let it end with a line break; how many bytes went."""
    try:
        with path.open("r+b") as file:
            size = file.seek(0, 2)
            file.truncate(end)
            if end:
                file.seek(end - 1)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            return size - end
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written: {error.strerror or error}; choose another place"
        ) from error
