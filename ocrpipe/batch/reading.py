"""One input, page by page: whatever is wrong with a page becomes its record, and the next is read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ocrpipe import images
from ocrpipe.errors import OcrError, OutputError, WeightsError
from ocrpipe.images import Intake, Photo
from ocrpipe.page import Failure, Page, Source
from ocrpipe.pipeline import Pipeline, with_load_time

STDIN = Path("-")
Work = Callable[[Photo], Page]
Load = Callable[[], Work]  # makes the work in the process that does it; pickles, if that is another one


class Outcome(NamedTuple):
    """A page and the photo it was read from; no photo where none could be loaded."""

    page: Page
    photo: Photo | None


class Task(NamedTuple):
    """An input to read.

    number: its place, from 0. source, name: as `images.load_pages` takes them. pages: how many it is known to
    have, from an earlier run.
    """

    number: int
    source: Path | bytes | BinaryIO
    name: str
    intake: Intake = Intake()
    pages: int = 1


class Read(NamedTuple):
    """What comes of task `number`: an outcome for each page, then None."""

    number: int
    outcome: Outcome | None


def read_all(pipeline: Pipeline, inputs: Iterable[Path], *, stdin: BinaryIO | None = None) -> Iterator[Page]:
    """One page or more for every input, in order.

    Multi-page files have several, a failed one has its error.
    """
    return (outcome.page for outcome in each_photo(pipeline.read_photo, inputs, stdin=stdin))


def each_photo(work: Work, inputs: Iterable[Path], *, stdin: BinaryIO | None = None) -> Iterator[Outcome]:
    """work done on every page of every input; `STDIN` among inputs means the photo in stdin.

    Raises WeightsError and OutputError, for no photo can be read then; no other Exception.
    """
    for number, path in enumerate(inputs):
        source = stdin if path == STDIN and stdin is not None else path
        yield from read_pages(work, Task(number, source, str(path)))


def read_pages(work: Work, task: Task) -> Iterator[Outcome]:
    """Pages until the file ends, or breaks off: a damaged third page leaves the first two."""
    pages = images.load_pages(task.source, name=task.name, intake=task.intake)
    last: Source | None = None
    while True:
        start = time.perf_counter()
        photo: Photo | None = None
        try:
            photo = next(pages, None)
            if photo is None:
                return
            last = photo.source
            load_ms = (time.perf_counter() - start) * 1000
            page = with_load_time(work(photo), load_ms)
        except (WeightsError, OutputError):
            raise
        except Exception as error:  # the one place: a bug in one photo must not cost the thousand after it
            source = photo.source if photo else next_source(task, last)
            yield Outcome(failed(source, photo, error), photo)
            if photo is None:
                return
        else:
            yield Outcome(page, photo)


def next_source(task: Task, last: Source | None) -> Source:
    """The page that comes after last, the one task read last (None: it read none), as far as is known."""
    if last is None and not task.intake.skip:
        return Source(task.name)
    page = last.page + 1 if last else 1
    known = last.pages if last else task.pages
    while page < known and not task.intake.wants(page):
        page += 1
    return Source(task.name, page, max(page, known), last.format if last else None)


def failed(source: Source, photo: Photo | None, error: Exception) -> Page:
    """The record of a failure. Our own errors speak for themselves; a bug says that it is one."""
    if isinstance(error, OcrError):
        message = str(error)
    elif isinstance(error, MemoryError):
        message = f"{source.path}: does not fit into memory; scale it down, or take fewer --workers"
    else:
        message = f"{source.path}: internal error, {error!r}; please report it"
    return Page(source, image=photo.info if photo else None, error=Failure(type(error).__name__, message))
