"""A run on a Ray cluster: actors take shards of the photos, read them and write them, wherever they are.

Each does what a worker of the local batch does, in a process of its own, so whatever is wrong with a photo
becomes its record there too; an actor or a machine that is lost is replaced, and its shard read again.
"""

from __future__ import annotations

import logging
import os
import pickle
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple, cast

from ocrpipe import console
from ocrpipe.batch.interruption import Interruption
from ocrpipe.batch.places import FarPhoto, Place
from ocrpipe.batch.pool import Pool
from ocrpipe.batch.reading import Load, Task
from ocrpipe.batch.run import Summary, Terms, show, tasks_left, tell_page
from ocrpipe.batch.shards import ShardFormat, shard_name
from ocrpipe.console import PhotoProgress
from ocrpipe.errors import OcrError, WorkerError
from ocrpipe.page import Failure, Page

_PHOTOS = 64  # of a shard at most: what is read again where an actor is lost
_SHARDS = 4  # for each actor at least, where there are photos enough, so that all end at about the same time
_MEMORY = 800 << 20  # bytes that an actor and the process that reads for it are counted as

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Errand:
    """What each actor is to do: the work that load makes, shards in form into folder.

    gpus: how many an actor has to itself. here: the folder in which relative names mean what the user meant.
    environment: variables that are set here, and are to be set there.
    """

    load: Load
    folder: Place
    form: ShardFormat
    timeout: float | None = None
    gpus: float = 0
    here: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=dict)


class Done(NamedTuple):
    """What came of a shard: words and failure of each page, how many photos, an error that ends the run."""

    pages: tuple[tuple[int, Failure | None], ...]
    photos: int
    error: Exception | None = None


class Reader:
    """An actor: one pipeline, in one process that is replaced when a photo takes it down."""

    def __init__(self, errand: Errand) -> None:
        with suppress(OSError):  # this machine may not have that folder; URLs and weights may do without
            os.chdir(errand.here)
        os.environ.update(errand.environment)
        if not errand.gpus:
            os.environ["CUDA_VISIBLE_DEVICES"] = ""  # a GPU that is there may be another's
        self._errand = errand
        self._pool = Pool(errand.load, 1, timeout=errand.timeout)

    def __call__(self, batch: dict[str, Sequence[bytes]]) -> dict[str, list[bytes]]:
        """What came of each shard of tasks in batch; both travel pickled."""
        return {"done": [pickle.dumps(self._read(pickle.loads(tasks))) for tasks in batch["tasks"]]}

    def _read(self, tasks: list[Task]) -> Done:
        try:
            pages = self._pages(tasks)
            errand = self._errand
            (errand.folder / shard_name(tasks, errand.form)).write(errand.form.pack(pages))
        except (OcrError, ValueError) as error:  # no photo can be read, or nothing written: the run ends
            return Done((), 0, error)
        return Done(tuple((len(page.words), page.error) for page in pages), len(tasks))

    def _pages(self, tasks: list[Task]) -> list[Page]:
        return [read.outcome.page for read in self._pool.read(iter(tasks)) if read.outcome is not None]


def run_on_ray(
    errand: Errand, photos: dict[str, Path | FarPhoto], terms: Terms, cluster: str | None = None
) -> Summary:
    """Read photos, by the names of their records, on the cluster at an address, into shards.

    cluster: None for $RAY_ADDRESS, else one that runs on this machine, else a new one here, for this run.
    terms.workers is how many actors read; 0 for one a CPU of the cluster. Failures, progress and a summary
    are told on stderr; Ctrl-C ends the run when the next shard is done. Raises what the work raises, and
    WorkerError for what Ray does.
    """
    tasks = tasks_left([(name, cast(Any, source)) for name, source in photos.items()], terms)
    summary = Summary(len(photos), earlier=len(photos) - len(tasks))
    if not tasks:
        return summary
    table = not terms.quiet and console.console().is_terminal
    _connect(cluster)  # before signals are caught, for Ray catches them too
    with (
        Interruption() as interruption,
        PhotoProgress(len(tasks), quiet=terms.quiet, closing=not table) as progress,
    ):
        for done in _reads(errand, tasks, terms.workers):
            if done.error is not None:
                raise done.error
            for words, failure in done.pages:
                tell_page(words, failure, summary, progress)
            for _ in range(done.photos):
                summary.finished += 1
                progress.advance()
            if interruption.asked():
                break
    summary.interrupted = summary.earlier + summary.finished < summary.photos
    if table:
        show(summary, progress.elapsed)
    return summary


def _reads(errand: Errand, tasks: list[Task], actors: int) -> Iterator[Done]:
    import ray
    from ray.data import ActorPoolStrategy, from_items

    actors = min(actors or _actors(errand), len(tasks))
    try:
        shards = [{"tasks": pickle.dumps(shard)} for shard in split(tasks, actors)]
        read = from_items(shards, override_num_blocks=len(shards)).map_batches(
            Reader,
            batch_size=1,
            fn_constructor_kwargs={"errand": errand},
            compute=ActorPoolStrategy(
                size=actors, max_tasks_in_flight_per_actor=1, max_concurrent_calls_per_actor=1
            ),
            num_cpus=1,
            num_gpus=errand.gpus or None,
            memory=_MEMORY,
        )
        for row in read.iter_rows():
            yield pickle.loads(row["done"])
    except ray.exceptions.RayError as error:
        raise WorkerError(
            f"Ray: {in_short(str(error))}; what was finished is kept, --resume goes on"
        ) from error


def split(tasks: Sequence[Task], actors: int) -> list[list[Task]]:
    """tasks in shards of about equal size: few photos make many small ones, so that every actor has some."""
    size = max(1, min(_PHOTOS, ceil(len(tasks) / (actors * _SHARDS))))
    return [list(tasks[start : start + size]) for start in range(0, len(tasks), size)]


def in_short(trouble: str) -> str:
    """What Ray says on a screen or two, in a line: what happened, and the error that it came from."""
    if "No module named 'ocrpipe'" in trouble:
        return 'a machine lacks ocrpipe; install "ocrpipe[ray]" on each'
    lines = [line.strip() for line in _COLOURS.sub("", trouble).splitlines() if line.strip()]
    return ": ".join(dict.fromkeys([lines[0].rstrip(":"), lines[-1]])) if lines else "it does not say why"


def _connect(cluster: str | None) -> None:
    """Be a driver of the cluster, quietly.

    Raises ValueError where Ray is not installed, WorkerError where no cluster answers.
    """
    try:
        import ray
        from ray.data import DataContext
    except ImportError as error:
        raise ValueError('Ray is not installed; run: pip install "ocrpipe[ray]"') from error
    if not ray.is_initialized():
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing goes to networks unasked
        try:
            ray.init(cluster, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError) as error:
            raise WorkerError(f"no Ray cluster answers: {error}; start one, or check RAY_ADDRESS") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    DataContext.get_current().enable_progress_bars = False


def _actors(errand: Errand) -> int:
    """As many as the machines of the cluster have CPUs and memory for, or GPUs."""
    import ray

    has = ray.cluster_resources()
    room = [has.get("CPU", 1), has.get("memory", _MEMORY) / _MEMORY]
    if errand.gpus:
        room.append(has.get("GPU", 0) / errand.gpus)
    return max(1, int(min(room)))
