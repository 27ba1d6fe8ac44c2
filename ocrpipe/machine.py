"""This machine in words, without its name: what a measurement has to say beside its numbers."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from ocrpipe.device import usable_cores

_LINUX_PROCESSORS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Machine:
    """processor: its model; cores: those this process may use; system: "Linux", ...; python: its version."""

    processor: str
    cores: int
    system: str
    python: str


def describe() -> Machine:
    """The machine that this process runs on."""
    return Machine(_processor(), usable_cores(), platform.system(), platform.python_version())


def peak_memory_mb() -> float | None:
    """The most memory that this process has held so far, in megabytes (10^6 bytes); None where unknown."""
    if os.name != "posix":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
    )  # macOS counts bytes, Linux kilobytes


def _processor() -> str:
    """The name that its maker gave the processor, as far as the system tells it."""
    try:
        lines = _LINUX_PROCESSORS.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine() or "unknown processor"
