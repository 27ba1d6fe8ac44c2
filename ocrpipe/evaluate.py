"""Measuring against ground truth: where words were found, what they were read as, and both at once.

Nothing here has a path of its own to an answer: photos go through the same detector, crops, recogniser and
pipeline that a user's photos go through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Detector
from detectors.metrics import Matching, match, total
from ocrpipe import crops, images
from ocrpipe.labels import Scene
from ocrpipe.page import Page
from recognizer.base import Recognizer
from recognizer.metrics import WordScores, normalise, score_words


@dataclass(frozen=True, slots=True)
class ReadScores:
    """detection: boxes alone; end_to_end: boxes whose text is right too, case-insensitive and
    alphanumeric.
    """

    photos: int
    detection: Matching
    end_to_end: Matching


def score_detector(detector: Detector, scenes: Sequence[Scene]) -> Matching:
    """ICDAR-2015 matching of the detector's quads on every scene's photo, summed."""
    found = (detector.detect(images.load(scene.image).pixels).quads for scene in scenes)
    pairs = zip(found, scenes, strict=True)
    return total(match(quads, scene.quads(), scene.ignored())[0] for quads, scene in pairs)


def score_reading(read: Callable[[Scene], Page], scenes: Sequence[Scene]) -> ReadScores:
    """Boxes and texts of pages against the scenes', summed; read gives a scene's page."""
    both = [_score_page(read(scene), scene) for scene in scenes]
    return ReadScores(len(both), total(d for d, _ in both), total(e for _, e in both))


def score_true_boxes(recognizer: Recognizer, scenes: Sequence[Scene]) -> WordScores:
    """The recogniser alone: words cut out by their true quads."""
    predictions: list[str] = []
    truths: list[str] = []
    for scene in scenes:
        words = [word for word in scene.words if word.text and not word.ignore]
        quads = np.array([word.quad for word in words], np.float32).reshape(-1, 4, 2)
        cut = crops.extract(images.load(scene.image).pixels, crops.oriented(quads))
        predictions += [transcript.text for transcript in recognizer.transcribe(cut)]
        truths += [str(word.text) for word in words]
    return score_words(predictions, truths)


def _score_page(page: Page, scene: Scene) -> tuple[Matching, Matching]:
    """Detection counts, and end-to-end counts in which a matched word must also be read right.

    End to end, a truth without a letter or digit is an ignore region, as an illegible one is: after
    normalisation there is nothing in it to read.
    """
    quads = np.array([word.polygon for word in page.words], np.float32).reshape(-1, 4, 2)
    boxes, _ = match(quads, scene.quads(), scene.ignored())
    read, pairs = match(quads, scene.quads(), scene.ignored() | _unreadable(scene))
    right = sum(
        normalise(page.words[found].text) == normalise(scene.words[true].text or "") for found, true in pairs
    )
    return boxes, Matching(right, read.detected, read.true)


def _unreadable(scene: Scene) -> NDArray[np.bool_]:
    return np.array([not normalise(word.text or "") for word in scene.words], np.bool_)
