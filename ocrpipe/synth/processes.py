"""The same work on many things, in processes beside each other."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import cv2

_PARTS = 8  # each process gets its things in so many parts, so that none waits long for the slowest
Thing = TypeVar("Thing")
Made = TypeVar("Made")


def mapped(work: Callable[[Thing], Made], things: Sequence[Thing], processes: int) -> list[Made]:
    """work(thing) of each of things, in order; processes below 2: in this one.

    work and what it makes must pickle. What work raises is raised here. OpenCV has one thread meanwhile:
    forked processes would wait for others, who stay behind.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(0)
    try:
        if processes < 2:
            return [work(thing) for thing in things]
        size = max(1, len(things) // (processes * _PARTS))
        with ProcessPoolExecutor(processes, multiprocessing.get_context("fork")) as pool:
            return list(pool.map(work, things, chunksize=size))
    finally:
        cv2.setNumThreads(before)
