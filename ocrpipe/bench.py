"""How long reading takes, stage by stage, on this machine and these photos.

Nothing is timed that a user's photo would not go through: the pipeline is the one that `read` uses, with a
stopwatch before and after its two stages and their networks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections, Detector, Image
from detectors.db_detector import DBDetector
from ocrpipe import console, images
from ocrpipe.errors import ImageError
from ocrpipe.formats import FORMATS
from ocrpipe.machine import Machine, describe, peak_memory_mb
from ocrpipe.pipeline import Pipeline
from recognizer.base import Crop, Recognizer, Transcript
from recognizer.crnn_recognizer import CRNNRecognizer, Network

DETECTOR_NETWORK, RECOGNIZER_NETWORK = "detector network", "recognizer network"
STAGES = ("decode", "detect", "crop", "transcribe", "order", "write")
NETWORKS = (DETECTOR_NETWORK, RECOGNIZER_NETWORK)  # parts of detect and of transcribe


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


def bench(pipeline: Pipeline, photos: Sequence[Path], *, repeat: int = 1, warm_up: int = 2) -> Report:
    """Read photos one by one, repeat times, after warm_up readings of the first that do not count.

    A photo that cannot be read is told on stderr and left out. Raises ImageError where that leaves none, and
    ValueError for repeat below 1 or warm_up below 0.
    """
    if repeat < 1 or warm_up < 0:
        raise ValueError(f"repeat must be 1 or more and warm-up 0 or more, got {repeat} and {warm_up}")
    timed = _Timed(pipeline)
    good = [photo for photo in photos if _can_be_read(photo)]
    if not good:
        raise ImageError(f"none of {len(photos)} photos can be read; nothing to measure")
    for _ in range(warm_up):
        timed.read(good[0])
    start = time.perf_counter(), time.process_time()
    readings = [timed.read(photo) for _ in range(repeat) for photo in good]
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    watches = [watch for watch, _ in readings]
    networks = sum(watch.cpu.get(name, 0.0) for watch in watches for name in NETWORKS)
    return Report(
        describe(),
        tuple(info.id for info in (pipeline.detector_info, pipeline.recognizer_info) if info is not None),
        len(good),
        len(photos) - len(good),
        sum(words for _, words in readings[: len(good)]),
        tuple(_stage(name, watches) for name in (*STAGES, *NETWORKS)),
        len(readings) / wall,
        cpu / len(readings),
        cpu / networks if networks else 0.0,
        peak_memory_mb(),
    )


COLUMNS = ("stage", "median ms", "lower quartile", "upper quartile", "CPU ms")


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


class _Timed:
    """A pipeline with a stopwatch at its joints."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.watch = Stopwatch()
        self.pipeline = copy(pipeline)
        self.pipeline.detector = _TimedDetector(self, pipeline.detector)
        self.pipeline.recognizer = _TimedRecognizer(self, pipeline.recognizer)

    def read(self, path: Path) -> tuple[Stopwatch, int]:
        """How long each stage took for the photo at path, and how many words it has."""
        self.watch = watch = Stopwatch()
        watch.start()
        photo = images.load(path)
        watch.lap("decode")
        page = self.pipeline.read_photo(photo)
        watch.lap("order")
        FORMATS["json"].alone(page)
        watch.lap("write")
        return watch, len(page.words)

    def network(self, network: Network, name: str) -> Network:
        """network, timed under name."""

        def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
            with self.watch.within(name):
                return network(batch)

        return run


class _TimedDetector:
    """What passes before `detect` is called again, or before anything else, is cropping's or ordering's."""

    def __init__(self, timed: _Timed, detector: Detector) -> None:
        if isinstance(detector, DBDetector):
            detector = replace(detector, network=timed.network(detector.network, DETECTOR_NETWORK))
        self.timed, self.inner = timed, detector

    def detect(self, image: Image) -> Detections:
        self.timed.watch.lap("order")
        found = self.inner.detect(image)
        self.timed.watch.lap("detect")
        return found


class _TimedRecognizer:
    def __init__(self, timed: _Timed, recognizer: Recognizer) -> None:
        if isinstance(recognizer, CRNNRecognizer):
            recognizer = copy(recognizer)
            recognizer.network = timed.network(recognizer.network, RECOGNIZER_NETWORK)
        self.timed, self.inner = timed, recognizer

    def transcribe(self, crops: Sequence[Crop]) -> list[Transcript]:
        self.timed.watch.lap("crop")
        found = self.inner.transcribe(crops)
        self.timed.watch.lap("transcribe")
        return found


def _can_be_read(photo: Path) -> bool:
    try:
        images.load(photo)
    except ImageError as error:
        console.error(str(error))
        return False
    return True


def _stage(name: str, watches: Sequence[Stopwatch]) -> Stage:
    wall = [1000 * watch.wall.get(name, 0.0) for watch in watches]
    lower, median, upper = np.percentile(wall, [25, 50, 75]).tolist()
    cpu = 1000 * sum(watch.cpu.get(name, 0.0) for watch in watches) / len(watches)
    return Stage(name, median, lower, upper, cpu)
