"""Where the labels of a picture go: beside their words, apart from each other, inside the picture.

Boxes are (x0, y0, x1, y1) in pixels, continuous as everywhere (see `detectors.geometry`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_GRID = 1024  # cells along the longer side of the map of words; coarser ones jump over the gaps between lines
_PASSES = 2  # the second moves labels that were placed before their neighbours
# Costs of lying on things, times the fraction of the label's area: two labels on each other are both lost, a
# label on its own word hides only what it says itself.
_ON_LABEL, _ON_OTHER_WORD, _ON_OWN_WORD = 8.0, 3.0, 1.2
_PER_RANK, _PER_SHRINK = 0.03, 0.15  # of a less preferred place, of a smaller letter
# (edge, position along it), best place first: edge 0 is the top one, 0 its start as the quad runs, 1 its end.
_PLACES = (
    *((0, 0.0), (2, 1.0), (0, 0.5), (0, 1.0), (2, 0.5), (2, 0.0)),
    *((1, 0.5), (3, 0.5), (1, 0.0), (1, 1.0), (3, 1.0), (3, 0.0)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where labels went.

    boxes:  (N, 4) float64, all 0 for a label that was not placed.
    steps:  (N,) which of its sizes each label has.
    hiding: (N,) how much of each label lies on other words or labels, as a fraction of its area.
    """

    boxes: Floats
    steps: NDArray[np.intp]
    hiding: Floats


def place_labels(quads: Floats, sizes: Floats, width: int, height: int, gap: float) -> Placement:
    """A box for the label of each of N words, beside the word where there is room.

    quads: (N, 4, 2) of all words. sizes: (N, S, 2), the width and height of each label, largest first, none
    larger than the picture; a label of width 0 is not placed and disturbs nobody. gap: pixels between a word
    and its label. Greedy in the order given, with a second pass; the same input gives the same boxes.
    """
    count = len(quads)
    boxes, steps, hiding = np.zeros((count, 4)), np.zeros(count, np.intp), np.zeros(count)
    candidates = _candidates(quads, sizes, width, height, gap)  # (N, K, 4), K = S * P
    on_others, on_own = _on_words(candidates, quads, width, height)
    rank, step = np.arange(len(_PLACES) + 1) * _PER_RANK, np.arange(sizes.shape[1]) * _PER_SHRINK
    cost = _ON_OTHER_WORD * on_others + _ON_OWN_WORD * on_own + (step[:, None] + rank).reshape(-1)  # (N, K)
    present = np.flatnonzero(sizes[:, 0, 0] > 0)
    for _ in range(_PASSES):
        for i in present:
            boxes[i] = 0  # it is not in its own way
            on_labels = _overlap(candidates[i], boxes)
            best = int(np.argmin(np.round(cost[i] + _ON_LABEL * on_labels, 9)))
            boxes[i], steps[i] = candidates[i, best], best // len(rank)
            hiding[i] = on_labels[best] + on_others[i, best]
    return Placement(boxes, steps, hiding)


def extents(quad: Floats) -> tuple[float, float]:
    """Mean length of quad (4, 2) along its text and across it, in pixels."""
    edges = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(edges[0] + edges[2]) / 2, float(edges[1] + edges[3]) / 2


def word_height(quad: Floats) -> float:
    """The shorter extent of quad (4, 2), in pixels: the height of its letters, however the word is turned."""
    return min(extents(quad))


def _candidates(quads: Floats, sizes: Floats, width: int, height: int, gap: float) -> Floats:
    """Boxes to choose from, (N, S * P, 4): size by size, and for each size place by place, best first."""
    edge = np.array([e for e, _ in _PLACES])
    along = np.array([a for _, a in _PLACES])[:, None]  # (P, 1), to meet the coordinates
    leaving = np.roll(quads, -1, axis=1) - quads
    length = np.maximum(np.linalg.norm(leaving, axis=2, keepdims=True), 1e-9)
    direction = (leaving / length)[:, None, edge]  # (N, 1, P, 2)
    normal = np.stack(
        [direction[..., 1], -direction[..., 0]], axis=-1
    )  # outwards: quads run clockwise, y down
    size = sizes[:, :, None]  # (N, S, 1, 2)
    reach_along = (np.abs(direction) * size).sum(axis=-1, keepdims=True)  # (N, S, P, 1)
    reach_out = (np.abs(normal) * size).sum(axis=-1, keepdims=True)
    # A label touches its edge from outside, flush with the edge's start, middle or end.
    shift = along * length[:, None, edge] + (0.5 - along) * reach_along
    beside = quads[:, None, edge] + direction * shift + normal * (reach_out / 2 + gap)  # (N, S, P, 2)
    # Last comes the word itself, for where nothing else is left.
    on_it = np.broadcast_to(quads.mean(axis=1)[:, None, None], (*sizes.shape[:2], 1, 2))
    centres = np.concatenate([beside, on_it], axis=2)
    corners = np.clip(centres - size / 2, 0, np.maximum([width, height] - size, 0))
    return np.concatenate([corners, corners + size], axis=-1).reshape(
        len(quads), centres.shape[1] * centres.shape[2], 4
    )


def _on_words(boxes: Floats, quads: Floats, width: int, height: int) -> tuple[Floats, Floats]:
    """How much of boxes (N, K, 4) lies on other words and, nearly, on their own: (N, K) each, as a fraction.

    Words are a map with a summed-area table, so that any box costs four look-ups.
    """
    scale = min(1.0, _GRID / max(width, height))
    rows, columns = (max(1, round(side * scale)) for side in (height, width))
    words = np.zeros((rows, columns), np.uint8)
    for quad in quads:
        cv2.fillConvexPoly(words, np.round(quad * scale - 0.5).astype(np.int32), 1)
    sums = cv2.integral(words)  # (rows + 1, columns + 1)
    most = np.array([columns, rows, columns, rows])
    cells = np.clip(np.round(boxes * scale).astype(np.int64), 0, most)  # (N, K, 4)
    x0, y0, x1, y1 = cells[..., 0], cells[..., 1], cells[..., 2], cells[..., 3]
    area = np.maximum(_area(boxes), 1.0)
    on_words = (sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]) / scale**2 / area
    low, high = quads.min(axis=1)[:, None], quads.max(axis=1)[:, None]
    shared = np.maximum(np.minimum(boxes[..., 2:], high) - np.maximum(boxes[..., :2], low), 0).prod(axis=-1)
    on_own = np.minimum(shared / area, on_words)
    return on_words - on_own, on_own


def _overlap(boxes: Floats, others: Floats) -> Floats:
    """How much of each of boxes (K, 4) lies on others (N, 4), as a fraction of its area: (K,)."""
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    near = others[
        (others[:, :2] < high).all(axis=1) & (others[:, 2:] > low).all(axis=1)
    ]  # (M, 4), few of them
    shared = np.minimum(boxes[:, None, 2:], near[:, 2:]) - np.maximum(boxes[:, None, :2], near[:, :2])
    return np.asarray(np.maximum(shared, 0).prod(axis=2).sum(axis=1) / _area(boxes))


def _area(boxes: Floats) -> Floats:
    return np.asarray((boxes[..., 2:] - boxes[..., :2]).prod(axis=-1))
