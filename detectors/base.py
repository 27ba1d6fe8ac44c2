"""The joint between stage 1 and everything above it: what a detector takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detectors.geometry import swell

Image = NDArray[np.uint8]
Quads = NDArray[np.float32]
_NONE = np.zeros(0, np.float32)  # margins that nobody named


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Words found in one image.

    quads:  (N, 4, 2) float32, x then y, pixels of the image given to `detect`; clockwise from the corner that
        is
            top-left when the text is read (see `detectors.geometry`).
    scores: (N,) float32, 0..1, one a quad.
    margins: (N,) float32, pixels by which each side should lie farther out (nearer, if negative) for the word
        to be read: a box as people label it is not the one that a recogniser reads best. By default 0.

    N = 0 is an ordinary result. Raises ValueError for any other shape or dtype.
    """

    quads: Quads
    scores: NDArray[np.float32]
    margins: NDArray[np.float32] = field(default_factory=lambda: _NONE)

    def __post_init__(self) -> None:
        if self.margins is _NONE:
            object.__setattr__(self, "margins", np.zeros(len(self.quads), np.float32))
        if self.quads.ndim != 3 or self.quads.shape[1:] != (4, 2) or self.quads.dtype != np.float32:
            raise ValueError(f"quads must be (N, 4, 2) float32, got {self.quads.shape} {self.quads.dtype}")
        if self.scores.shape != (len(self.quads),) or self.scores.dtype != np.float32:
            raise ValueError(
                f"scores must be ({len(self.quads)},) float32, got {self.scores.shape} {self.scores.dtype}"
            )
        if self.margins.shape != (len(self.quads),) or self.margins.dtype != np.float32:
            raise ValueError(
                f"margins must be ({len(self.quads)},) float32, got {self.margins.shape} {self.margins.dtype}"
            )

    def __len__(self) -> int:
        return len(self.quads)

    def only(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Detections:
        """Those chosen by a mask (N,), or by indices and in their order."""
        return Detections(self.quads[which], self.scores[which], self.margins[which])

    def to_read(self) -> Quads:
        """The boxes in which the words are read best, (N, 4, 2); they may reach over the image's edges."""
        return swell(self.quads, self.margins)

    @classmethod
    def empty(cls) -> Detections:
        """No words."""
        return cls(np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32))


class Detector(Protocol):
    """Anything that finds words."""

    def detect(self, image: Image) -> Detections:
        """Word quads in image, (H, W, 3) uint8 RGB, in that image's pixels, in no particular order."""
        ...
