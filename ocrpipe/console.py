"""Everything said to the person at the terminal: one rich Console on stderr, errors, progress and tables.

Data goes to stdout and never through here, tables apart. rich is imported on first use: a command that says
nothing (`--help` among them) does not pay for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_PLAIN_INTERVAL = 10.0  # seconds between progress lines where there is no terminal: a log stays short


@lru_cache(maxsize=1)
def console() -> Console:
    """The one Console, on stderr; without markup and highlighting, since paths hold any characters."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def error(message: str) -> None:
    """Say "error: message" in one line on stderr."""
    _say("error", message, "bold red")


def warning(message: str) -> None:
    """Say "warning: message" in one line on stderr."""
    _say("warning", message, "bold yellow")


def note(message: str) -> None:
    """Say message in one line on stderr."""
    console().print(_one_line(message), soft_wrap=True)


def _say(kind: str, message: str, style: str) -> None:
    from rich.text import Text

    console().print(Text.assemble((f"{kind}:", style), " ", _one_line(message)), soft_wrap=True)


def _one_line(message: str) -> str:
    """message with line breaks and control characters (of a file name, perhaps) made harmless."""
    return "".join(c if c.isprintable() else " " for c in " ".join(message.split()))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], stream: TextIO | None = None) -> None:
    """Show rows, as many cells each as columns, on stream (stderr if None).

    A terminal gets a drawn table, anything else a header and tab-separated lines, for `cut` and `awk`.
    """
    out = console().file if stream is None else stream
    if not out.isatty():
        lines = [columns, *rows]
        out.write("".join("\t".join(_one_line(cell) for cell in line) + "\n" for line in lines))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns)
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    Console(file=out).print(drawn)


class PhotoProgress:
    """Progress over many photos on stderr: done, failed, words, photos per second and the time left.

    A bar on a terminal, a plain line every ten seconds elsewhere, nothing when quiet or for a single photo.
    total: how many photos there will be. closing: whether a last line sums up. clock: seconds that only grow.
    A context manager.
    """

    def __init__(
        self,
        total: int,
        *,
        quiet: bool = False,
        closing: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._closing = closing
        self._total, self._clock = total, clock
        self._silent = quiet or total < 2
        self._bar: Progress | None = None
        self._done = self._failed = self._words = 0
        self._start = self._last_line = clock()

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._start

    def add(self, *, words: int = 0, failed: bool = False) -> None:
        """One more page is done, with so many words, or failed."""
        self._failed += failed
        self._words += words

    def advance(self) -> None:
        """One more photo is done, with all its pages."""
        self._done += 1
        if self._silent:
            return
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done, description=self._summary())
        elif self._clock() - self._last_line >= _PLAIN_INTERVAL:
            self._last_line = self._clock()
            note(self._plain_line())

    def _summary(self) -> str:
        elapsed = self.elapsed
        rate = f"{self._done / elapsed:.1f}" if elapsed > 0 else "-"
        return (
            f"{self._done}/{self._total} photos, {self._failed} failed, {self._words} words, {rate} photos/s"
        )

    def _plain_line(self) -> str:
        elapsed = self.elapsed
        left = elapsed / self._done * (self._total - self._done) if self._done else 0.0
        return f"{self._summary()}, {duration(left)} left"

    def __enter__(self) -> Self:
        if not self._silent and console().is_terminal:
            self._bar = _bar(self._total, self._summary())
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if self._closing and not self._silent:
            note(f"{self._summary()}, {duration(self.elapsed)} in all")


def _bar(total: int, description: str) -> Progress:
    """A rich progress bar that vanishes when stopped; the summary line stays in its place."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        BarColumn(bar_width=24),
        TextColumn("{task.description}", markup=False),
        TimeRemainingColumn(),
        console=console(),
        transient=True,
    )
    bar.add_task(description, total=total)
    return bar


def duration(seconds: float) -> str:
    """seconds as 0:07, 12:30 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
