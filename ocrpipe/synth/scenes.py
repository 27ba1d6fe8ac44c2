"""Rendered scenes for the detector: printed pages and photos of places, with a quad for every word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import ImageError
from ocrpipe.synth import clutter, displays, documents
from ocrpipe.synth.camera import photograph, scan
from ocrpipe.synth.forms import form
from ocrpipe.synth.sheet import Canvas, Placed, Sheet
from ocrpipe.synth.stage import Stage, any_view
from ocrpipe.synth.writer import Writer

Photo = NDArray[np.uint8]
Draw = Callable[[Writer, int, int, int, np.random.Generator], Sheet]
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
LEAST_HEIGHT = 6.0  # pixels; lower words are ignore regions,
LEAST_WIDTH = 3.0  # pixels; and slimmer ones,
LEAST_CONTRAST = 22.0  # grey levels; so are fainter ones,
MOST_BLUR = 0.14  # of the height as the blur's deviation; and more blurred ones,
MOST_HIDDEN = 0.4  # and those of which something hides more than this

PAGES: tuple[tuple[Draw, float], ...] = (
    (form, 0.5), (documents.book, 0.22), (documents.menu, 0.12), (documents.receipt, 0.08),
    (displays.screen, 0.04),
)  # fmt: skip
LARGE: tuple[tuple[Draw, float], ...] = (
    (displays.poster, 0.4), (documents.menu, 0.16), (displays.screen, 0.12), (form, 0.1),
    (documents.book, 0.12), (documents.receipt, 0.1),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class RenderedScene:
    """image: (S, S, 3) uint8 RGB; quads: (N, 4, 2) float32 in its pixels, perhaps reaching over its edge;
    texts: N of them; ignored: (N,) bool, too small, too faint, too blurred or too hidden to be asked for.
    """

    image: Photo
    quads: NDArray[np.float32]
    texts: tuple[str, ...]
    ignored: NDArray[np.bool_]


def load_photos(folder: Path) -> list[Photo]:
    """Colour photos of folder, (H, W, 3) uint8 RGB, at least 64 px a side, by name. ImageError if none."""
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)
    photos = (cv2.imread(str(path), cv2.IMREAD_COLOR) for path in files)
    usable = [np.asarray(p[:, :, ::-1], np.uint8) for p in photos if p is not None and min(p.shape[:2]) >= 64]
    if not usable:
        raise ImageError(
            f"{folder}: no background photo of 64 px or more; name a folder with JPEG or PNG files"
        )
    return usable


@dataclass(frozen=True, slots=True)
class SceneRenderer:
    """Draws square scenes of any size from 64 px; every choice comes from the generator given."""

    writer: Writer
    photos: Sequence[Photo]
    plates: float = 0.46  # of the pieces in a street; nearly all others are bare lettering

    def page(self, size: int, rng: np.random.Generator) -> RenderedScene:
        """A piece of a printed page, form, receipt, menu or screen, scanned or photographed straight."""
        pixels = _pixels(9, 28, rng)
        if rng.random() < 0.04:
            sheet = Sheet(clutter.empty_table(size, size, rng))
        else:
            sheet = _pick(PAGES, rng)(self.writer, size, size, pixels, rng)
        if rng.random() < 0.75:
            return finished(scan(sheet.canvas, rng), sheet.words, 0.0)
        image, sigma = photograph(sheet.canvas, rng)
        return finished(image, sheet.words, sigma)

    def street(self, size: int, rng: np.random.Generator) -> RenderedScene:
        """A photo with signs, lettering, posters, screens, or with clutter only; things hide others."""
        stage = Stage(self._background(size, rng))
        kind = rng.random()
        if kind < 0.1 or kind > 0.85:
            clutter.scatter(stage.canvas, int(rng.integers(1, 5)), rng)
        if kind >= 0.1:
            if rng.random() < 0.25:
                self._close(stage, size, rng)
            self._pieces(stage, size, rng)
        hidden = clutter.occlude(stage.canvas, rng) if rng.random() < 0.12 else None
        image, sigma = photograph(stage.canvas, rng)
        return finished(image, stage.words, sigma, hidden)

    def _close(self, stage: Stage, size: int, rng: np.random.Generator) -> None:
        """One large thing that fills much of the picture."""
        height, width = (int(size * rng.uniform(0.35, 1.0)) for _ in range(2))
        draw = _pick(LARGE, rng)
        sheet = draw(self.writer, height, width, _pixels(10, max(16, size // 12), rng), rng)
        stage.hang(sheet, any_view(rng), rng, glow=draw is displays.screen)

    def _pieces(self, stage: Stage, size: int, rng: np.random.Generator) -> None:
        """Signs and lettering of all sizes, most of them on one wall; small ones come in crowds."""
        wall = any_view(rng)
        small = rng.random() < 0.4
        for _ in range(int(rng.integers(2, 12 if small else 6))):
            pixels = _pixels(9, 20, rng) if small and rng.random() < 0.7 else _pixels(12, size // 6, rng)
            most = max(1, int(size * 0.9 / pixels / 4))  # words that fit into a line
            words, lines = min(most, int(rng.integers(1, 5))), int(rng.choice([1, 1, 1, 2, 2, 3, 4]))
            kind = rng.random()
            if kind < self.plates:
                sheet = displays.plate(self.writer, lines, words, pixels, rng)
            elif kind < 0.9:
                sheet = displays.lettering(self.writer, lines, words, pixels, rng)
            else:
                sheet = displays.arched(self.writer, pixels, rng)
            if max(sheet.canvas.shape) < 1.1 * size:
                stage.hang(sheet, wall.near(rng) if rng.random() < 0.7 else any_view(rng), rng)

    def _background(self, size: int, rng: np.random.Generator) -> Canvas:
        photo = self.photos[int(rng.integers(len(self.photos)))]
        least = min(photo.shape[:2])
        side = int(rng.integers(min(least, max(64, size // 3)), least + 1))
        top, left = int(rng.integers(photo.shape[0] - side + 1)), int(rng.integers(photo.shape[1] - side + 1))
        piece = photo[top : top + side, left : left + side]
        if rng.random() < 0.5:
            piece = piece[:, ::-1]
        return cv2.resize(piece, (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _pixels(low: float, high: float, rng: np.random.Generator) -> int:
    """A letter size, as many between 10 and 20 as between 20 and 40."""
    return int(np.exp(rng.uniform(np.log(low), np.log(max(high, low + 1)))))


def _pick(shares: tuple[tuple[Draw, float], ...], rng: np.random.Generator) -> Draw:
    weights = np.array([share for _, share in shares])
    return shares[int(rng.choice(len(shares), p=weights / weights.sum()))][0]


def finished(
    image: Photo, words: Sequence[Placed], sigma: float, hidden: NDArray[np.uint8] | None = None
) -> RenderedScene:
    """The scene of a picture with its words, blurred by sigma pixels, parts hidden (S, S) where that is 1."""
    quads = np.array([word.quad for word in words], np.float32).reshape(-1, 4, 2)
    # All at once: `detectors.geometry.sides` a word would cost more than drawing it.
    top, right, bottom, left = np.linalg.norm(np.roll(quads, -1, axis=1) - quads, axis=2).T
    width, height = (top + bottom) / 2, (right + left) / 2  # (N,) each
    contrast = np.array([word.contrast for word in words], np.float32)
    ignored = (height < LEAST_HEIGHT) | (width < LEAST_WIDTH) | (contrast < LEAST_CONTRAST)
    ignored |= sigma > MOST_BLUR * height
    if hidden is not None:
        ignored |= np.array([_hidden(quad, hidden) for quad in quads], np.bool_)
    return RenderedScene(image, quads, tuple(word.text for word in words), ignored.astype(np.bool_))


def _hidden(quad: NDArray[np.float32], hidden: NDArray[np.uint8]) -> bool:
    """Whether too much of a quad lies under what hides (S, S)."""
    word = np.zeros_like(hidden)
    cv2.fillConvexPoly(word, np.round(quad).astype(np.int32), 1)
    area = int(word.sum())
    return area > 0 and int((word & hidden).sum()) > MOST_HIDDEN * area
