"""Many photos, one after another: whatever is wrong with one becomes its record, and the next is read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ocrpipe import console, images
from ocrpipe.console import PhotoProgress
from ocrpipe.errors import OcrError, WeightsError
from ocrpipe.images import Photo
from ocrpipe.outputs import Output
from ocrpipe.page import Failure, Page, Source
from ocrpipe.pipeline import Pipeline, with_load_time

STDIN = Path("-")
Work = Callable[[Photo], Page]


class Outcome(NamedTuple):
    """A page and the photo it was read from; no photo where none could be loaded."""

    page: Page
    photo: Photo | None


def read_all(pipeline: Pipeline, inputs: Iterable[Path], *, stdin: BinaryIO | None = None) -> Iterator[Page]:
    """One page or more for every input, in order.

    Multi-page files have several, a failed one has its error.
    """
    return (outcome.page for outcome in each_photo(pipeline.read_photo, inputs, stdin=stdin))


def each_photo(work: Work, inputs: Iterable[Path], *, stdin: BinaryIO | None = None) -> Iterator[Outcome]:
    """work done on every page of every input; `STDIN` among inputs means the photo in stdin.

    Raises WeightsError, for no photo can be read then; no other Exception.
    """
    for path in inputs:
        source = stdin if path == STDIN and stdin is not None else path
        yield from _pages(work, source, str(path))


def run(
    work: Work,
    photos: Sequence[Path],
    outputs: Sequence[Output],
    *,
    stdin: BinaryIO | None = None,
    quiet: bool = False,
) -> int:
    """work on every photo, its pages to every output; how many pages failed.

    Failures and progress are told on stderr, progress not if quiet. The outputs are closed in any case, so
    that what was done before an interruption is whole. Raises WeightsError and OutputError.
    """
    failed = 0
    with ExitStack() as stack:
        for output in outputs:
            stack.callback(output.close)
        progress = stack.enter_context(PhotoProgress(len(photos), quiet=quiet))
        for page, photo in each_photo(work, photos, stdin=stdin):
            for output in outputs:
                output.write(page, photo)
            _report(page)
            failed += page.error is not None
            progress.advance(words=len(page.words), failed=page.error is not None)
    return failed


def _pages(work: Work, source: Path | BinaryIO, name: str) -> Iterator[Outcome]:
    """Pages until the file ends, or breaks off: a damaged third page leaves the first two."""
    pages = images.load_pages(source, name=name)
    while True:
        start = time.perf_counter()
        photo: Photo | None = None
        try:
            photo = next(pages, None)
            if photo is None:
                return
            load_ms = (time.perf_counter() - start) * 1000
            page = with_load_time(work(photo), load_ms)
        except WeightsError:
            raise
        except Exception as error:  # the one place: a bug in one photo must not cost the thousand after it
            yield Outcome(_failed(photo.source if photo else Source(name), photo, error), photo)
            if photo is None:
                return
        else:
            yield Outcome(page, photo)


def _failed(source: Source, photo: Photo | None, error: Exception) -> Page:
    """The record of a failure. Our own errors speak for themselves; a bug says that it is one."""
    bug = f"{source.path}: internal error, {error!r}; please report it"
    failure = Failure(type(error).__name__, str(error) if isinstance(error, OcrError) else bug)
    return Page(source, image=photo.info if photo else None, error=failure)


def _report(page: Page) -> None:
    if page.error is not None:
        console.error(page.error.message)
