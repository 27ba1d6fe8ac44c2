"""Photos read one by one, every stage timed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ocrpipe import console, images
from ocrpipe.bench.report import Report, Stage
from ocrpipe.bench.stopwatch import Stopwatch
from ocrpipe.bench.timed import NETWORKS, STAGES, TimedPipeline
from ocrpipe.errors import ImageError
from ocrpipe.machine import describe, peak_memory_mb
from ocrpipe.pipeline import Pipeline


def bench(pipeline: Pipeline, photos: Sequence[Path], *, repeat: int = 1, warm_up: int = 2) -> Report:
    """Read photos one by one, repeat times, after warm_up readings of the first that do not count.

    A photo that cannot be read is told on stderr and left out. Raises ImageError where that leaves none, and
    ValueError for repeat below 1 or warm_up below 0.
    """
    if repeat < 1 or warm_up < 0:
        raise ValueError(f"repeat must be 1 or more and warm-up 0 or more, got {repeat} and {warm_up}")
    timed = TimedPipeline(pipeline)
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
