"""A detector against labelled photos: precision, recall, hmean by ICDAR 2015's protocol, by word height."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from detectors.base import Detector
from detectors.metrics import Matching, total
from ocrpipe import images
from ocrpipe.evaluate import gallery
from ocrpipe.evaluate.gallery import Shown
from ocrpipe.evaluate.photos import JudgedBoxes, judge_boxes
from ocrpipe.evaluate.rates import HeightRow, Rates, by_height
from ocrpipe.labels import Scene


@dataclass(frozen=True, slots=True)
class DetectorReport:
    """false_per_photo: boxes that are no word, per photo; seconds_per_photo: of detecting alone."""

    photos: int
    boxes: Rates
    false_per_photo: float
    by_height: tuple[HeightRow, ...]
    seconds_per_photo: float


def say_nothing() -> None:
    """Nothing is done after each photo."""


def evaluate_detector(
    detector: Detector, scenes: Sequence[Scene], show: int = 0, done: Callable[[], None] = say_nothing
) -> tuple[DetectorReport, list[Shown]]:
    """What detector finds in scenes, and `show` of the photos with it, evenly spread.

    done is called after each photo; they are loaded one at a time. Raises ImageError for one that cannot be.
    """
    judged, shown, seconds = [], [], 0.0
    wanted = gallery.choose(len(scenes), show)
    for number, scene in enumerate(scenes):
        pixels = images.load(scene.image).pixels
        start = time.perf_counter()
        quads = detector.detect(pixels).quads
        seconds += time.perf_counter() - start
        boxes, found = judge_boxes(quads, scene)
        judged.append(boxes)
        if number in wanted:
            shown.append(gallery.show(pixels, scene, quads, found))
        done()
    return _report(judged, seconds), shown


def _report(judged: Sequence[JudgedBoxes], seconds: float) -> DetectorReport:
    counts, photos = total(boxes.counts for boxes in judged), max(1, len(judged))
    return DetectorReport(
        len(judged),
        Rates.of(counts),
        (counts.detected - counts.matched) / photos,
        by_height(
            (word for boxes in judged for word in boxes.true),
            (box for boxes in judged for box in boxes.detected),
        ),
        seconds / photos,
    )


def score_detector(detector: Detector, scenes: Sequence[Scene]) -> Matching:
    """ICDAR-2015 matching of the detector's quads on every scene's photo, summed."""
    found = (detector.detect(images.load(scene.image).pixels).quads for scene in scenes)
    pairs = zip(found, scenes, strict=True)
    return total(judge_boxes(quads, scene)[0].counts for quads, scene in pairs)
