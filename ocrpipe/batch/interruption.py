"""Ctrl-C, politely: the first one asks a run to finish what it has begun, the second one stops it."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from ocrpipe import console


class Interruption:
    """While it is entered, Ctrl-C (and SIGTERM, which schedulers send) only sets `asked`; a second one raises
    KeyboardInterrupt. Elsewhere than in the main thread, where signals cannot be caught, it does nothing.
    """

    def __init__(self) -> None:
        self._asked = self._told = False
        self._before: dict[signal.Signals, Any] = {}

    def asked(self) -> bool:
        """Whether to finish soon; says so, once, to whoever asked."""
        # Not said by the handler: it may come in the middle of a write to the same stream.
        if self._asked and not self._told:
            self._told = True
            console.note("finishing what is in flight; Ctrl-C once more stops at once")
        return self._asked

    def _catch(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._catch)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
