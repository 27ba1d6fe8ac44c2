"""What worker processes are worth here: photos per second with 1 and N, beside what the machine could give.

    python benchmarks/throughput.py $OCRPIPE_DATA/scenes/ic15_dev/images --photos 200 --workers 2

Runs alternate. The ceiling is how much more N processes of pure arithmetic do than one, in the same minutes:
cores that share a floating-point unit, or other work on the machine, hold both back. Peak memory of a worker
is that of one that reads photos of 12 megapixels.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe.batch.pool import Pool
from ocrpipe.batch.reading import Task, Work
from ocrpipe.images import Photo, find_photos
from ocrpipe.page import Page
from ocrpipe.pipeline import load_pipeline

ROUNDS = 3


def load() -> Work:
    """The default pipeline."""
    return load_pipeline(device="cpu").read_photo


def seconds(photos: list[Path], workers: int) -> float:
    """How long so many workers take for photos, once they are loaded and warm."""
    with Pool(load, workers) as pool:
        warm = len(photos[:workers])
        tasks = iter([Task(i, path, str(path)) for i, path in enumerate(photos[:workers] + photos)])
        done, begun = 0, 0.0
        for read in pool.read(tasks):
            done += read.outcome is None
            if done == warm and not begun:
                begun = time.perf_counter()
        return time.perf_counter() - begun


def arithmetic(_: int = 0) -> float:
    """Seconds for a fixed amount of arithmetic in the cache of one core."""
    values = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    begun = time.perf_counter()
    for _ in range(5_000):
        values = np.tanh(values @ values)
    return time.perf_counter() - begun


def ceiling(workers: int) -> float:
    """How many times as much arithmetic workers processes do as one, in the same time."""
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        alone = statistics.median(pool.map(arithmetic, [0])[0] for _ in range(ROUNDS))
        together = statistics.median(max(pool.map(arithmetic, range(workers), 1)) for _ in range(ROUNDS))
    return workers * alone / together


def watched() -> Work:
    """The default pipeline, which tells after each photo what its process has held at most."""
    read = load()

    def work(photo: Photo) -> Page:
        page = read(photo)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak of a worker after {photo.source.path}: {peak:.0f} MB", flush=True)
        return page

    return work


def large(photo: Path, folder: Path) -> Iterator[Path]:
    """Three photos of 4000 x 3000 pixels."""
    with Image.open(photo) as image:
        enlarged = image.convert("RGB").resize((4000, 3000))
    for i in range(3):
        enlarged.save(folder / f"{i}.jpg", quality=90)
        yield folder / f"{i}.jpg"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--photos", default=200, show_default=True, help="How many, names repeated if there are fewer.")
@click.option("--workers", default=2, show_default=True)
def main(folder: Path, photos: int, workers: int) -> None:
    """Print photos per second and the ratio, the ceiling, and the peak memory of a worker."""
    found = list(find_photos([folder]))
    chosen = (found * (photos // len(found) + 1))[:photos]
    print(f"arithmetic: {workers} processes do {ceiling(workers):.2f} times the work of one")
    ratios = []
    for _ in range(ROUNDS):
        one, several = seconds(chosen, 1), seconds(chosen, workers)
        ratios.append(one / several)
        print(f"photos/s: {photos / one:.2f} with 1, {photos / several:.2f} with {workers}: {ratios[-1]:.2f}")
    print(f"arithmetic: {workers} processes do {ceiling(workers):.2f} times the work of one")
    print(f"median of {ROUNDS}: {statistics.median(ratios):.2f}")
    with tempfile.TemporaryDirectory() as room, Pool(watched, 1) as pool:
        paths = list(large(found[0], Path(room)))
        list(pool.read(iter([Task(i, path, path.name) for i, path in enumerate(paths)])))


if __name__ == "__main__":
    main()
