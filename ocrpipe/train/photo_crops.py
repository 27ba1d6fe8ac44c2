"""Training crops cut from photos and rendered scenes: where to look, how large, how tilted."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.base import Image
from detectors.geometry import sides
from ocrpipe.errors import LabelError
from ocrpipe.labels import Scene
from ocrpipe.synth.scenes import RenderedScene
from ocrpipe.train.crop_geometry import crop_matrix, move


@dataclass(slots=True)
class PhotoCache:
    """Decoded photos, kept until budget bytes are used; decoding WebP costs more than cutting a crop."""

    budget: int = 5_000_000_000
    used: int = 0
    photos: dict[Path, Image] = field(default_factory=dict)

    def load(self, path: Path) -> Image:
        """The photo (H, W, 3) uint8 RGB. LabelError where it cannot be read."""
        if path in self.photos:
            return self.photos[path]
        decoded = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if decoded is None:
            raise LabelError(f"{path}: labelled photo cannot be read; check the data folder")
        image = np.ascontiguousarray(decoded[:, :, ::-1]).astype(np.uint8, copy=False)
        if self.used + image.nbytes <= self.budget:
            self.photos[path] = image
            self.used += image.nbytes
        return image


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One training crop: image (S, S, 3) uint8 RGB; quads (N, 4, 2) float32 in its pixels;
    ignored (N,) bool.
    """

    image: Image
    quads: NDArray[np.float32]
    ignored: NDArray[np.bool_]


def _focus(scene: Scene, rng: np.random.Generator) -> tuple[NDArray[np.float32], float]:
    """A point (x, y) worth looking at and the height of the text there, in pixels of the photo."""
    legible = np.flatnonzero(~scene.ignored())
    if not len(legible) or rng.random() < 0.1:
        spot = rng.uniform(0, 1, 2) * (scene.width, scene.height)
        return spot.astype(np.float32), 0.0
    quad = scene.quads()[rng.choice(legible)]
    return quad.mean(axis=0), min(sides(quad))


def cut(
    image: Image, scene: Scene, size: int, heights: tuple[float, float], rng: np.random.Generator
) -> Sample:
    """A crop around one word of a photo, or around any place, scaled so that its words have a chosen
    height.
    """
    centre, text = _focus(scene, rng)
    wanted = float(np.exp(rng.uniform(*np.log(heights))))
    scale = float(np.clip(wanted / text, 0.4, 2.5)) if text > 0 else float(np.exp(rng.uniform(-0.7, 0.7)))
    if scale < 0.6:  # bilinear sampling would skip pixels
        half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        sampled, pre = half.astype(np.uint8, copy=False), 0.5
    else:
        sampled, pre = image, 1.0
    matrix = crop_matrix(centre, scale, (scene.width, scene.height), size, rng)
    warp = matrix @ np.diag([1 / pre, 1 / pre, 1.0])
    # cv2 puts integers at pixel centres, quads at pixel corners: half a pixel before and after.
    warp = _shift(-0.5) @ warp @ _shift(0.5)
    edge = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
    filler = tuple(float(v) for v in rng.integers(0, 256, 3))
    crop = cv2.warpAffine(sampled, warp[:2], (size, size), borderMode=edge, borderValue=filler)
    return Sample(crop.astype(np.uint8, copy=False), move(scene.quads(), matrix), scene.ignored())


def _shift(by: float) -> NDArray[np.float64]:
    return np.array([[1, 0, by], [0, 1, by], [0, 0, 1]], np.float64)


def tilted(scene: RenderedScene, rng: np.random.Generator) -> Sample:
    """A rendered scene, at times turned a little as a hand-held camera sees it."""
    if rng.random() < 0.6:
        return Sample(scene.image, scene.quads, scene.ignored)
    size = len(scene.image)
    scale = float(rng.uniform(0.85, 1.15))
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((size / 2, size / 2), float(rng.normal(0, 4)), scale)
    warp = _shift(-0.5) @ matrix @ _shift(0.5)
    image = cv2.warpAffine(scene.image, warp[:2], (size, size), borderMode=cv2.BORDER_REPLICATE)
    return Sample(image.astype(np.uint8, copy=False), move(scene.quads, matrix), scene.ignored)
