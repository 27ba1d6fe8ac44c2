"""Work done in a thread while its last result is in use: a photo is decoded while the one before is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(work: Callable[[Item], Result], items: Iterable[Item], depth: int = 2) -> Iterator[Result]:
    """work of every item, in order; while one result is used, up to depth others are made in one thread.

    So items is asked depth early, and depth + 1 results are held. What work or items raise comes where its
    result would have; nothing follows it. ValueError for a depth below 1.
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    return _ahead(work, iter(items), depth)


def _ahead(work: Callable[[Item], Result], items: Iterator[Item], depth: int) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        try:
            for future in _begun(thread, work, items):
                waiting.append(future)
                if len(waiting) > depth:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _begun(
    thread: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterator[Item]
) -> Iterator[Future[Result]]:
    """A future for every item; where items itself fails, a last one that fails so."""
    try:
        for item in items:
            yield thread.submit(work, item)
    except Exception as error:
        broken: Future[Result] = Future()
        broken.set_exception(error)
        yield broken
