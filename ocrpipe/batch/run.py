"""A run: every photo to every output, in one process or in several, until all are read or it is stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from ocrpipe import console
from ocrpipe.batch.interruption import Interruption
from ocrpipe.batch.pool import Pool
from ocrpipe.batch.reading import STDIN, Load, Read, Task, Work, read_pages
from ocrpipe.batch.resume import Recorded
from ocrpipe.console import PhotoProgress
from ocrpipe.images import Intake
from ocrpipe.outputs import Output
from ocrpipe.page import Failure

_AHEAD = 64  # photos a worker may be ahead of the oldest that is not finished, where order is kept
_AHEAD_WITH_PIXELS = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run goes about its photos.

    workers:  processes of one thread each; 0 is none but this one.
    timeout:  seconds for a page; None for no limit. Needs a worker, which can be stopped.
    intake:   how files become photos.
    recorded: what an earlier run has written, by path; it is not read again.
    quiet:    no progress and no summary.
    """

    workers: int = 0
    timeout: float | None = None
    intake: Intake = field(default_factory=Intake)
    recorded: Mapping[str, Recorded] = field(default_factory=dict)
    quiet: bool = False


@dataclass(slots=True)
class Summary:
    """What a run has done: photos finished (of `photos`), pages, words, failures by their type.

    earlier: photos that were recorded before it began. interrupted: somebody asked it to stop.
    """

    photos: int
    earlier: int = 0
    finished: int = 0
    pages: int = 0
    words: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False


def run(
    load: Load,
    photos: Sequence[Path],
    outputs: Sequence[Output],
    terms: Terms = Terms(),
    *,
    stdin: BinaryIO | None = None,
) -> Summary:
    """Read photos and write every page to every output.

    Failures, progress and a summary are told on stderr. The first Ctrl-C ends the run when what is in flight
    is done. The outputs are closed in any case, so that what was done before an interruption is whole. Raises
    what load raises, WeightsError, OutputError, WorkerError, and KeyboardInterrupt at the second Ctrl-C.
    """
    tasks = tasks_left([(str(p), stdin if p == STDIN and stdin is not None else p) for p in photos], terms)
    summary = Summary(len(photos), earlier=len(photos) - len(tasks))
    with ExitStack() as stack:
        for output in outputs:
            stack.callback(output.close)
        interruption = stack.enter_context(Interruption())
        table = not terms.quiet and len(photos) > 1 and console.console().is_terminal
        progress = stack.enter_context(PhotoProgress(len(tasks), quiet=terms.quiet, closing=not table))
        for read in _reads(load, tasks, outputs, terms, interruption.asked, stack):
            _deliver(read, outputs, summary, progress)
    summary.interrupted = interruption.asked() and summary.earlier + summary.finished < summary.photos
    if table:
        show(summary, progress.elapsed)
    return summary


def tasks_left(photos: Iterable[tuple[str, Path | BinaryIO]], terms: Terms) -> list[Task]:
    """Of photos, each a name and where to read it from, those that terms do not say are recorded whole; of
    these the pages that are not.
    """
    tasks: list[Task] = []
    for name, source in photos:
        recorded = terms.recorded.get(name)
        if recorded is None:
            tasks.append(Task(len(tasks), source, name, terms.intake))
        elif not recorded.whole(terms.intake):
            intake = replace(terms.intake, skip=recorded.numbers)
            tasks.append(Task(len(tasks), source, name, intake, recorded.pages))
    return tasks


def _reads(
    load: Load,
    tasks: Sequence[Task],
    outputs: Sequence[Output],
    terms: Terms,
    stop: Callable[[], bool],
    stack: ExitStack,
) -> Iterator[Read]:
    if not tasks:
        return iter(())
    if terms.workers == 0 and terms.timeout is None:
        return _here(load(), tasks, stop)
    in_order = any(output.in_order for output in outputs)
    pixels = any(output.needs_photo for output in outputs)
    size = min(max(terms.workers, 1), len(tasks))
    ahead = size * (_AHEAD_WITH_PIXELS if pixels else _AHEAD) if in_order else None
    pool = Pool(load, size, timeout=terms.timeout, ahead=ahead, with_photos=pixels, stop=stop)
    reads = stack.enter_context(pool).read(map(_portable, tasks))
    return put_in_order(reads) if in_order else reads


def _here(work: Work, tasks: Iterable[Task], stop: Callable[[], bool]) -> Iterator[Read]:
    for task in tasks:
        if stop():
            return
        for outcome in read_pages(work, task):
            yield Read(task.number, outcome)
        yield Read(task.number, None)


def _portable(task: Task) -> Task:
    """task with the bytes of an open file instead of the file, which no other process has."""
    if isinstance(task.source, Path | bytes):
        return task
    try:
        return task._replace(source=task.source.read())
    except (OSError, ValueError):  # closed, or broken: as good as empty
        return task._replace(source=b"")


def put_in_order(reads: Iterable[Read]) -> Iterator[Read]:
    """reads, whose tasks are numbered from 0 without a gap, task by task; early ones are held until it is
    their turn.
    """
    first = 0
    held: dict[int, list[Read]] = {}
    for read in reads:
        held.setdefault(read.number, []).append(read)
        while ready := held.pop(first, None):
            yield from ready
            if ready[-1].outcome is not None:
                break
            first += 1


def _deliver(read: Read, outputs: Sequence[Output], summary: Summary, progress: PhotoProgress) -> None:
    if read.outcome is None:
        for output in outputs:
            output.finish()
        summary.finished += 1
        progress.advance()
        return
    page, photo = read.outcome
    for output in outputs:
        output.write(page, photo)
    tell_page(len(page.words), page.error, summary, progress)


def tell_page(words: int, failure: Failure | None, summary: Summary, progress: PhotoProgress) -> None:
    """Count a page and its words, and tell of its failure."""
    summary.pages += 1
    summary.words += words
    if failure is not None:
        console.error(failure.message)
        summary.failures[failure.type] += 1
    progress.add(words=words, failed=failure is not None)


def show(summary: Summary, seconds: float) -> None:
    """What was done, as a table, for the person who looked on."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in summary.failures.most_common())
    rows = [
        ("photos", f"{summary.finished} of {summary.photos - summary.earlier}"),
        *([("recorded earlier", str(summary.earlier))] if summary.earlier else []),
        *([("pages", str(summary.pages))] if summary.pages != summary.finished else []),
        ("failed", f"{summary.failures.total()} ({kinds})" if kinds else "0"),
        ("words", str(summary.words)),
        ("photos/s", f"{summary.finished / seconds:.2f}" if seconds > 0 else "-"),
        ("time", console.duration(seconds)),
    ]
    console.table(("run", "interrupted" if summary.interrupted else "finished"), rows)
