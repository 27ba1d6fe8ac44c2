"""Processes that make samples beside training: how they are stopped, and how what they find wrong is told."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import torch

from ocrpipe.errors import OcrError


def quiet_forks() -> None:
    """End OpenCV's threads: processes that are forked from here would wait for them, who stay behind."""
    cv2.setNumThreads(0)


def ignore_interrupts(_: int) -> None:
    """One process, one core; and a signal to the whole group leaves it to the trainer to end its helpers."""
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def in_one_line() -> Iterator[None]:
    """An OcrError from a worker process, which torch wraps in that process's traceback, as it was."""
    try:
        yield
    except OcrError as error:
        last = str(error).strip().splitlines()[-1]
        raise type(error)(last.removeprefix(f"{type(error).__module__}.{type(error).__name__}: ")) from error
