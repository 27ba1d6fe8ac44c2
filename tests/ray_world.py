"""A Ray cluster of two machines of one CPU each, all on this one, and work for it that kills what does it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ocrpipe.batch.reading import Work
from ocrpipe.images import Photo
from ocrpipe.page import Page

ROOT = Path(__file__).resolve().parent.parent
POISON, ACTOR_DIES = 20, 21  # what a photo does, by its width


def load(folder: Path) -> Work:
    """A work that reads nothing, and dies where the photo says so; what it did before is in folder."""
    return partial(work, folder)


def work(folder: Path, photo: Photo) -> Page:
    """Die of a POISON photo each time; of the first one that says ACTOR_DIES take the actor with us."""
    if photo.info.width == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    if photo.info.width == ACTOR_DIES and not (folder / "died").exists():
        (folder / "died").touch()
        os.kill(os.getppid(), signal.SIGKILL)
    return Page(photo.source, photo.info)


def spot(path: Path, width: int = 120) -> Path:
    """A white photo with a dark spot in the middle."""
    pixels = np.full((60, width, 3), 255, np.uint8)
    pixels[20:40, width // 4 : -width // 4] = 0
    Image.fromarray(pixels).save(path)
    return path


@contextmanager
def two_machines() -> Iterator[str]:
    """The address of the cluster while it is entered; its actors find the project and this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
        import ray

        cluster = _start(machines=2, tries=4)
        try:
            yield str(cluster.address)
        finally:
            ray.shutdown()
            cluster.shutdown()


def _start(machines: int, tries: int) -> Any:
    """A cluster. Ray gives up a machine whose helpers take more than 15 seconds to start, as they may on a
    busy computer; then all begins anew.
    """
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    try:
        for _ in range(machines):
            cluster.add_node(num_cpus=1, include_dashboard=False, include_log_monitor=False, no_monitor=True)
    except Exception:  # Ray raises no other
        cluster.shutdown()
        if tries == 1:
            raise
        return _start(machines, tries - 1)
    return cluster
