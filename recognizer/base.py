"""The joint between stage 2 and everything above it: what a recogniser takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Crop = NDArray[np.uint8]
CROP_HEIGHT = 32


@dataclass(frozen=True, slots=True)
class CharSpan:
    """One decoded character: its peak probability (0..1) and the frames, first and last inclusive, that said
    it.
    """

    char: str
    score: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """A text the crop may say; probability: 0..1, p(text | y), the sum over all CTC paths that say it."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class LexiconMatch:
    """What a lexicon had to say. match: the word that was found, as the lexicon spells it, and edit_distance
    from the text read without the lexicon; both None where the text is no word of it and stayed.
    """

    match: str | None
    edit_distance: int | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one crop says.

    score:  0..1, the geometric mean of the characters' peak probabilities, to the power that makes it say how
        often such a word is right (`CRNNRecognizer.calibration`); 0.0 for an empty text.
    chars:  one span a character of text, left to right.
    frames: T, how many frames the crop had; frame t covers the part t / T .. (t + 1) / T of the crop's width.
    alternatives: the most probable texts, best first, where they were asked for; text may be among them.
    lexicon: None where no lexicon was used.
    row: where the crop holds several words, what it says with the spaces between them, as chars; else empty.
    """

    text: str
    score: float
    chars: tuple[CharSpan, ...] = ()
    frames: int = 0
    alternatives: tuple[Alternative, ...] = ()
    lexicon: LexiconMatch | None = None
    row: tuple[CharSpan, ...] = ()


class Recognizer(Protocol):
    """Anything that transcribes word crops."""

    def transcribe(self, crops: Sequence[Crop]) -> list[Transcript]:
        """One transcript a crop, in the order given; each crop (32, w, 3) uint8 RGB, w >= 1. No crops, no
        result.
        """
        ...
