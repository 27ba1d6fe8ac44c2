"""What to render, drawn by any number of processes: sample i depends on the seed and on i alone."""

from __future__ import annotations

import multiprocessing
import signal
import string
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import cv2
import numpy as np

from detectors.geometry import area, clip
from ocrpipe.device import usable_cores
from ocrpipe.errors import FontError, WorkerError
from ocrpipe.labels import SceneWord
from ocrpipe.synth.fonts import FontPool, load_faces
from ocrpipe.synth.phrases import load_phrases
from ocrpipe.synth.scenes import RenderedScene, SceneRenderer, load_photos
from ocrpipe.synth.words import WordRenderer, load_backgrounds
from ocrpipe.synth.writer import Writer

CHARACTERS = string.digits + string.ascii_letters + string.punctuation
LEAST_VISIBLE, WHOLE = 0.5, 0.9  # share of a quad inside the picture: below, it is ignored; untranscribed
PAGE_SHARE = 0.4  # of mixed scenes
_CHUNK = 8  # samples a message between processes
_MANY = 9  # samples
_AHEAD = 3  # chunks a process that are begun before the oldest is asked for

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DrawnWord:
    """png: the crop, 32 px high and grey, as a file; text: what it says."""

    png: bytes
    text: str

    @property
    def count(self) -> int:
        """Words in it."""
        return 1


@dataclass(frozen=True, slots=True)
class DrawnScene:
    """jpeg: the scene as a file of size x size pixels; words: all on it, cut off at its edges."""

    jpeg: bytes
    size: int
    words: tuple[SceneWord, ...]

    @property
    def count(self) -> int:
        """Words in it."""
        return len(self.words)


class Order(Protocol[T_co]):
    """Something that can be ordered by number, and sent to another process."""

    def begin(self) -> Callable[[int], T_co]:
        """Load what it takes; then sample i is drawn by calling the result with i."""

    def __hash__(self) -> int:
        """Equal orders are begun once a process."""


@dataclass(frozen=True, slots=True)
class WordOrder:
    """Word crops from the fonts, lexicons and backgrounds in data. difficulty: 0 short and clean .. 1."""

    data: Path
    seed: int
    held_out: bool = False
    difficulty: float = 1.0

    def begin(self) -> Callable[[int], DrawnWord]:
        """FontError, LabelError or ImageError for a folder without fonts, lexicons or backgrounds."""
        fonts, phrases = _fonts(self.data, self.held_out), load_phrases(self.data / "lexicons", CHARACTERS)
        renderer = WordRenderer(phrases, fonts, load_backgrounds(self.data / "backgrounds"))

        def draw(index: int) -> DrawnWord:
            word = renderer.render(np.random.default_rng((self.seed, index)), self.difficulty)[0]
            return DrawnWord(_encoded(".png", word.crop), word.text)

        return draw


@dataclass(frozen=True, slots=True)
class SceneOrder:
    """Scenes of size x size pixels from the same folder. kind: "street", "page", or "mixed"."""

    data: Path
    seed: int
    held_out: bool = False
    size: int = 640
    kind: str = "mixed"

    def begin(self) -> Callable[[int], DrawnScene]:
        """FontError, LabelError or ImageError for a folder without fonts, lexicons or backgrounds."""
        writer = Writer(load_phrases(self.data / "lexicons", CHARACTERS), _fonts(self.data, self.held_out))
        renderer = SceneRenderer(writer, load_photos(self.data / "backgrounds"))

        def draw(index: int) -> DrawnScene:
            rng = np.random.default_rng((self.seed, index))
            page = self.kind == "page" or (self.kind == "mixed" and rng.random() < PAGE_SHARE)
            scene = (renderer.page if page else renderer.street)(self.size, rng)
            jpeg = _encoded(".jpg", scene.image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 93])
            return DrawnScene(jpeg, self.size, _labels(scene, self.size))

        return draw


def choose_workers(asked: int | None, count: int) -> int:
    """How many processes: as asked, or by default one a core where there is enough to do for several."""
    if asked is not None:
        return asked
    return usable_cores() if count >= _MANY and usable_cores() > 1 else 0


def drawn(order: Order[T], count: int, workers: int = 0) -> Iterator[T]:
    """Samples 0 .. count - 1 of order, in that order, the same whatever the number of processes (0: none)."""
    if workers == 0:
        cv2.setNumThreads(0)
        draw = order.begin()
        yield from (draw(index) for index in range(count))
        return
    spans = [(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
    # Spawned, not forked: OpenCV's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _quiet)
    running: deque[Future[list[Any]]] = deque()
    try:
        for span in spans:
            running.append(pool.submit(_chunk, order, span))
            if len(running) >= _AHEAD * workers:
                yield from _result(running.popleft())
        while running:
            yield from _result(running.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _result(future: Future[list[T]]) -> list[T]:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool as error:
        raise WorkerError("a process that renders ended by itself; try fewer --workers") from error


def _quiet() -> None:
    cv2.setNumThreads(0)  # one process, one core
    # Ctrl-C reaches the whole group, yet it is the parent that ends its helpers.
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _chunk(order: Order[T], span: tuple[int, int]) -> list[T]:
    draw = _begun(order)
    return [draw(index) for index in range(*span)]


@lru_cache(maxsize=1)
def _begun(order: Order[T]) -> Callable[[int], T]:
    return order.begin()


def _fonts(data: Path, held_out: bool) -> FontPool:
    folder = data / "fonts"
    faces = load_faces(folder, held_out)
    if not faces:
        kept = "held out" if held_out else "not held out"
        raise FontError(f"{folder}: no face in it is {kept}; name a folder with more families")
    return FontPool(faces, CHARACTERS)


def _encoded(suffix: str, image: np.ndarray[Any, np.dtype[np.uint8]], options: Sequence[int] = ()) -> bytes:
    return bytes(cv2.imencode(suffix, image, list(options))[1])


def _labels(scene: RenderedScene, size: int) -> tuple[SceneWord, ...]:
    """The words as ground truth: cut off at the picture's edge, hardly visible ones ignored."""
    words = []
    inside = clip(scene.quads, size, size)
    for quad, cut, text, ignored in zip(scene.quads, inside, scene.texts, scene.ignored, strict=True):
        visible = area(cut) / max(area(quad), 1e-6)
        if visible < 0.02:
            continue
        a, b, c, d = ((round(float(x), 2), round(float(y), 2)) for x, y in cut)
        ignore = bool(ignored) or visible < LEAST_VISIBLE
        words.append(SceneWord((a, b, c, d), text if visible >= WHOLE else None, ignore))
    return tuple(words)
