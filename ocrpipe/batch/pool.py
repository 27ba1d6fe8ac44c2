"""Worker processes that may die: each has a pipe of its own, so the death of one is nobody else's trouble."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from ocrpipe.batch.reading import Load, Outcome, Read, Task, failed, next_source
from ocrpipe.batch.worker import serve
from ocrpipe.errors import OcrError, PhotoTimeoutError, WorkerError
from ocrpipe.page import Source

_TICK = 0.25  # seconds between looks at the clock
_END = 5.0  # seconds that a worker which hung up may take to end
_DEATHS = 2  # of one page, until it is given up: it is tried once more, for the fault may be another's
_STILLBORN = 3  # workers in a row that die before they are ready, until the run is given up


@dataclass(slots=True)
class _Job:
    """A task on its way: what was read of it last, how often a worker died on what comes next."""

    task: Task
    last: Source | None = None
    deaths: int = 0


@dataclass(slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    pipe: connection.Connection
    job: _Job | None = None
    ready: bool = False
    since: float = 0.0  # when the page it reads was begun


class Pool:
    """Processes of one thread each that do the work that `load` makes. A context manager.

    load:    called in each process; it and what it holds must pickle.
    size:    how many processes at most.
    timeout: seconds for a page, after which its worker is killed and the page is an error; None for no limit.
    ahead:   how many tasks may be begun after the oldest that is not finished; None for any number.
    with_photos: whether outcomes carry their pixels.
    clock:   seconds that only grow, for the timeout.
    stop:    asked before each task and a few times a second; once it says yes, no further task is begun.

    A worker that dies is replaced; its page is tried once more, then it becomes an error.
    """

    def __init__(
        self,
        load: Load,
        size: int,
        *,
        timeout: float | None = None,
        ahead: int | None = None,
        with_photos: bool = False,
        stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if size < 1:
            raise ValueError(f"size must be at least 1, got {size}")
        self._load, self._size, self._timeout, self._ahead = load, size, timeout, ahead
        self._with_photos, self._stop, self._clock = with_photos, stop, clock
        self._workers: list[_Worker] = []
        self._again: deque[_Job] = deque()
        self._stillborn = 0

    def read(self, tasks: Iterator[Task]) -> Iterator[Read]:
        """What comes of tasks, as it comes; a task is taken when a worker is free for it.

        Raises what `load` raises, WeightsError and OutputError, and WorkerError where no worker lives long
        enough to load.
        """
        coming = _Coming(tasks, self._stop)
        while self._hand_out(coming):
            pipes = {worker.pipe: worker for worker in self._workers}
            for pipe in connection.wait(list(pipes), timeout=_TICK):
                assert isinstance(pipe, connection.Connection)  # nothing else was waited for
                yield from self._receive(pipes[pipe])
            yield from self._late()

    def _hand_out(self, coming: _Coming) -> bool:
        """Give every free worker a task, start workers that are wanted; whether anything is under way."""
        while (free := next((w for w in self._workers if w.ready and w.job is None), None)) is not None:
            job = self._next(coming)
            if job is None:
                break
            free.job, free.since = job, self._clock()
            try:
                free.pipe.send(job.task)
            except OSError:  # it died while it was idle; `_receive` finds that, and the job goes to another
                break
        starting = sum(not w.ready for w in self._workers)
        while len(self._workers) < self._size and len(self._again) + coming.at_hand(self._size) > starting:
            self._start()
            starting += 1
        return any(w.job for w in self._workers) or bool(self._again) or coming.at_hand(1) > 0

    def _next(self, coming: _Coming) -> _Job | None:
        if self._again:
            return self._again.popleft()
        begun = [w.job.task.number for w in self._workers if w.job]
        if self._ahead is not None and begun and coming.number() > min(begun) + self._ahead:
            return None
        task = coming.take()
        return None if task is None else _Job(task)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")  # threads of this process must not be forked
        ours, theirs = context.Pipe()
        options = {"with_photos": self._with_photos}
        process = context.Process(target=serve, args=(theirs,), kwargs=options, daemon=True)
        with _interrupts_held():  # the child inherits that, and a Ctrl-C while it starts leaves no traceback
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        with suppress(OSError):  # dead already: `_receive` will find out
            ours.send(self._load)

    def _receive(self, worker: _Worker) -> Iterator[Read]:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._died(worker)
            return
        if isinstance(message, Exception):
            raise message
        job = worker.job
        if isinstance(message, Outcome):
            assert job is not None
            worker.since, job.last, job.deaths = self._clock(), message.page.source, 0
            yield Read(job.task.number, message)
            return
        worker.ready, worker.job, self._stillborn = True, None, 0
        if job is not None:
            yield Read(job.task.number, None)

    def _died(self, worker: _Worker) -> Iterator[Read]:
        worker.process.join(_END)  # it ends by itself, with a code that says why
        how = self._remove(worker)
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise WorkerError(
                    f"the processes that read photos die while they load ({how}); try --workers 1"
                )
        job = worker.job
        if job is None:
            return
        job.deaths += 1
        if job.deaths < _DEATHS:
            self._again.append(_rest(job))
        else:
            name = job.task.name
            yield from self._give_up(
                job,
                WorkerError(f"{name}: its process died twice ({how}); scale it down, or look at the file"),
            )

    def _late(self) -> Iterator[Read]:
        """Kill workers whose page takes too long."""
        limit = self._timeout
        for worker in list(self._workers):
            if limit is not None and worker.job is not None and self._clock() - worker.since > limit:
                self._remove(worker)
                message = f"{worker.job.task.name}: not read within {limit:g} seconds; raise --timeout"
                yield from self._give_up(worker.job, PhotoTimeoutError(message))

    def _give_up(self, job: _Job, error: OcrError) -> Iterator[Read]:
        """The page that job was at is an error; the pages after it, if there are any, are tried."""
        source = next_source(job.task, job.last)
        yield Read(job.task.number, Outcome(failed(source, None, error), None))
        rest = _rest(_Job(job.task, source))
        if any(rest.task.intake.wants(page) for page in range(source.page + 1, source.pages + 1)):
            self._again.append(rest)
        else:
            yield Read(job.task.number, None)

    def _remove(self, worker: _Worker) -> str:
        """Make sure that worker is no more; how it ended."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()
        code = worker.process.exitcode or 0
        if code == -signal.SIGKILL:
            return "killed, perhaps for want of memory"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()  # which ends a worker that is idle
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()


class _Coming:
    """Tasks to come, with a look at the next ones; none once stop says yes."""

    def __init__(self, tasks: Iterator[Task], stop: Callable[[], bool]) -> None:
        self._tasks, self._stop, self._seen = tasks, stop, deque[Task]()

    def at_hand(self, wanted: int) -> int:
        """How many there are, up to wanted."""
        if self._stop():
            return 0
        while len(self._seen) < wanted and (task := next(self._tasks, None)) is not None:
            self._seen.append(task)
        return min(len(self._seen), wanted)

    def number(self) -> int:
        """Of the next one; -1 if there is none."""
        return self._seen[0].number if self.at_hand(1) else -1

    def take(self) -> Task | None:
        """The next one."""
        return self._seen.popleft() if self.at_hand(1) else None


def _rest(job: _Job) -> _Job:
    """job without the pages that were read."""
    if job.last is None:
        return job
    intake, task = job.task.intake, job.task
    skip = intake.skip | set(range(1, job.last.page + 1))
    pages = max(task.pages, job.last.pages)
    return _Job(task._replace(intake=replace(intake, skip=skip), pages=pages), job.last, job.deaths)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
