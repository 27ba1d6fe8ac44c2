"""Chains of neighbours: words into lines, lines into blocks.

Neighbours come from an R-tree, so that the cost grows with the number of words and not with its square. The
pair that fits best is linked first; an item has at most one successor and one predecessor, and no chain
closes on itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, box

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WORD_GAP = 1.5  # of the height: the widest space between two words of a line (justified or typewritten text)
KEY_GAP = 8.0  # of the height: the widest space after a word that ends in a colon, as in a form
LINE_GAP = 1.1  # of the height: the widest white between two lines of a block
_SPLIT = 0.6  # of the height: how far neighbours may overlap, since detectors' boxes are generous


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Quads with their own axes.

    quads (N, 4, 2); along (N, 2) unit vectors of writing; width, height (N,) pixels; steady (N,): long enough
    for `along` to be believed.
    """

    quads: Floats
    along: Floats
    width: Floats
    height: Floats
    steady: Bools

    @classmethod
    def of(cls, quads: Floats) -> Frames:
        """The frames of quads (N, 4, 2)."""
        top, bottom = quads[:, 1] - quads[:, 0], quads[:, 2] - quads[:, 3]
        left, right = quads[:, 3] - quads[:, 0], quads[:, 2] - quads[:, 1]
        width = (np.linalg.norm(top, axis=1) + np.linalg.norm(bottom, axis=1)) / 2
        height = np.maximum((np.linalg.norm(left, axis=1) + np.linalg.norm(right, axis=1)) / 2, 1e-6)
        return cls(quads, unit(top + bottom), width, height, width > 1.5 * height)


