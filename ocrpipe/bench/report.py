"""What a run took, and how it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from ocrpipe.machine import Machine

COLUMNS = ("stage", "median ms", "lower quartile", "upper quartile", "CPU ms")


@dataclass(frozen=True, slots=True)
class Stage:
    """Milliseconds a photo in one stage: median and quartiles of the time that passed, and the mean time of
    processors. Networks are parts of the stages that run them.
    """

    name: str
    median_ms: float
    lower_ms: float
    upper_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a run took: photos that were read, those that could not be, words, each stage.

    images_per_s: by the time that passed; cpu_s_per_image: of all cores together; overhead: processor time of
    everything as a multiple of the two networks', 0 where there are none; peak_memory_mb: of the whole
    process, None where the system does not tell.
    """

    machine: Machine
    models: tuple[str, ...]
    photos: int
    failed: int
    words: int
    stages: tuple[Stage, ...]
    images_per_s: float
    cpu_s_per_image: float
    overhead: float
    peak_memory_mb: float | None


def rows(report: Report) -> list[tuple[str, ...]]:
    """The cells of a table of report's stages, one for each of `COLUMNS`."""
    times = ((s.name, (s.median_ms, s.lower_ms, s.upper_ms, s.cpu_ms)) for s in report.stages)
    return [(name, *(f"{value:.1f}" for value in values)) for name, values in times]


def summary(report: Report) -> str:
    """report in a few lines: the machine, what was read, how fast, in how much memory."""
    memory = "not known" if report.peak_memory_mb is None else f"{report.peak_memory_mb:.0f} MB"
    return "\n".join(
        (
            f"{report.machine.processor}, {report.machine.cores} cores; {' + '.join(report.models) or '-'}",
            f"{report.photos} photos, {report.words} words, {report.failed} photos that cannot be read",
            f"{report.images_per_s:.2f} images/s, {report.cpu_s_per_image:.3f} CPU seconds an image, "
            f"{report.overhead:.2f} times the networks' own; peak memory {memory}",
        )
    )


def to_json(report: Report) -> str:
    """report as JSON, its fields by their names; times to the microsecond."""
    plain = msgspec.to_builtins(report)
    return json.dumps(_rounded(plain), indent=2)


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return round(value, 3) if isinstance(value, float) else value
