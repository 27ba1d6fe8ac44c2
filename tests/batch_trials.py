"""A whole run of the command as its own process: killed, resumed, and looked at from outside."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Records = dict[tuple[str, int], dict[str, Any]]


def start(folder: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    """`ocrpipe read folder -o out` with options, quietly."""
    command = [sys.executable, str(ROOT / "cli.py"), "read", "-q", str(folder), "-o", str(out), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def lines(out: Path) -> int:
    """How many whole records there are."""
    return out.read_bytes().count(b"\n") if out.exists() else 0


def kill_and_resume(folder: Path, out: Path, kill_at: Sequence[int], *options: str) -> int:
    """Kill the run each time it has so many records, go on, let the last one end; the exit code of that."""
    for i, records in enumerate(kill_at):
        process = start(folder, out, *options, *(["--resume"] if i else []))
        while lines(out) < records and process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    return start(folder, out, *options, "--resume").wait()


def records(out: Path) -> Records:
    """The records in out by path and page, without the times they took; each must be there once."""
    found: Records = {}
    for line in out.read_text().splitlines():
        record = json.loads(line)
        key = record["source"]["path"], record["source"]["page"]
        assert key not in found, f"{key} is recorded twice"
        found[key] = {**record, "timing_ms": None}
    return found


def resident(parent: int) -> list[float]:
    """Megabytes of memory that each child of a process, and itself, really holds."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (parent, *children)]
    return [round(count * 4096 / 1e6, 1) for count in pages]


def watch(process: subprocess.Popen[bytes], out: Path, at: list[int]) -> dict[int, list[float]]:
    """The resident memory of process and its children when out has so many records."""
    seen: dict[int, list[float]] = {}
    while process.poll() is None:
        for mark in at:
            if mark not in seen and lines(out) >= mark:
                try:
                    seen[mark] = resident(process.pid)
                except FileNotFoundError:  # it ended while it was looked at
                    continue
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    return seen
