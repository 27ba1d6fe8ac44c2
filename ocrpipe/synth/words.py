"""Rendered word crops: grey, 32 px high, as a detector would have cut them out of a photo or a scan.

The order is the world's: ink in a plane, the plane seen at an angle, a coarse sensor (the crop is composed at
its own *source height*, 9..48 px), then light, lens, noise and codec, and last the recogniser's own resize to
32.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import ImageError
from ocrpipe.synth import effects, wear
from ocrpipe.synth.effects import Grey
from ocrpipe.synth.fonts import FontPool, open_font
from ocrpipe.synth.levels import NO_PAIRS
from ocrpipe.synth.phrases import Phrases
from ocrpipe.synth.raster import Mask, Raster, beside, rasterise
from ocrpipe.synth.word_view import HEIGHT, WIDEST, view
from ocrpipe.synth.writer import ANY, DOCUMENT_FACES

DOCUMENT_SHARE = 0.3
REAL_PAIRS = 0.7  # of scene words, with the levels of a real one
_ROW = 25  # characters of several words in a row, at most
_GAPS = 0.55, 2.2  # between them, in widths of the face's own space


@dataclass(frozen=True, slots=True)
class RenderedWord:
    """crop: (32, w) uint8 grey, 8 <= w <= 384; text: what it says."""

    crop: NDArray[np.uint8]
    text: str


@dataclass(frozen=True, slots=True)
class WordRenderer:
    """Everything a word is made of. backgrounds: grey photos, (H, W) uint8, each at least 64 px a side.
    pairs: (N, 2) grey levels of surface and ink to choose from, see `levels`; none for any.
    """

    phrases: Phrases
    fonts: FontPool
    backgrounds: Sequence[NDArray[np.uint8]]
    pairs: NDArray[np.float32] = field(default_factory=lambda: NO_PAIRS)

    def render(
        self, rng: np.random.Generator, difficulty: float = 1.0, looks: int = 1, words: int = 1
    ) -> list[RenderedWord]:
        """One word, or so many in a row, in `looks` different lights (same letters, same view). difficulty
        0..1 lengthens and degrades.

        The curriculum needs the easy end: a CTC network given long, hard words from the start stays on its
        plateau.
        """
        document = rng.random() < DOCUMENT_SHARE * difficulty
        longest = 25 if rng.random() < 0.05 * difficulty else round(5 + 11 * difficulty)
        height = _source_height(rng, difficulty, document)
        raster = None
        while raster is None:
            drawn = [self.phrases.draw(rng, min(longest, _ROW // words)) for _ in range(words)]
            text = " ".join(drawn)
            raster = self._raster(text, rng, height, difficulty, document)
        layers, size = view(
            _ink_layers(raster, rng, difficulty, document), raster, rng, height, difficulty, document
        )
        width = int(np.clip(round(size[0] * HEIGHT / size[1]), 8, WIDEST))
        rendered = []
        for _ in range(looks):
            image = self._paper(layers, rng) if document else self._scene(layers, rng, difficulty)
            image = _camera(image, rng, difficulty, document)
            shrink = (
                cv2.INTER_AREA if size[1] > HEIGHT else (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(2)]
            )
            crop = np.clip(cv2.resize(image, (width, HEIGHT), interpolation=shrink), 0, 255).astype(np.uint8)
            rendered.append(RenderedWord(crop, text))
        return rendered

    def _raster(
        self, text: str, rng: np.random.Generator, height: int, difficulty: float, document: bool
    ) -> Raster | None:
        size = int(np.clip(round(height * rng.uniform(1.15, 1.5) / 3) * 3, 12, 66))
        faces = document_faces(rng) if document else ANY
        font = open_font(self.fonts.draw(text.replace(" ", ""), rng, faces).path, size)
        spaced = rng.random() < 0.15 * difficulty
        spacing = size * float(rng.uniform(-0.04, 0.3)) if spaced else 0.0
        gap = float(rng.uniform(*_GAPS)) if " " in text else 1.0
        raster = rasterise(text, font, spacing, margin=size // 2 + 2, gap=gap)
        if raster is not None and document:
            raster = wear.used(raster, rng, difficulty)
        if raster is None or rng.random() > 0.35 * difficulty:
            return raster
        neighbour = rasterise(self.phrases.draw(rng, 8), font, spacing, margin=1)
        where = ("left", "right", "above", "below")[rng.integers(4)]
        gap = round(size * float(rng.uniform(0.12, 0.35)))
        return beside(raster, neighbour, where, gap) if neighbour else raster

    def _scene(self, layers: list[Mask], rng: np.random.Generator, difficulty: float) -> Grey:
        """Ink (the last layer), with outline, shadow or extrusion (those before it), on a wall or a sign."""
        shape = layers[-1].shape
        paper, ink = self._levels(rng, difficulty)
        image = self._surface(rng, shape, paper, abs(ink - paper), difficulty)
        for mask in layers[:-1]:
            level = rng.choice([0.0, 255.0, paper + (paper - ink) * 0.5, rng.uniform(0, 255)])
            image = _blend(image, mask, np.float32(np.clip(level, 0, 255)), float(rng.uniform(0.4, 1)))
        colour: Grey | np.float32 = np.float32(ink)
        if rng.random() < 0.25 * difficulty:  # worn paint, printed texture, reflections inside the letters
            colour = self._surface(rng, shape, ink, abs(ink - paper), difficulty)
        return _blend(image, layers[-1], colour, 1.0)

    def _levels(self, rng: np.random.Generator, difficulty: float) -> tuple[float, float]:
        """Grey of the surface and of the ink, 0..255: mostly as real words have them, else either may be the
        lighter. Hard pairs are close together.
        """
        while True:
            real = len(self.pairs) and rng.random() < REAL_PAIRS
            least = (110 - 70 * difficulty) * (0.5 if real else 1.0)
            if real:
                paper, ink = self.pairs[int(rng.integers(len(self.pairs)))] + rng.normal(0, 8, 2)
            else:
                paper, ink = rng.uniform(0, 255, 2)
            if abs(paper - ink) >= least:
                return float(np.clip(paper, 0, 255)), float(np.clip(ink, 0, 255))

    def _surface(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        level: float,
        contrast: float,
        difficulty: float,
    ) -> Grey:
        """A flat, shaded or photographed surface of that mean level; its relief stays below the text's
        contrast.
        """
        kind = rng.random()
        if kind > 0.65 * difficulty or not len(self.backgrounds):
            return np.full(shape[:2], level, np.float32)
        patch = self._patch(rng, shape)
        relief = contrast * float(rng.uniform(0.1, 0.5 if kind > 0.15 else 0.8))
        gain = np.float32(relief / max(float(patch.std()) * 2, 8.0))
        return np.asarray(np.float32(level) + (patch - patch.mean()) * gain, np.float32)

    def _patch(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Grey:
        photo = self.backgrounds[int(rng.integers(len(self.backgrounds)))]
        height, width = shape[:2]
        zoom = float(rng.uniform(0.5, 2.0))
        h, w = min(int(height * zoom) + 2, photo.shape[0]), min(int(width * zoom) + 2, photo.shape[1])
        top, left = int(rng.integers(photo.shape[0] - h + 1)), int(rng.integers(photo.shape[1] - w + 1))
        patch = cv2.resize(
            photo[top : top + h, left : left + w], (width, height), interpolation=cv2.INTER_LINEAR
        )
        return np.asarray(patch, np.float32)

    def _paper(self, layers: list[Mask], rng: np.random.Generator) -> Grey:
        """Print on paper: dark on light nearly always, flat, sometimes faint, in a shaded field or specked.

        Half of it is as scanners give it, the paper all but white.
        """
        whitest = 230 if rng.random() < 0.5 else 185
        paper, ink = float(rng.uniform(whitest, 255)), float(rng.uniform(0, 110))
        if rng.random() < 0.08:
            paper, ink = ink, paper
        image = np.full(layers[-1].shape, paper, np.float32)
        if rng.random() < 0.05:
            image = effects.screen(image, rng, (paper - ink) * float(rng.uniform(0.2, 0.6)))
        image = _blend(image, layers[-1], np.float32(ink), float(rng.uniform(0.6, 1)))
        return effects.specks(image, rng) if rng.random() < 0.1 else image


def document_faces(rng: np.random.Generator) -> Collection[str]:
    """Categories of what a document is set in, none for any face: text faces mostly, typewriters' often."""
    upto = np.cumsum([share for share, _ in DOCUMENT_FACES])
    return DOCUMENT_FACES[int(np.searchsorted(upto[:-1], rng.random(), side="right"))][1]


