"""A photo between the two stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocrpipe.images import Photo

if TYPE_CHECKING:
    from recognizer.base import Transcript


@dataclass(frozen=True, slots=True)
class Found:
    """A photo after stage 1.

    quads: (M, 4, 2) float32, every way its N words may be read, and M crops (32, w, 3) uint8 RGB. owners:
        (M,) which word each is of; scores and margins: (N,) float32, as of `detectors.base.Detections`.
    """

    photo: Photo
    quads: NDArray[np.float32]
    owners: NDArray[np.intp]
    scores: NDArray[np.float32]
    margins: NDArray[np.float32]
    crops: Sequence[NDArray[np.uint8]]
    detect_ms: float
    load_ms: float = 0.0


def surest_readings(found: Found, transcripts: Sequence[Transcript]) -> list[int]:
    """For each word found, which of its readings was the most certain; the first of equals."""
    best: dict[int, int] = {}
    for index, owner in enumerate(found.owners.tolist()):
        if owner not in best or transcripts[index].score > transcripts[best[owner]].score:
            best[owner] = index
    return [best[word] for word in range(len(found.scores))]
