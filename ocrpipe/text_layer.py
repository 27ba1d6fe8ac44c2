"""A page made fit for an invisible text layer: words of a line apart, for to PDF readers a space is a gap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ocrpipe.page import Page, Polygon, Word

# Of the height of the line. Poppler takes less than 0.1 font sizes for no space at all; a real one is 0.25.
_GAP = 0.2
_MOST = 0.25  # of a word's width that may be cut off at either end


def part_words(page: Page) -> Page:
    """page with the facing ends of neighbours in a line drawn back until a space is between them.

    A detector's boxes stand out of their words, by less than a letter, and those of small neighbours overlap:
    their texts would run together when copied.
    """
    words = {word.id: word for word in page.words}
    for line in page.lines:
        for before, after in zip(line.words, line.words[1:], strict=False):
            words[before], words[after] = _parted(words[before], words[after])
    return replace(page, words=tuple(words[word.id] for word in page.words))


def _parted(before: Word, after: Word) -> tuple[Word, Word]:
    first, second = np.array(before.polygon, np.float64), np.array(after.polygon, np.float64)  # (4, 2)
    along = first[1] - first[0] + first[2] - first[3]
    length = float(np.hypot(*along))
    if length == 0:
        return before, after
    along /= length
    height = float(np.hypot(*(first[3] - first[0])) + np.hypot(*(first[2] - first[1]))) / 2
    gap = float((second[[0, 3]] @ along).min() - (first[[1, 2]] @ along).max())
    cut = (_GAP * height - gap) / 2
    if cut <= 0:
        return before, after
    width = float(np.hypot(*(second[1] - second[0])))
    first[[1, 2]] -= min(cut, _MOST * length / 2) * along
    second[[0, 3]] += min(cut, _MOST * width) * along
    return replace(before, polygon=_polygon(first)), replace(after, polygon=_polygon(second))


def _polygon(quad: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Polygon:
    return tuple((float(x), float(y)) for x, y in quad)
