"""Photos with what was found in them: words found green, missed red, boxes that are no word orange."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from detectors.metrics import Assignment
from ocrpipe.labels import Scene
from ocrpipe.overlay.fonts import font

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

FOUND, MISSED, FALSE, MISREAD, IGNORED = (
    (0, 160, 0),
    (225, 0, 0),
    (255, 140, 0),
    (170, 0, 200),
    (150, 150, 150),
)
_WIDTH, _COLUMNS, _CAPTION = 640, 3, 20  # pixels of a photo, photos a row, pixels below each
_PAPER, _INK = 255, (16, 16, 16)


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo of the gallery, (H, 640, 3) uint8 RGB, and the line below it."""

    picture: Picture
    caption: str


def choose(count: int, wanted: int) -> frozenset[int]:
    """Which of count photos to show: wanted of them, evenly spread, or all where there are fewer."""
    return frozenset(np.linspace(0, count - 1, min(count, wanted)).round().astype(int).tolist())


def show(
    pixels: Picture,
    scene: Scene,
    quads: NDArray[np.float32],
    found: Assignment,
    misread: Sequence[tuple[int, str]] = (),
) -> Shown:
    """pixels (H, W, 3) with scene's words and quads (N, 4, 2), by their fate.

    misread: boxes that are words, but were read as something else, and what is to be written beside them.
    """
    factor = _WIDTH / pixels.shape[1]
    size = (_WIDTH, max(1, round(pixels.shape[0] * factor)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    picture = Image.fromarray(np.asarray(small, np.uint8))
    pen = ImageDraw.Draw(picture)
    seen, right, notes = {word for _, word in found.pairs}, {box for box, _ in found.pairs}, dict(misread)
    for number, word in enumerate(scene.words):
        if number not in seen:
            _outline(pen, np.array(word.quad) * factor, IGNORED if word.ignore else MISSED)
    for box in found.counted:
        colour = FALSE if box not in right else MISREAD if box in notes else FOUND
        _outline(pen, quads[box] * factor, colour)
        if box in notes:
            _write(pen, quads[box] * factor, notes[box])
    missed = sum(not word.ignore for word in scene.words) - len(seen)
    read = f", {len(notes)} misread" if misread else ""
    counts = f"{len(seen)} found{read}, {missed} missed, {len(found.counted) - len(right)} false"
    return Shown(np.array(picture, np.uint8), f"{scene.image.name}: {counts}")


def arrange(photos: Iterable[Shown]) -> Picture:
    """All photos as one picture (H, 1920, 3) uint8 RGB, three a row, with a legend. None give the legend."""
    shown = list(photos)
    rows = [_legend()]
    for start in range(0, len(shown), _COLUMNS):
        rows.append(_row(shown[start : start + _COLUMNS]))
    return np.concatenate(rows)


def _row(shown: Sequence[Shown]) -> Picture:
    height = max(photo.picture.shape[0] for photo in shown) + _CAPTION
    row = np.full((height, _WIDTH * _COLUMNS, 3), _PAPER, np.uint8)
    for place, photo in enumerate(shown):
        row[: len(photo.picture), place * _WIDTH : (place + 1) * _WIDTH] = photo.picture
    picture = Image.fromarray(row)
    pen = ImageDraw.Draw(picture)
    for place, photo in enumerate(shown):
        at = (place * _WIDTH + 4, len(photo.picture) + 2)
        pen.text(at, photo.caption, fill=_INK, font=font(14))
    return np.array(picture, np.uint8)


def _legend() -> Picture:
    picture = Image.new("RGB", (_WIDTH * _COLUMNS, 28), "white")
    pen, x = ImageDraw.Draw(picture), 8.0
    names = ("found", "found but misread", "missed", "false", "ignored")
    for name, colour in zip(names, (FOUND, MISREAD, MISSED, FALSE, IGNORED), strict=True):
        pen.rectangle((x, 8, x + 14, 20), fill=colour)
        pen.text((x + 20, 6), name, fill=_INK, font=font(14))
        x += 40 + font(14).getlength(name)
    return np.array(picture, np.uint8)


def _outline(pen: ImageDraw.ImageDraw, quad: NDArray[np.floating], colour: Colour) -> None:
    corners = [(float(x), float(y)) for x, y in quad]
    pen.line([*corners, corners[0]], fill=colour, width=2)


def _write(pen: ImageDraw.ImageDraw, quad: NDArray[np.floating], text: str) -> None:
    x, y = float(quad[:, 0].min()), float(quad[:, 1].max())
    box = pen.textbbox((x, y), text, font=font(12))
    pen.rectangle(box, fill=(255, 255, 255))
    pen.text((x, y), text, fill=MISREAD, font=font(12))
