"""CTC decoding: logits (T, C) -> text, with each character's score and frames. Numpy only; the loss is in
`ctc_loss.py`.

Source: Graves et al. 2006, "Connectionist Temporal Classification"; arXiv 1507.05717, section 2.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recognizer.base import CharSpan, Transcript
from recognizer.charset import BLANK, SPACE, Charset

Probabilities = NDArray[np.float32]


def softmax(logits: NDArray[np.float32]) -> Probabilities:
    """Probabilities over the last axis, of logits of any shape."""
    exponent = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponent / exponent.sum(axis=-1, keepdims=True), np.float32)


def collapse(path: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """The map B of the paper: path (T,) of classes -> (class, first frame, last frame) a run, blanks left
    out.
    """
    classes, starts, ends = _runs(path)
    return list(zip(classes.tolist(), starts.tolist(), ends.tolist(), strict=True))


def _runs(path: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Class, first and last frame of every run of path (T,) that is not of blanks: (K,) each."""
    changes = np.flatnonzero(path[1:] != path[:-1])
    starts = np.concatenate([np.zeros(min(1, len(path)), np.intp), changes + 1])
    ends = np.concatenate([changes, np.full(min(1, len(path)), len(path) - 1, np.intp)])
    spoken = path[starts] != BLANK
    return path[starts[spoken]], starts[spoken], ends[spoken]


def greedy_decode(probabilities: Probabilities, charset: Charset) -> Transcript:
    """Best path of one crop: probabilities (T, C), 0..1 -> transcript.

    A character's score is its highest probability in the frames that said it; the word's is their geometric
    mean. The most probable *labelling* may be another one (the sum over paths is not taken here).
    """
    if probabilities.ndim != 2 or probabilities.shape[1] != charset.classes:
        raise ValueError(f"probabilities must be (T, {charset.classes}), got {probabilities.shape}")
    path = probabilities.argmax(axis=1)
    classes, starts, ends = _runs(path)
    peaks = _peaks(probabilities[np.arange(len(path)), path], starts, ends)
    spans = tuple(
        CharSpan(charset.characters[c - 1], score, first, last)
        for c, score, first, last in zip(
            classes.tolist(), peaks.tolist(), starts.tolist(), ends.tolist(), strict=True
        )
    )
    text = "".join(span.char for span in spans)
    return Transcript(text, geometric_mean([span.score for span in spans]), spans, len(probabilities))


def read_row(logits: NDArray[np.float32], charset: Charset) -> tuple[CharSpan, ...]:
    """What the best path of logits (T, C) says with spaces, if it has one between two words; else nothing."""
    if SPACE not in charset.characters:
        return ()
    space = charset.encode(SPACE)[0]
    if space not in logits.argmax(axis=1):
        return ()
    spans = greedy_decode(softmax(logits), charset).chars
    return spans if SPACE in "".join(span.char for span in spans).strip(SPACE) else ()


def _peaks(
    best: NDArray[np.float32], starts: NDArray[np.intp], ends: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The highest of best (T,), a number a frame, in each of the K runs start..end: (K,)."""
    bounds = np.stack([starts, ends + 1], axis=1).ravel()  # every other part lies between two runs
    return np.maximum.reduceat(np.append(best, np.float32(0)), bounds)[::2]


def geometric_mean(scores: list[float]) -> float:
    """Of scores in 0..1; 0.0 for none of them."""
    return float(np.exp(np.log(np.maximum(scores, 1e-12)).mean())) if scores else 0.0


def labelling_probability(probabilities: Probabilities, classes: list[int]) -> float:
    """p(l | y): the sum over every path that collapses to classes, by the forward algorithm (equation 1 of
    the paper).

    probabilities (T, C), 0..1; classes without blanks, may be empty.
    """
    labels = np.array([BLANK, *(x for c in classes for x in (c, BLANK))])  # (2 K + 1,)
    may_skip = np.zeros(len(labels), bool)  # over the blank between two different characters
    may_skip[2:] = (labels[2:] != labels[:-2]) & (labels[2:] != BLANK)
    alpha = np.zeros(len(labels))
    alpha[0] = 1.0  # before the first frame; the first frame may stay on the blank or step to the first label
    for frame, row in enumerate(probabilities):
        stepped = np.r_[0.0, alpha[:-1]]
        skipped = np.where(may_skip, np.r_[0.0, stepped[:-1]], 0.0) if frame else 0.0
        alpha = (alpha + stepped + skipped) * row[labels]
    return float(alpha[-1] + (alpha[-2] if len(labels) > 1 else 0.0))
