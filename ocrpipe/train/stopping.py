"""Ctrl-C and SIGTERM during a long job: the step is finished, the work saved; a second one stops at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopFlag:
    """Whether somebody asked this process to stop."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """True from the first signal on."""
        return self.asked

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Remember the first signal; KeyboardInterrupt at the second."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def stop_flag() -> Iterator[StopFlag]:
    """A flag that SIGINT and SIGTERM raise while the context lasts; for the main thread only."""
    flag = StopFlag()
    before = {number: signal.signal(number, flag.handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
