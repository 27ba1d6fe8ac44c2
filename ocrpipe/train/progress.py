"""What a person sees of a run: loss, accuracy, speed and the time left, as a bar or as lines of a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ocrpipe import console

if TYPE_CHECKING:
    from rich.progress import Progress

PLAIN_INTERVAL = 30.0  # seconds between lines where there is no terminal


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands. total: samples it will end at; left: seconds; dev: the chosen dev score, 0..1."""

    samples: int
    total: int
    loss: float
    dev: float | None
    speed: float  # samples per second
    left: float

    def summary(self) -> str:
        """One line of it."""
        dev = "-" if self.dev is None else f"{100 * self.dev:.1f}"
        parts = f"{self.samples}/{self.total} samples, loss {self.loss:.3f}, dev {dev}"
        return f"{parts}, {self.speed:.3g} samples/s, {console.duration(self.left)} left"


class TrainingProgress:
    """Standings on stderr: a bar on a terminal, a plain line every half minute elsewhere, nothing when quiet.

    A context manager; call it with each new standing. clock: seconds that only grow.
    """

    def __init__(self, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet, self._clock, self._last = quiet, clock, float("-inf")
        self._bar: Progress | None = None

    def __call__(self, standing: Standing) -> None:
        """Show standing, or let it pass if the last plain line is younger than half a minute."""
        if self._bar is not None:
            self._bar.update(
                self._bar.task_ids[0],
                completed=standing.samples,
                total=standing.total,
                description=standing.summary(),
            )
        elif not self._quiet and self._clock() - self._last >= PLAIN_INTERVAL:
            self._last = self._clock()
            console.note(standing.summary())

    def __enter__(self) -> Self:
        if not self._quiet and console.console().is_terminal:
            from rich.progress import BarColumn, Progress, TextColumn

            columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
            self._bar = Progress(*columns, console=console.console(), transient=True)
            self._bar.add_task("the first samples are being made", total=None)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
