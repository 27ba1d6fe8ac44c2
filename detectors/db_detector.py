"""DBDetector: resize, network, postprocess.

The network is any callable, so torch need not be installed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections, Image
from detectors.geometry import clip
from detectors.merging import span
from detectors.postprocess import Decision, postprocess
from detectors.resize import MAX_ENLARGE, Resized, check_image, normalise, resize
from detectors.tiling import Tiling, check_tiling, detect_tiled

ScoreMap = Callable[[NDArray[np.float32]], NDArray[np.float32]]

LONG_SIDE = 1280  # pixels, where a model does not name its own; see benchmarks/detector.md
MARGIN = 32  # pixels, or half the shorter side: worth 2 of 100 word crops read as photos (docs/detection.md)


@dataclass(frozen=True, slots=True)
class DBDetector:
    """Finds words with a score-map network.

    network: (1, 3, H, W) float32 as `resize.normalise` makes it, H and W multiples of 32, to the probability
    map (1, 1, H, W) float32, 0..1. Photos whose longer side has more than long_side times zoom pixels are
    shrunk, small ones enlarged up to `resize.MAX_ENLARGE` times, and framed if they are small even then. tile
    says which are looked at in tiles as well (`tiling.detect_tiled`). The other fields are those of
    `postprocess.Decision`.
    """

    network: ScoreMap
    long_side: int = LONG_SIDE
    zoom: float = 1.0
    threshold: float = Decision.threshold
    box_threshold: float = Decision.box_threshold
    unclip_ratio: float = Decision.unclip_ratio
    min_size: float = Decision.min_size
    split_threshold: float = Decision.split_threshold
    fit_ratio: float = Decision.fit_ratio
    fit_pixels: float = Decision.fit_pixels
    tile: Tiling = "auto"

    def __post_init__(self) -> None:
        if self.long_side < 32:
            raise ValueError(f"long_side must be at least 32, got {self.long_side}")
        if not 0.1 <= self.zoom <= 10:
            raise ValueError(f"zoom must be in [0.1, 10], got {self.zoom}")
        check_tiling(self.tile)
        self.decision()

    @property
    def size(self) -> int:
        """The long side of what the network sees, in pixels."""
        return max(32, round(self.long_side * self.zoom))

    def decision(self) -> Decision:
        """The fields that `postprocess` takes; ValueError where one is out of range."""
        return Decision(
            self.threshold, self.box_threshold, self.unclip_ratio, self.min_size, self.split_threshold,
            self.fit_ratio, self.fit_pixels,
        )  # fmt: skip

    def detect(self, image: Image) -> Detections:
        """Word quads in image, (H, W, 3) uint8 RGB, in its pixels, clipped to it, best first; perhaps none.

        ValueError for an image of another shape or without pixels.
        """
        check_image(image)
        margin = self._margin(image)
        framed = np.pad(image, ((margin, margin), (margin, margin), (0, 0)), "edge") if margin else image
        found = detect_tiled(self._look, framed, self.size, self.tile)
        height, width = image.shape[:2]
        quads = clip(found.quads - np.float32(margin), width, height)
        clipped = Detections(quads, found.scores, found.margins)
        return clipped.only(span(quads) > 0.5)  # the others are clipped to nothing

    def score_map(self, image: Image) -> NDArray[np.float32]:
        """How surely each pixel of image, (H, W, 3), lies in the core of a word: (h, w), 0..1, of the whole
        scaled to the network's size.
        """
        check_image(image)
        return self._scored(image, self.size / max(image.shape[:2]))[1]

    def _margin(self, image: Image) -> int:
        """Pixels of its own edge to put around a small picture: a word that fills it has no surroundings, and
        by those the network knows a word.
        """
        if max(image.shape[:2]) * MAX_ENLARGE >= self.size:
            return 0
        return int(min(min(image.shape[:2]) // 2, MARGIN))

    def _look(self, image: Image, scale: float) -> Detections:
        resized, score = self._scored(image, scale)
        found = postprocess(score, self.decision())
        margins = found.margins / np.float32(np.sqrt(resized.scale_x * resized.scale_y))
        return Detections(resized.to_photo(found.quads), found.scores, margins)

    def _scored(self, image: Image, scale: float) -> tuple[Resized, NDArray[np.float32]]:
        resized = resize(image, round(max(image.shape[:2]) * scale), MAX_ENLARGE)
        score = self.network(normalise(resized.image[None]))[0, 0]  # (H, W)
        return resized, np.asarray(score[: resized.height, : resized.width], np.float32)
