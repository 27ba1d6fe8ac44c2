"""DBDetector: resize, network, postprocess.

The network is any callable, so torch need not be installed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections, Image
from detectors.geometry import clip, side_lengths
from detectors.postprocess import Decision, postprocess
from detectors.resize import normalise, resize

ScoreMap = Callable[[NDArray[np.float32]], NDArray[np.float32]]

LONG_SIDE = 1280  # pixels, where a model does not name its own; see benchmarks/detector.md
MAX_ENLARGE = 2.0  # a stamp-sized picture gains from enlarging, a pixel does not


@dataclass(frozen=True, slots=True)
class DBDetector:
    """Finds words with a score-map network.

    network: (1, 3, H, W) float32 as `resize.normalise` makes it, H and W multiples of 32, to the probability
    map (1, 1, H, W) float32, 0..1. Photos with a longer side than long_side pixels are shrunk, small ones
    enlarged up to `MAX_ENLARGE` times; the other fields are those of `postprocess.Decision`.
    """

    network: ScoreMap
    long_side: int = LONG_SIDE
    threshold: float = Decision.threshold
    box_threshold: float = Decision.box_threshold
    unclip_ratio: float = Decision.unclip_ratio
    min_size: float = Decision.min_size

    def __post_init__(self) -> None:
        if self.long_side < 32:
            raise ValueError(f"long_side must be at least 32, got {self.long_side}")
        self.decision()

    def decision(self) -> Decision:
        """The fields that `postprocess` takes; ValueError where one is out of range."""
        return Decision(self.threshold, self.box_threshold, self.unclip_ratio, self.min_size)

    def detect(self, image: Image) -> Detections:
        """Word quads in image, (H, W, 3) uint8 RGB, in its pixels, clipped to it, best first; perhaps none.

        ValueError for an image of another shape or without pixels.
        """
        resized = resize(image, self.long_side, MAX_ENLARGE)
        score = self.network(normalise(resized.image[None]))[0, 0]  # (H, W)
        found = postprocess(np.asarray(score[: resized.height, : resized.width], np.float32), self.decision())
        height, width = image.shape[:2]
        quads = clip(resized.to_photo(found.quads), width, height)
        kept = np.minimum(*side_lengths(quads)) > 0.5  # others were clipped to nothing
        return Detections(quads[kept], found.scores[kept])
