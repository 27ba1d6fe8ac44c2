"""Classical word detection without weights: letters are connected components, gaps part the words.

A baseline, a fallback and an honest rival of the network: it finds clear print on an even ground, upright or
slightly tilted, dark on light and light on dark. In photos of the street most of what it finds is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, box

from detectors.base import Detections, Image
from detectors.geometry import clip, min_area_quad

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_LETTERS = 6000  # of one polarity, the largest: noise has no end, a full page has about 4000
_SPACES = (0.1, 0.6)  # of the height: narrower gaps never part two words, wider ones always do
_FULL_CONTRAST = 128.0  # grey levels between ink and ground at which a word's score no longer grows


@dataclass(frozen=True, slots=True, eq=False)
class _Letters:
    """boxes (K, 4) left, top, right, bottom, pixels; fill (K,) share of ink; contrast (K,) in grey levels."""

    boxes: Floats
    fill: Floats
    contrast: Floats


@dataclass(frozen=True, slots=True)
class ContourDetector:
    """Finds words as runs of letter-like connected components.

    line_gap:  the widest space between two letters of a line, as a share of their height.
    contrast:  the least difference to the ground, in grey levels, that counts as ink.
    min_score: words that score less are left out, 0..1.
    long_side: larger photos are scaled down to it first, which bounds the time; pixels.
    """

    line_gap: float = 0.9
    contrast: int = 50
    min_score: float = 0.4
    long_side: int = 1600

    def detect(self, image: Image) -> Detections:
        """Word quads in image, (H, W, 3) uint8 RGB; scores grow with contrast and number of letters."""
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise ValueError(f"image must be (H, W, 3) uint8, got {image.shape} {image.dtype}")
        if min(image.shape[:2]) < 5:
            return Detections.empty()
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        height, width = grey.shape
        factor = min(1.0, self.long_side / max(height, width))
        size = max(round(width * factor), 1), max(round(height * factor), 1)
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        quads, scores = self._words(grey)
        quads *= np.array([width / size[0], height / size[1]], np.float32)
        return Detections(clip(quads, width, height), scores)

    def _words(self, grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        difference = cv2.subtract(_ground(grey), grey, dtype=cv2.CV_16S)
        quads, scores = [], []
        for ink in (difference, -difference):
            letters = _letters(np.asarray(ink, np.int16), self.contrast)
            for members in _words_of(letters, self.line_gap):
                score = _score(letters, members)
                if score >= max(self.min_score, 1e-6):
                    quads.append(_quad(letters.boxes[members]))
                    scores.append(score)
        if not quads:
            return np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32)
        found, certain = np.stack(quads), np.array(scores, np.float32)
        kept = _outermost(found)
        return found[kept], certain[kept]


def _ground(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The brightness of the ground around each pixel of grey (H, W): a median, text being the lesser half.

    A mean would be pulled towards the ink, and the paper between letters would then pass for light letters.
    """
    height, width = grey.shape
    small = cv2.resize(grey, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    median = cv2.medianBlur(np.asarray(small, np.uint8), int(np.clip(min(small.shape) // 12, 5, 31)) | 1)
    return np.asarray(cv2.resize(median, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _letters(ink: NDArray[np.int16], contrast: int) -> _Letters:
    """The components of ink (H, W), darkness against the ground, shaped like a letter or a few."""
    mask = (ink > contrast).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    left, top, width, height, area = (stats[1:, k].astype(np.float64) for k in range(5))
    fill = area / np.maximum(width * height, 1)
    fits = (height >= 5) & (height <= 0.6 * ink.shape[0]) & (area >= 8)
    fits &= (width <= 12 * height) & (fill >= 0.12) & ((fill <= 0.9) | (height > 2.5 * width) | (height < 12))
    chosen = np.flatnonzero(fits)
    if len(chosen) > _MOST_LETTERS:
        chosen = np.sort(chosen[np.argsort(-area[chosen], kind="stable")[:_MOST_LETTERS]])
    darkness = np.bincount(labels.ravel(), weights=np.maximum(ink, 0).ravel(), minlength=len(stats))[1:]
    boxes = np.stack([left, top, left + width, top + height], axis=1)
    return _Letters(boxes[chosen], fill[chosen], (darkness / np.maximum(area, 1))[chosen])


def _lines_of(letters: _Letters, gap: float) -> list[Ints]:
    """Letters grouped into lines: side by side, of like height and contrast, closer than gap heights."""
    boxes = letters.boxes
    if len(boxes) == 0:
        return []
    height = boxes[:, 3] - boxes[:, 1]
    margin = gap * height
    tree = STRtree(box(*boxes.T))
    pairs = tree.query(box(boxes[:, 0] - margin, boxes[:, 1], boxes[:, 2] + margin, boxes[:, 3]))
    first, second = np.asarray(pairs, np.int64)
    small, large = np.minimum(height[first], height[second]), np.maximum(height[first], height[second])
    shared = np.minimum(boxes[first, 3], boxes[second, 3]) - np.maximum(boxes[first, 1], boxes[second, 1])
    apart = np.maximum(boxes[first, 0], boxes[second, 0]) - np.minimum(boxes[first, 2], boxes[second, 2])
    dark, pale = (f(letters.contrast[first], letters.contrast[second]) for f in (np.maximum, np.minimum))
    joined = (first < second) & (small >= 0.45 * large) & (shared >= 0.5 * small) & (pale >= 0.4 * dark)
    joined &= apart <= gap * (small + large) / 2
    return _components(len(boxes), first[joined], second[joined])


def _words_of(letters: _Letters, line_gap: float) -> list[Ints]:
    """Letters grouped into words: lines, parted where their gaps are wide *for this line*."""
    words: list[Ints] = []
    for line in _lines_of(letters, line_gap):
        line = line[np.argsort(letters.boxes[line, 0], kind="stable")]
        boxes = letters.boxes[line]
        gaps = boxes[1:, 0] - np.maximum.accumulate(boxes[:-1, 2])
        gaps = gaps / np.median(boxes[:, 3] - boxes[:, 1])
        words.extend(np.split(line, np.flatnonzero(gaps > _space(gaps)) + 1))
    return words


def _space(gaps: Floats) -> float:
    """The width from which one of gaps (K,), in letter heights, parts words: amid the widest jump."""
    inner = np.sort(np.concatenate([gaps.clip(*_SPACES), _SPACES]))
    jump = int(np.argmax(np.diff(inner)))
    return float(inner[jump] + inner[jump + 1]) / 2


def _components(count: int, first: Ints, second: Ints) -> list[Ints]:
    """The connected components of items 0..count-1 under the links first-second."""
    root = np.arange(count)
    while True:  # every round at least halves the longest way to a root
        low = np.minimum(root[first], root[second])
        following = root.copy()
        np.minimum.at(following, root[first], low)
        np.minimum.at(following, root[second], low)
        following = following[following]
        if np.array_equal(following, root):
            break
        root = following
    order = np.argsort(root, kind="stable")
    return list(np.split(order, np.flatnonzero(np.diff(root[order])) + 1))


def _score(letters: _Letters, members: Ints) -> float:
    """0..1; 0 for what is no word: a lone component that is square and solid, or nearly empty."""
    certainty = min(float(letters.contrast[members].mean()) / _FULL_CONTRAST, 1.0)
    if len(members) == 1:
        fill = float(letters.fill[members[0]])
        return 0.5 * certainty if 0.2 <= fill <= 0.75 else 0.0
    return certainty * (1 - 0.5 ** len(members))


def _quad(boxes: Floats) -> NDArray[np.float32]:
    """The quad (4, 2) around the letters' boxes (K, 4), with a pixel of margin; turned if the word is."""
    (left, top), (right, bottom) = boxes[:, :2].min(axis=0) - 1, boxes[:, 2:].max(axis=0) + 1
    upright = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    if len(boxes) < 3:
        return upright
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    slope = np.polyfit(centres[:, 0], centres[:, 1], 1)[0] if np.ptp(centres[:, 0]) > 1 else 0.0
    if abs(slope) < 0.08:  # 4.6 degrees: below it ascenders and descenders tilt the fit, not the word
        return upright
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)
    return min_area_quad(corners.astype(np.float32))


def _outermost(quads: NDArray[np.float32]) -> Ints:
    """Indices of quads that do not lie, by more than 60 %, in a larger one, as holes of letters do."""
    low, high = quads.min(axis=1), quads.max(axis=1)
    areas = np.prod(high - low, axis=1)
    boxes = box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    inner, outer = np.asarray(STRtree(boxes).query(boxes), np.int64)
    sides = np.minimum(high[inner], high[outer]) - np.maximum(low[inner], low[outer])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    larger = (areas[outer] > areas[inner]) | ((areas[outer] == areas[inner]) & (outer < inner))
    hidden = inner[larger & (shared > 0.6 * areas[inner])]
    return np.setdiff1d(np.arange(len(quads)), hidden)
