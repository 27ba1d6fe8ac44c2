"""How good detections are: ICDAR-2015 matching, precision, recall and their harmonic mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

MATCH_IOU = 0.5
IGNORE_SHARE = 0.5  # a detection with more than this of its area in an ignore region counts neither way


@dataclass(frozen=True, slots=True)
class Matching:
    """Counts over one photo or many: detections and ground-truth words that count, and pairs among them."""

    matched: int = 0
    detected: int = 0
    true: int = 0

    def __add__(self, other: Matching) -> Matching:
        return Matching(self.matched + other.matched, self.detected + other.detected, self.true + other.true)

    @property
    def precision(self) -> float:
        """Share of detections that are words; 0 where nothing was detected."""
        return self.matched / self.detected if self.detected else 0.0

    @property
    def recall(self) -> float:
        """Share of words that were detected; 0 where there are none."""
        return self.matched / self.true if self.true else 0.0

    @property
    def hmean(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Assignment:
    """pairs: (detection, truth) of one photo; counted: the detections that count, those outside ignore
    regions, ascending.
    """

    pairs: tuple[tuple[int, int], ...]
    counted: tuple[int, ...]


def assign(
    detected: NDArray[np.float32], true: NDArray[np.float32], ignored: NDArray[np.bool_]
) -> Assignment:
    """Which detections are which words: detected (N, 4, 2), true (M, 4, 2), ignored (M,) bool.

    As the ICDAR-2015 protocol does it: detections mostly inside an ignore region are dropped, then each word
    takes the first free detection with IoU > 0.5.
    """
    boxes, words = [_polygon(q) for q in detected], [_polygon(q) for q in true]
    kept = _outside(boxes, [w for w, skip in zip(words, ignored, strict=True) if skip])
    tree = STRtree([boxes[i] for i in kept])
    free, pairs = set(kept), []
    for number, (word, skip) in enumerate(zip(words, ignored, strict=True)):
        if skip:
            continue
        for near in sorted(int(i) for i in tree.query(word)):
            if kept[near] in free and _iou(boxes[kept[near]], word) > MATCH_IOU:
                free.discard(kept[near])
                pairs.append((kept[near], number))
                break
    return Assignment(tuple(pairs), tuple(kept))


def match(
    detected: NDArray[np.float32], true: NDArray[np.float32], ignored: NDArray[np.bool_]
) -> tuple[Matching, list[tuple[int, int]]]:
    """Counts of one photo and the pairs (detection, truth), as `assign` finds them."""
    found = assign(detected, true, ignored)
    return Matching(len(found.pairs), len(found.counted), int((~ignored).sum())), list(found.pairs)


def total(matchings: Iterable[Matching]) -> Matching:
    """Counts summed over photos, so that a photo with many words weighs more."""
    return sum(matchings, Matching())


def _polygon(quad: NDArray[np.float32]) -> BaseGeometry:
    polygon = Polygon(quad)
    return polygon if polygon.is_valid else polygon.buffer(0)


def _outside(boxes: list[BaseGeometry], regions: list[BaseGeometry]) -> list[int]:
    """Indices of boxes that lie in no single region by more than `IGNORE_SHARE`."""
    tree = STRtree(regions)
    return [
        i
        for i, box in enumerate(boxes)
        if not any(regions[int(k)].intersection(box).area > IGNORE_SHARE * box.area for k in tree.query(box))
    ]


def _iou(a: BaseGeometry, b: BaseGeometry) -> float:
    union = a.union(b).area
    return float(a.intersection(b).area / union) if union > 0 else 0.0
