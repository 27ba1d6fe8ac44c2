"""Labels whose boxes are those that a detector finds, to train a recogniser on what it will be given.

True boxes are drawn by hand along the letters; found ones are rectangles, a little askew and too tight or too
wide, each in its own way. Of the words found in street photos a tenth is read in the true box only. Training
on found boxes mended little of that for the released recogniser (benchmarks/detector.md); it may for another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors import Detector
from detectors.metrics import assign
from ocrpipe import crops, images
from ocrpipe.labels import Scene, SceneWord

COVERED = 0.85  # of the true box, at least: a box that cuts letters off teaches to invent them
SAME_WAY = 0.8  # cosine between the directions in which true and found boxes read


def found_scenes(scenes: Iterable[Scene], detectors: Sequence[Detector]) -> Iterator[Scene]:
    """Of each scene one for each detector, its words with texts in the boxes found by it; all others ignored.

    ImageError for a photo that cannot be read.
    """
    for scene in scenes:
        if any(word.text and not word.ignore for word in scene.words):
            photo = images.load(scene.image).pixels
            for detector in detectors:
                yield found_scene(scene, crops.oriented(detector.detect(photo).to_read()))


def found_scene(scene: Scene, quads: NDArray[np.float32]) -> Scene:
    """scene with found quads (N, 4, 2) in place of the true ones of words that they fit."""
    pairs = {true: box for box, true in assign(quads, scene.quads(), scene.ignored()).pairs}
    words = []
    for i, word in enumerate(scene.words):
        fits = i in pairs and word.text and _fits(quads[pairs[i]], np.array(word.quad, np.float32))
        words.append(_moved(word, quads[pairs[i]]) if fits else replace(word, text=None, ignore=True))
    return replace(scene, words=tuple(words))


def _moved(word: SceneWord, quad: NDArray[np.float32]) -> SceneWord:
    first, second, third, fourth = ((round(float(x), 1), round(float(y), 1)) for x, y in quad)
    return replace(word, quad=(first, second, third, fourth))


def _fits(found: NDArray[np.float32], true: NDArray[np.float32]) -> bool:
    """Whether found covers the word in true, and is read in the same direction."""
    shared, _ = cv2.intersectConvexConvex(found, true)
    along, wanted = found[1] - found[0], true[1] - true[0]
    cosine = float(along @ wanted) / max(float(np.linalg.norm(along) * np.linalg.norm(wanted)), 1e-6)
    return shared >= COVERED * abs(cv2.contourArea(true)) and cosine >= SAME_WAY
