"""The console: one-line errors on stderr, progress with a clock of its own, tables for people and pipes."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from ocrpipe import console as module
from ocrpipe.console import PhotoProgress, console, error, note, table, warning


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_errors_and_warnings_are_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    error("bad.jpg: truncated;\n  try another copy")
    warning("no words found")
    note("read 3 photos")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "error: bad.jpg: truncated; try another copy\nwarning: no words found\nread 3 photos\n"
    )


def test_names_with_brackets_colons_and_escapes_are_shown_as_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error("[red]a[/red] :smile: \x1b[31m.jpg")
    assert capsys.readouterr().err == "error: [red]a[/red] :smile:  [31m.jpg\n"


def test_a_long_message_is_not_broken_into_lines(capsys: pytest.CaptureFixture[str]) -> None:
    error("word " * 100)
    assert capsys.readouterr().err.count("\n") == 1


def test_there_is_one_console_and_it_is_on_stderr() -> None:
    assert console() is console()
    assert console().stderr


def test_a_table_in_a_pipe_is_tab_separated_and_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    table(["name", "state"], [["crnn_xs", "ok"], ["x" * 200, "damaged\tor\nmissing"]], out)
    assert out.getvalue() == f"name\tstate\ncrnn_xs\tok\n{'x' * 200}\tdamaged or missing\n"
    table(["name"], [])
    assert capsys.readouterr().err == "name\n"


def test_a_table_on_a_terminal_is_drawn() -> None:
    out = Terminal()
    table(["name"], [["[b]crnn_xs[/b]"]], out)
    assert "[b]crnn_xs[/b]" in out.getvalue()
    assert "│" in out.getvalue()


def test_progress_without_a_terminal_is_a_plain_line_every_ten_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    with PhotoProgress(100, clock=clock) as progress:
        for i in range(25):
            clock.now += 1.0
            progress.add(words=2, failed=i == 3)
            progress.advance()
    assert capsys.readouterr().err.splitlines() == [
        "10/100 photos, 1 failed, 20 words, 1.0 photos/s, 1:30 left",
        "20/100 photos, 1 failed, 40 words, 1.0 photos/s, 1:20 left",
        "25/100 photos, 1 failed, 50 words, 1.0 photos/s, 0:25 in all",
    ]


@pytest.mark.parametrize(("total", "quiet"), [(100, True), (1, False), (0, False)])
def test_progress_is_silent_when_quiet_and_for_a_single_photo(
    total: int, quiet: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    with PhotoProgress(total, quiet=quiet, clock=clock) as progress:
        clock.now = 60.0
        progress.add(words=3)
        progress.advance()
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal_is_a_bar_and_leaves_its_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    screen, clock = Terminal(), Clock()
    drawn = Console(file=screen, force_terminal=True, width=100, markup=False, highlight=False)
    monkeypatch.setattr(module, "console", lambda: drawn)
    with PhotoProgress(4, clock=clock) as progress:
        for _ in range(4):
            clock.now += 0.5
            progress.add(words=5)
            progress.advance()
    assert "━" in screen.getvalue()
    assert "4/4 photos, 0 failed, 20 words, 2.0 photos/s, 0:02 in all\n" in screen.getvalue()


def test_an_interrupted_run_stops_the_bar_and_says_how_far_it_came(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(KeyboardInterrupt), PhotoProgress(9, clock=Clock()):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "0/9 photos, 0 failed, 0 words, - photos/s, 0:00 in all\n"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (7, "0:07"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03")]
)
def test_durations_read_as_on_a_clock(seconds: float, text: str) -> None:
    assert module.duration(seconds) == text


def test_rich_is_not_imported_until_something_is_said() -> None:
    code = "import sys, ocrpipe.console; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
