"""The order of blocks on a page: recursive cuts along white gaps (an XY cut), rows first but for columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TRIM = 0.25  # of the line height, taken off above and below: boxes of neighbouring rows often touch
_GUTTER = 1.0  # of the line height: the least white between two columns


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """boxes (K, 4) left, top, right, bottom; heights (K,) of their lines; lines and words (K,) they hold."""

    boxes: Floats
    heights: Floats
    lines: Floats
    words: Floats


def order_blocks(blocks: Blocks) -> list[int]:
    """Block indices in reading order.

    Rows from top to bottom, each from left to right, but columns of running text one after the other. Blocks
    that no gap separates come by their upper edge.
    """
    order: list[int] = []
    waiting: list[Ints] = [np.arange(len(blocks.boxes))] if len(blocks.boxes) else []
    while waiting:
        items = waiting.pop()
        parts = [items] if len(items) == 1 else _cut(blocks, items)
        if len(parts) == 1:
            top = np.lexsort((parts[0], blocks.boxes[parts[0], 0], blocks.boxes[parts[0], 1]))[0]
            order.append(int(parts[0][top]))
            rest = np.delete(parts[0], top)
            parts = [rest] if len(rest) else []
        waiting.extend(reversed(parts))
    return order


def _cut(blocks: Blocks, items: Ints) -> list[Ints]:
    boxes, heights = blocks.boxes[items], blocks.heights[items]
    columns = _columns(blocks, items)
    if _are_columns(blocks, columns):
        return columns
    trim = _TRIM * heights
    rows = _joined(blocks, _split(items, boxes[:, 1] + trim, boxes[:, 3] - trim))
    return rows if len(rows) > 1 else _split(items, boxes[:, 0], boxes[:, 2])


def _columns(blocks: Blocks, items: Ints) -> list[Ints]:
    boxes = blocks.boxes[items]
    return _split(items, boxes[:, 0], boxes[:, 2] + _GUTTER * blocks.heights[items])


def _are_columns(blocks: Blocks, parts: list[Ints]) -> bool:
    return len(parts) > 1 and all(_is_column(blocks, part, np.concatenate(parts)) for part in parts)


def _joined(blocks: Blocks, rows: list[Ints]) -> list[Ints]:
    """rows, but neighbouring ones that share their columns of running text, as paragraphs do, in one."""
    joined = rows[:1]
    for row in rows[1:]:
        both = np.concatenate([joined[-1], row])
        if len(_columns(blocks, row)) > 1 and _are_columns(blocks, _columns(blocks, both)):
            joined[-1] = both
        else:
            joined.append(row)
    return joined


def _split(items: Ints, start: Floats, end: Floats) -> list[Ints]:
    """items in groups between which no start..end reaches."""
    order = np.lexsort((items, start))
    reach = np.maximum.accumulate(end[order])
    breaks = np.flatnonzero(start[order][1:] >= reach[:-1]) + 1
    return list(np.split(items[order], breaks))


def _is_column(blocks: Blocks, part: Ints, whole: Ints) -> bool:
    """True if part looks like a column of running text: lines of several words, half as high as whole."""
    lines, words = blocks.lines[part].sum(), blocks.words[part].sum()
    height = np.ptp(blocks.boxes[part][:, [1, 3]])
    return bool(lines >= 3 and words >= 2 * lines and height >= 0.5 * np.ptp(blocks.boxes[whole][:, [1, 3]]))
