"""The other side of `pool`: a process of one thread that reads what it is handed, and nothing more.

It says `Idle` when it wants a task, an Outcome for each page, and an exception that ends the whole run.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING, NamedTuple

from ocrpipe.errors import OcrError

if TYPE_CHECKING:
    from ocrpipe.batch.reading import Task, Work


class Idle(NamedTuple):
    """The models are loaded, or the task is done: another may come."""


Message = Idle | Exception  # or an Outcome


def serve(pipe: connection.Connection, *, with_photos: bool) -> None:
    """Read tasks from pipe until it closes; the first thing in it is how to load the work.

    with_photos: whether outcomes carry their pixels back.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent decides what it means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _use_one_thread()
    from ocrpipe.batch.reading import Outcome, read_pages  # before it is ready, for then its time is taken

    try:
        work: Work = pipe.recv()()
        while True:
            pipe.send(Idle())
            task: Task = pipe.recv()
            for page, photo in read_pages(work, task):
                pipe.send(Outcome(page, photo if with_photos else None))
    except (OcrError, ValueError) as error:
        pipe.send(error)
    except (EOFError, BrokenPipeError, ConnectionError):
        return


def _use_one_thread() -> None:
    """Set before any library starts its own: one process a core, or the cores are torn between threads."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import cv2

    cv2.setNumThreads(1)


def _die_with_parent() -> None:
    """A task that hangs must not outlive a parent that was killed."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