def _source_height(rng: np.random.Generator, difficulty: float, document: bool) -> int:
    if document:
        return int(rng.uniform(9, 26))
    lowest = 28 - 17 * difficulty
    return int(np.exp(rng.uniform(np.log(lowest), np.log(48))))


def _ink_layers(raster: Raster, rng: np.random.Generator, difficulty: float, document: bool) -> list[Mask]:
    """The word's mask, behind it perhaps an outline, a shadow or an extrusion."""
    mask, box = raster.mask, raster.box
    unit = max(1.0, (box[3] - box[1]) / 24)
    if rng.random() < 0.12 * difficulty:
        mask = _bolder(mask, unit * float(rng.uniform(0.3, 1.0)))
    kind = rng.random()
    if document or kind > 0.25 * difficulty:
        return [mask]
    if kind < 0.1 * difficulty:
        return [_bolder(mask, unit * float(rng.uniform(1, 2.5))), mask]
    dx, dy = (round(float(d)) for d in rng.uniform(-2.5, 2.5, 2) * unit)
    shadow = _shifted(mask, dx, dy)
    if kind < 0.18 * difficulty:
        return [
            np.asarray(cv2.GaussianBlur(shadow, (0, 0), 0.5 + unit * float(rng.random())), np.uint8),
            mask,
        ]
    return [np.maximum(shadow, _shifted(mask, dx // 2, dy // 2)), mask]


def _bolder(mask: Mask, radius: float) -> Mask:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))), np.uint8)


