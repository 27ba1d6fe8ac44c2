"""Worker processes that die, hang and fail: what comes of their photos."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrpipe.batch.pool import Pool
from ocrpipe.batch.reading import Read, Task, Work
from ocrpipe.errors import WeightsError, WorkerError
from ocrpipe.images import Intake, Photo, parse_pages
from ocrpipe.page import Page

# What a photo does to its worker, by its width.
DIE, DIE_ONCE, HANG, WEIGHTS, FINE = 20, 21, 22, 23, 24


def load(folder: Path) -> Work:
    """A work that knows itself by the process it runs in."""
    return partial(work, folder)


def work(folder: Path, photo: Photo) -> Page:
    width = photo.info.width
    first = folder / "died once"
    if width == DIE or (width == DIE_ONCE and not first.exists()):
        first.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if width == HANG:
        (folder / "hangs").touch()
        threading.Event().wait()
    if width == WEIGHTS:
        raise WeightsError("x.onnx: gone")
    return Page(photo.source, photo.info)


def die_while_loading() -> Work:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def refuse_to_load() -> Work:
    raise ValueError("unknown device 'gpu'")


def picture(folder: Path, *widths: int, name: str = "") -> Path:
    """A TIFF of as many pages as widths."""
    frames = [Image.fromarray(np.zeros((10, width), np.uint8)) for width in widths]
    path = folder / (name or f"{'-'.join(map(str, widths))}.tif")
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


def tasks(*paths: Path, intake: Intake = Intake()) -> list[Task]:  # noqa: B008 - frozen
    return [Task(number, path, path.name, intake) for number, path in enumerate(paths)]


def clock(folder: Path) -> Callable[[], float]:
    """Stands still until a work hangs; then half a second passes with every look, whenever the first is."""
    seconds = count(0.0, 0.5)
    return lambda: next(seconds) if (folder / "hangs").exists() else 0.0


def told(reads: list[Read], number: int) -> list[tuple[int, int, str]]:
    """Page, pages and error type (or ok) of the records of task number, in the order they came."""
    outcomes = [read.outcome for read in reads if read.number == number]
    assert outcomes.count(None) == 1
    assert outcomes[-1] is None
    pages = [outcome.page for outcome in outcomes if outcome is not None]
    return [(p.source.page, p.source.pages, p.error.type if p.error else "ok") for p in pages]


def test_a_worker_that_dies_is_replaced_and_its_photo_tried_once_more(tmp_path: Path) -> None:
    fine = [picture(tmp_path, FINE, name=f"{i}.tif") for i in range(3)]
    paths = [picture(tmp_path, DIE), fine[0], picture(tmp_path, DIE_ONCE), *fine[1:], tmp_path / "gone.tif"]
    with Pool(partial(load, tmp_path), 2) as pool:
        reads = list(pool.read(iter(tasks(*paths))))
    assert [told(reads, number) for number in range(6)] == [
        [(1, 1, "WorkerError")],
        *[[(1, 1, "ok")]] * 4,
        [(1, 1, "ImageError")],
    ]
    (failed,) = [r.outcome.page for r in reads if r.number == 0 and r.outcome is not None]
    assert failed.error is not None
    assert failed.error.message == (
        "20.tif: its process died twice (killed, perhaps for want of memory); scale it down, or look at"
        " the file"
    )


def test_a_page_that_hangs_or_kills_costs_no_other_page(tmp_path: Path) -> None:
    (tmp_path / "died once").touch()
    paths = [picture(tmp_path, FINE, HANG, FINE, FINE), picture(tmp_path, FINE, DIE, FINE)]
    with Pool(partial(load, tmp_path), 1, timeout=9.0, clock=clock(tmp_path)) as pool:
        reads = list(pool.read(iter(tasks(*paths, intake=Intake(pages=parse_pages("1-3"))))))
    assert told(reads, 0) == [(1, 4, "ok"), (2, 4, "PhotoTimeoutError"), (3, 4, "ok")]
    assert told(reads, 1) == [(1, 3, "ok"), (2, 3, "WorkerError"), (3, 3, "ok")]
    late = next(r.outcome.page.error for r in reads if r.outcome is not None and r.outcome.page.error)
    assert late is not None
    assert late.message == "24-22-24-24.tif: not read within 9 seconds; raise --timeout"


def test_pixels_come_back_only_where_they_are_wanted(tmp_path: Path) -> None:
    task = tasks(picture(tmp_path, FINE))
    for wanted in (False, True):
        with Pool(partial(load, tmp_path), 1, with_photos=wanted) as pool:
            first, _ = pool.read(iter(task))
        assert first.outcome is not None
        assert (first.outcome.photo is not None) == wanted


def test_weights_that_fail_end_the_run(tmp_path: Path) -> None:
    with Pool(partial(load, tmp_path), 1) as pool, pytest.raises(WeightsError, match="gone"):
        list(pool.read(iter(tasks(picture(tmp_path, WEIGHTS)))))


def test_what_goes_wrong_while_loading_is_raised_here(tmp_path: Path) -> None:
    paths = tasks(picture(tmp_path, FINE))
    with Pool(refuse_to_load, 1) as pool, pytest.raises(ValueError, match="unknown device 'gpu'"):
        list(pool.read(iter(paths)))
    with Pool(die_while_loading, 1) as pool, pytest.raises(WorkerError, match="die while they load"):
        list(pool.read(iter(paths)))


def test_once_stopped_no_further_photo_is_begun(tmp_path: Path) -> None:
    paths = [picture(tmp_path, FINE, name=f"{i}.tif") for i in range(5)]
    stopped: list[int] = []
    with Pool(partial(load, tmp_path), 1, stop=lambda: bool(stopped)) as pool:
        for read in pool.read(iter(tasks(*paths))):
            if read.outcome is None:
                stopped.append(read.number)
    assert stopped in ([0], [0, 1])  # the next is begun before the end of the first is told


def test_no_photo_is_begun_too_far_ahead_of_the_oldest(tmp_path: Path) -> None:
    fine = [picture(tmp_path, FINE, name=f"{i}.tif") for i in range(5)]
    paths = [picture(tmp_path, HANG), *fine]
    done: list[int] = []
    with Pool(partial(load, tmp_path), 2, timeout=9.0, ahead=2, clock=lambda: 1e3 * (len(done) > 1)) as pool:
        done.extend(read.number for read in pool.read(iter(tasks(*paths))) if read.outcome is None)
    assert sorted(done) == list(range(6))
    assert done.index(0) == 2  # 1 and 2 were done meanwhile, and 3 had to wait
