"""What a transcript tells besides its text, put into the page's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ocrpipe.char_boxes import char_quads
from ocrpipe.page import Alternative, Char, LexiconMatch, Word
from recognizer.base import Transcript


def add_details(
    words: Sequence[Word],
    quads: NDArray[np.float32],
    transcripts: Sequence[Transcript],
    read: NDArray[np.float32],
    *,
    chars: bool,
) -> tuple[Word, ...]:
    """words, in any order, each with its transcript's alternatives and lexicon match, and its characters if
    chars.

    quads: (N, 4, 2) and transcripts: N of them, from which the words were made. read: (N, 4, 2), the boxes in
    which they were read, of which characters take their parts.
    """
    # Words are known again by what they were made of; two that share it all share their transcript too.
    own = {
        (_points(q), t.text, t.score): (box, t) for q, t, box in zip(quads, transcripts, read, strict=True)
    }
    found = [own[word.polygon, word.text, word.confidence] for word in words]
    return tuple(_detailed(w, q, t, chars=chars) for w, (q, t) in zip(words, found, strict=True))


def _detailed(word: Word, quad: NDArray[np.float32], transcript: Transcript, *, chars: bool) -> Word:
    match = transcript.lexicon
    return replace(
        word,
        chars=_chars(quad, transcript) if chars else (),
        alternatives=tuple(Alternative(a.text, a.probability) for a in transcript.alternatives),
        lexicon=None if match is None else LexiconMatch(match.match, match.edit_distance),
    )


def _chars(quad: NDArray[np.float32], transcript: Transcript) -> tuple[Char, ...]:
    boxes = char_quads(quad, transcript.chars, transcript.frames)
    return tuple(
        Char(span.char, span.score, _points(box)) for span, box in zip(transcript.chars, boxes, strict=True)
    )


def _points(quad: NDArray[np.float32]) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in quad)