def unit(vectors: Floats) -> Floats:
    """vectors (N, 2) at length 1; (1, 0) where there is no direction."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > 1e-9, vectors / np.maximum(length, 1e-9), np.array([1.0, 0.0]))


def chain_words(frames: Frames, keys: Bools) -> list[list[int]]:
    """Lines: chains of word indices, left to right. keys (N,): words whose value may stand far right."""
    limit = np.where(keys, KEY_GAP, WORD_GAP)
    first, second = _near(frames, limit)
    along = _shared_direction(frames, first, second)
    down = np.stack([-along[:, 1], along[:, 0]], axis=1)
    small = np.minimum(frames.height[first], frames.height[second])
    large = np.maximum(frames.height[first], frames.height[second])
    end = frames.quads[first][:, 1:3]  # (P, 2, 2), the right edge of the left word: top, bottom
    start = frames.quads[second][:, [0, 3]]  # (P, 2, 2), the left edge of the right word
    gap = (_dot(start, along).mean(axis=1) - _dot(end, along).mean(axis=1)) / large
    overlap = _overlap(_dot(end, down), _dot(start, down)) / small
    alike = (small >= 0.45 * large) | (_is_punctuation(frames, first, second, large) & (gap <= 1))
    fits = (gap > -_SPLIT) & (gap <= limit[first]) & (overlap >= 0.5) & alike
    fits &= _same_direction(frames, first, second) & _ahead(frames, first, second, along)
    cost = np.maximum(gap, 0) + (1 - np.minimum(overlap, 1))
    return _chains(len(frames.quads), first[fits], second[fits], cost[fits])


def chain_lines(frames: Frames) -> list[list[int]]:
    """Blocks: chains of line indices from top to bottom."""
    first, second = _near(frames, np.full(len(frames.quads), LINE_GAP))
    along = _shared_direction(frames, first, second)
    down = np.stack([-along[:, 1], along[:, 0]], axis=1)
    small = np.minimum(frames.height[first], frames.height[second])
    large = np.maximum(frames.height[first], frames.height[second])
    gap = (_dot(frames.quads[second][:, :2], down) - _dot(frames.quads[first][:, 2:][:, ::-1], down)).mean(
        axis=1
    )
    gap = gap / large
    spans = [
        np.stack([(p := _dot(frames.quads[i], along)).min(axis=1), p.max(axis=1)], axis=1)
        for i in (first, second)
    ]
    overlap = _overlap(*spans) / np.maximum(np.minimum(frames.width[first], frames.width[second]), 1e-6)
    offsets = np.abs(spans[0] - spans[1])  # (P, 2), at the left and at the right
    centres = np.abs((spans[0] - spans[1]).sum(axis=1, keepdims=True)) / 2
    misfit = np.hstack([offsets, centres]).min(axis=1) / large
    fits = (gap > -_SPLIT) & (gap <= LINE_GAP) & (overlap >= 0.3) & (small >= 0.5 * large)
    fits &= _same_direction(frames, first, second) & _ahead(frames, first, second, down)
    cost = np.maximum(gap, 0) + 0.2 * np.minimum(misfit, 5)
    return _chains(len(frames.quads), first[fits], second[fits], cost[fits])


def _near(frames: Frames, reach: Floats) -> tuple[Ints, Ints]:
    """All pairs whose upright boxes come as near as reach (N,) times the first height, or the median one."""
    low, high = frames.quads.min(axis=1), frames.quads.max(axis=1)
    # A comma is low, yet the word after it stands as far away as after any word: hence the median.
    margin = (reach * np.maximum(frames.height, np.median(frames.height)))[:, None]
    tree = STRtree(box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
    wide_low, wide_high = low - margin, high + margin
    pairs = tree.query(box(wide_low[:, 0], wide_low[:, 1], wide_high[:, 0], wide_high[:, 1]))
    first, second = np.asarray(pairs, np.int64)
    apart = first != second
    return first[apart], second[apart]


def _shared_direction(frames: Frames, first: Ints, second: Ints) -> Floats:
    """(P, 2): the writing direction of each pair; the longer counts for more, a near-square one nothing."""
    weight = np.maximum(frames.width - frames.height, 1e-3 * frames.height)[:, None]
    return unit(frames.along[first] * weight[first] + frames.along[second] * weight[second])


def _same_direction(frames: Frames, first: Ints, second: Ints) -> Bools:
    """(P,): within 25 degrees of each other, or 60 where one is too short to tell its own direction."""
    cosine = (frames.along[first] * frames.along[second]).sum(axis=1)
    both = frames.steady[first] & frames.steady[second]
    return np.asarray(cosine >= np.where(both, np.cos(np.deg2rad(25)), 0.5))


def _is_punctuation(frames: Frames, first: Ints, second: Ints, large: Floats) -> Bools:
    """(P,): the lower of the two is also narrow, as a comma or a dash in a line of higher words is."""
    width = np.where(frames.height[first] < frames.height[second], frames.width[first], frames.width[second])
    return np.asarray(width <= 0.5 * large)


def _ahead(frames: Frames, first: Ints, second: Ints, direction: Floats) -> Bools:
    centres = frames.quads.mean(axis=1)
    return np.asarray(((centres[second] - centres[first]) * direction).sum(axis=1) > 0)


def _dot(points: Floats, directions: Floats) -> Floats:
    """points (P, K, 2) measured along directions (P, 2): (P, K)."""
    return np.asarray((points * directions[:, None]).sum(axis=2))


def _overlap(a: Floats, b: Floats) -> Floats:
    """How much the intervals a and b, both (P, 2), share; negative where they are apart."""
    return np.asarray(np.minimum(a[:, 1], b[:, 1]) - np.maximum(a[:, 0], b[:, 0]))


def _chains(count: int, first: Ints, second: Ints, cost: Floats) -> list[list[int]]:
    """Items 0..count-1 in chains: cheapest links first; ties go to the smaller indices."""
    after, before = [-1] * count, [-1] * count
    root = list(range(count))

    def top(item: int) -> int:
        while root[item] != item:
            root[item] = root[root[item]]
            item = root[item]
        return item

    for k in np.lexsort((second, first, np.round(cost, 6))):
        i, j = int(first[k]), int(second[k])
        if after[i] < 0 and before[j] < 0 and top(i) != top(j):
            after[i], before[j] = j, i
            root[top(i)] = top(j)
    return [list(_follow(after, head)) for head in range(count) if before[head] < 0]


def _follow(after: list[int], item: int) -> Iterable[int]:
    while item >= 0:
        yield item
        item = after[item]