def _shifted(mask: Mask, dx: int, dy: int) -> Mask:
    move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(cv2.warpAffine(mask, move, mask.shape[::-1]), np.uint8)


def _blend(image: Grey, mask: Mask, colour: Grey | np.float32, opacity: float) -> Grey:
    alpha = mask.astype(np.float32) * np.float32(opacity / 255)
    return np.asarray(image + (colour - image) * alpha, np.float32)


def _camera(image: Grey, rng: np.random.Generator, difficulty: float, document: bool) -> Grey:
    """Light, lens, sensor and codec. Blur and noise are in proportion to the word's height and contrast: a
    word that nobody could read teaches nothing."""
    height = image.shape[0]
    contrast = float(image.max() - image.min())
    if rng.random() < (0.15 if document else 0.4) * difficulty:
        image = effects.uneven_light(image, rng)
    if document and rng.random() < 0.15:
        image = effects.threshold_softly(image, rng)
    if rng.random() < 0.65 * difficulty:
        image = effects.defocus(image, height * float(rng.uniform(0.005, 0.045 if document else 0.07)))
    elif not document and rng.random() < 0.4 * difficulty:
        image = effects.motion_blur(image, rng, 3 + 2 * int(rng.integers(max(1, height // 12))))
    if rng.random() < 0.6 * difficulty:
        image = effects.noise(image, rng, contrast * float(rng.uniform(0.005, 0.07)))
    if rng.random() < 0.3 * difficulty:
        image = effects.gamma(image, float(np.exp(rng.normal(0, 0.35))))
    if rng.random() < 0.5 * difficulty:
        image = effects.jpeg(image, int(rng.integers(30, 95)))
    return image


def load_backgrounds(folder: Path, limit: int | None = None) -> list[NDArray[np.uint8]]:
    """Grey photos of folder, (H, W) uint8, those of at least 64 px a side, by name. ImageError when there is
    none.
    """
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})[:limit]
    photos = (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in files)
    usable = [np.asarray(p, np.uint8) for p in photos if p is not None and min(p.shape) >= 64]
    if not usable:
        raise ImageError(
            f"{folder}: no background photo of 64 px or more in it; name a folder with JPEG or PNG files"
        )
    return usable
