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
class Transcript:
    """What one crop says.

    score:  0..1, the geometric mean of the characters' peak probabilities; 0.0 for an empty text.
    chars:  one span a character of text, left to right.
    frames: T, how many frames the crop had; frame t covers the part t / T .. (t + 1) / T of the crop's width.
    """

    text: str
    score: float
    chars: tuple[CharSpan, ...] = ()
    frames: int = 0


class Recognizer(Protocol):
    """Anything that transcribes word crops."""

    def transcribe(self, crops: Sequence[Crop]) -> list[Transcript]:
        """One transcript a crop, in the order given; each crop (32, w, 3) uint8 RGB, w >= 1. No crops, no
        result.
        """
        ...
