"""Processes that make samples beside training: how they are stopped, and how what they find wrong is told."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import cv2
import torch
from torch.utils.data import get_worker_info

from ocrpipe.errors import OcrError

GRACE = 5  # seconds in which a trainer that is told to end finishes its step


def quiet_forks() -> None:
    """End OpenCV's threads: processes that are forked from here would wait for them, who stay behind."""
    cv2.setNumThreads(0)


def outlive_interrupts(_: int) -> None:
    """One process, one core; and a signal to the whole group leaves the trainer time to end its helpers.

    Not for ever: an interpreter that exits while a loader is still referred to terminates its processes and
    waits for them.
    """
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))  # another code would be an error to torch
    signal.signal(signal.SIGTERM, lambda *_: signal.alarm(GRACE))


def own_chunks(start: int) -> Iterator[int]:
    """The numbers of the chunks from start on that this process makes, of as many as load beside each other.

    One chunk a message: the loader's round robin then keeps all of them in order.
    """
    worker = get_worker_info()
    yield from count(start + worker.id, worker.num_workers) if worker else count(start)


@contextmanager
def in_one_line() -> Iterator[None]:
    """An OcrError from a worker process, which torch wraps in that process's traceback, as it was."""
    try:
        yield
    except OcrError as error:
        last = str(error).strip().splitlines()[-1]
        raise type(error)(last.removeprefix(f"{type(error).__module__}.{type(error).__name__}: ")) from error
