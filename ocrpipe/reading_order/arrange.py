"""From bare quads and texts to the records of a page, numbered in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocrpipe.page import Block, Line, Polygon, Word
from ocrpipe.reading_order.chains import Floats, Frames, chain_lines, chain_words, unit
from ocrpipe.reading_order.cuts import Blocks, order_blocks


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """Words in one canonical order, so that the order in which they were detected makes no difference."""

    quads: Floats
    texts: list[str]
    confidences: list[float]
    scores: list[float]


def arrange(
    quads: NDArray[np.float32],
    texts: Sequence[str],
    confidences: Sequence[float] | NDArray[np.floating],
    detection_scores: Sequence[float] | NDArray[np.floating],
) -> tuple[tuple[Word, ...], tuple[Line, ...], tuple[Block, ...]]:
    """Words, lines and blocks in reading order, their ids counting from 0 in that order.

    quads: (N, 4, 2), each from its own top-left corner as it is read (`crops.oriented`); texts, confidences
    and detection_scores: N each. Nothing is rounded here; `ocrpipe.formats` does that. A line's polygon is
    the word's own for a single word, else the smallest box along the line. Raises ValueError for unequal
    lengths.
    """
    if not len(quads) == len(texts) == len(confidences) == len(detection_scores):
        raise ValueError(
            f"{len(quads)} quads, {len(texts)} texts, {len(confidences)} confidences and "
            f"{len(detection_scores)} detection scores; give one of each a word"
        )
    if len(quads) == 0:
        return (), (), ()
    layout = _canonical(quads, texts, confidences, detection_scores)
    frames = Frames.of(layout.quads)
    lines = chain_words(frames, np.array([t.endswith(":") for t in layout.texts]))
    line_quads = np.stack([_line_quad(frames, line) for line in lines])  # (L, 4, 2)
    blocks = chain_lines(Frames.of(line_quads))
    order = order_blocks(_measured(frames, line_quads, lines, blocks))
    return _records(layout, frames, lines, line_quads, [blocks[b] for b in order])


def _canonical(
    quads: NDArray[np.float32],
    texts: Sequence[str],
    confidences: Sequence[float] | NDArray[np.floating],
    scores: Sequence[float] | NDArray[np.floating],
) -> _Layout:
    corners = np.asarray(quads, np.float64).reshape(-1, 4, 2)
    rows = [
        (corners[i].ravel().tolist(), texts[i], float(confidences[i]), float(scores[i]))
        for i in range(len(texts))
    ]
    order = sorted(range(len(rows)), key=rows.__getitem__)
    return _Layout(
        corners[order],
        [rows[i][1] for i in order],
        [rows[i][2] for i in order],
        [rows[i][3] for i in order],
    )


def _line_quad(frames: Frames, line: list[int]) -> Floats:
    """The quad (4, 2) around the words of line, along their common direction."""
    if len(line) == 1:
        return np.asarray(frames.quads[line[0]])
    weight = np.maximum(frames.width[line] - frames.height[line], 1e-3 * frames.height[line])
    along = unit((frames.along[line] * weight[:, None]).sum(axis=0, keepdims=True))[0]
    axes = np.stack([along, [-along[1], along[0]]])  # rows: along, down
    points = frames.quads[line].reshape(-1, 2) @ axes.T
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return np.asarray(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) @ axes)


def _measured(frames: Frames, line_quads: Floats, lines: list[list[int]], blocks: list[list[int]]) -> Blocks:
    """The blocks as upright boxes on a page turned back by its skew."""
    turned = line_quads @ _axes(_page_direction(frames)).T
    height = Frames.of(line_quads).height
    boxes = [np.hstack([turned[b].min(axis=(0, 1)), turned[b].max(axis=(0, 1))]) for b in blocks]
    return Blocks(
        np.stack(boxes),
        np.array([np.median(height[b]) for b in blocks]),
        np.array([len(b) for b in blocks], np.float64),
        np.array([sum(len(lines[k]) for k in b) for b in blocks], np.float64),
    )


def _axes(along: Floats) -> Floats:
    return np.array([[along[0], along[1]], [-along[1], along[0]]])


def _page_direction(frames: Frames) -> Floats:
    """(2,): the direction in which most of the writing runs: the median, by length, around the mean."""
    mean = unit((frames.along * frames.width[:, None]).sum(axis=0, keepdims=True))[0]
    local = frames.along @ _axes(mean).T  # (N, 2)
    angles = np.arctan2(local[:, 1], local[:, 0])
    order = np.argsort(angles, kind="stable")
    share = np.cumsum(frames.width[order])
    angle = angles[order][np.searchsorted(share, share[-1] / 2)]
    return np.asarray(np.array([np.cos(angle), np.sin(angle)]) @ _axes(mean))


def _records(
    layout: _Layout, frames: Frames, lines: list[list[int]], line_quads: Floats, blocks: list[list[int]]
) -> tuple[tuple[Word, ...], tuple[Line, ...], tuple[Block, ...]]:
    words: list[Word] = []
    line_records: list[Line] = []
    block_records: list[Block] = []
    for block in blocks:
        ids = range(len(line_records), len(line_records) + len(block))
        block_records.append(Block(len(block_records), tuple(ids)))
        for line_id, line in zip(ids, (lines[k] for k in block), strict=True):
            members = range(len(words), len(words) + len(line))
            words.extend(_word(layout, frames, k, i, line_id) for k, i in zip(members, line, strict=True))
            text = " ".join(layout.texts[i] for i in line if layout.texts[i])
            confidence = sum(layout.confidences[i] for i in line) / len(line)
            polygon = _polygon(line_quads[block[line_id - ids.start]])
            line_records.append(Line(line_id, tuple(members), polygon, text, confidence))
    return tuple(words), tuple(line_records), tuple(block_records)


def _word(layout: _Layout, frames: Frames, word_id: int, index: int, line_id: int) -> Word:
    return Word(
        word_id,
        line_id,
        layout.texts[index],
        layout.confidences[index],
        layout.scores[index],
        _polygon(layout.quads[index]),
        float(np.degrees(np.arctan2(frames.along[index, 1], frames.along[index, 0]))) + 0.0,  # never -0.0
    )


def _polygon(quad: Floats) -> Polygon:
    return tuple((float(x), float(y)) for x, y in quad)
