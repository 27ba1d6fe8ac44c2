"""What the detector saw, as a picture: its score map over the photo, to see why a word was missed."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe import overlay
from ocrpipe.images import Photo
from ocrpipe.outputs import picture_path
from ocrpipe.page import Page

_HOT = np.array([255, 64, 0], np.float32)  # RGB at score 1
_PALE = 0.5  # how much of the photo's brightness is left where nothing was seen


class ScoreMapper(Protocol):
    """A detector that can show its score map."""

    def score_map(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(h, w), 0..1, of image (H, W, 3) uint8 RGB as a whole, of any size."""
        ...


def heat(image: NDArray[np.uint8], score: NDArray[np.float32]) -> NDArray[np.uint8]:
    """score (h, w), 0..1, in red over the darkened grey of image (H, W, 3): (h, w, 3) uint8 RGB."""
    height, width = score.shape
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    grey = small.mean(axis=2, keepdims=True, dtype=np.float32) * np.float32(_PALE)  # (h, w, 1)
    share = np.clip(score, 0, 1)[:, :, None]
    return np.asarray(np.round(grey * (1 - share) + _HOT * share), np.uint8)


class MapOutput:
    """A picture of each page's score map: NAME.map.png, of a later page NAME.p2.map.png.

    It costs another look at each photo. named: what each photo is called (see `ocrpipe.outputs.names`).
    """

    def __init__(self, folder: Path, named: dict[str, Path], detector: ScoreMapper) -> None:
        self._folder, self._named, self._detector = folder, named, detector

    def write(self, page: Page, photo: Photo) -> None:
        """Draw what the detector saw in photo; OutputError where the picture cannot be written."""
        path = picture_path(self._folder, self._named, page, "map.png")
        overlay.save(heat(photo.pixels, self._detector.score_map(photo.pixels)), path)
