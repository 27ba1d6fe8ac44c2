"""Time that passes and time that processors spend, added up by name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up the time that passes, and that processors spend, under each name."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._since = (0.0, 0.0)

    def start(self) -> None:
        """Begin a lap here."""
        self._since = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        """What has passed since `start` or the last lap was name's; the next lap begins."""
        now = time.perf_counter(), time.process_time()
        self._add(name, now[0] - self._since[0], now[1] - self._since[1])
        self._since = now

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """A part of a lap: what passes inside is name's too."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self._add(name, time.perf_counter() - wall, time.process_time() - cpu)

    def _add(self, name: str, wall: float, cpu: float) -> None:
        self.wall[name] = self.wall.get(name, 0.0) + wall
        self.cpu[name] = self.cpu.get(name, 0.0) + cpu
