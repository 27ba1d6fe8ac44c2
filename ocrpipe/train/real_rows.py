"""Neighbouring words of labelled photos in one crop, as a detector gives them that runs them together.

A recogniser that has seen such crops tells by a space where one word ends, and the box can be cut there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.geometry import side_lengths
from ocrpipe.labels import Scene, load_scenes
from ocrpipe.train.real_crops import RealCrop, grey_image, rectified

MOST = 4  # words in a row
FARTHEST = 0.9  # gap between two of them, of their height
ALIKE = 1.4  # the higher of the two over the lower
STRAIGHT = 0.25  # how far the second may lie off the first one's line, of its height


def load_rows(folder: Path, margin: float = 0.25, tallest: int = 64) -> list[RealCrop]:
    """Every row of 2 to `MOST` transcribed neighbours in the photos of folder, as `real_crops.rectified` cuts
    them; the text has spaces.

    LabelError or ImageError for what cannot be read.
    """
    crops = []
    for scene in load_scenes(folder):
        rows = list(rows_of(scene))
        photo = grey_image(scene.image, str(scene.image)) if rows else np.zeros((0, 0), np.uint8)
        for quad, text in rows:
            crop, inset = rectified(photo, quad, margin, tallest)
            crops.append(RealCrop(crop, text, folder.resolve().name, inset))
    return crops


def rows_of(scene: Scene) -> Iterator[tuple[NDArray[np.float32], str]]:
    """Quads (4, 2) of rows, and what stands in them: every stretch of every line of words."""
    for line in _lines(scene):
        quads = scene.quads()[line]
        for count in range(2, MOST + 1):
            for start in range(len(line) - count + 1):
                first, last = quads[start], quads[start + count - 1]
                row = np.stack([first[0], last[1], last[2], first[3]])
                members = line[start : start + count]
                if not _holds_others(row, scene.quads(), members):
                    yield row, " ".join(str(scene.words[i].text) for i in members)


def _holds_others(row: NDArray[np.float32], quads: NDArray[np.float32], members: list[int]) -> bool:
    """Whether a word that is none of members, an illegible one say, lies in row."""
    middles = np.delete(quads, members, axis=0).mean(axis=1)
    return any(cv2.pointPolygonTest(row, (float(x), float(y)), False) >= 0 for x, y in middles)


def _lines(scene: Scene) -> Iterator[list[int]]:
    """Chains of words, each the next one to the right of the one before."""
    quads = scene.quads()
    legible = [i for i, w in enumerate(scene.words) if w.text and not w.ignore and " " not in w.text]
    following = {i: after for i in legible if (after := _next(quads, i, legible)) is not None}
    for start in set(following) - set(following.values()):
        chain = [start]
        while chain[-1] in following and len(chain) < len(legible):
            chain.append(following[chain[-1]])
        yield chain


def _next(quads: NDArray[np.float32], word: int, others: list[int]) -> int | None:
    """The word that begins where this one ends, on its line and of its height."""
    right = quads[word][[1, 2]]
    width, height = (float(side[0]) for side in side_lengths(quads[word][None]))
    if width < height:  # which way it reads is not sure
        return None
    along = (quads[word][1] - quads[word][0]) / max(width, 1e-6)
    best, nearest = None, FARTHEST * height
    for other in others:
        away = quads[other][[0, 3]].mean(axis=0) - right.mean(axis=0)
        gap, off = float(away @ along), abs(float(along[0] * away[1] - along[1] * away[0]))
        tall = float(side_lengths(quads[other][None])[1][0])
        alike = max(tall, height) <= ALIKE * min(tall, height)
        if other != word and alike and off <= STRAIGHT * height and -0.3 * height < gap < nearest:
            best, nearest = other, gap
    return best
