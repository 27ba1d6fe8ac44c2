"""Real words to train and measure on: crop folders with labels.tsv, and words cut out of labelled photos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.geometry import sides
from ocrpipe import images
from ocrpipe.errors import LabelError
from ocrpipe.labels import load_scenes

CASELESS = ("svt",)  # sources labelled in capitals whatever the picture shows


@dataclass(frozen=True, slots=True)
class RealCrop:
    """grey: (H, W) uint8 of any size, the word `inset` px inside its edges; source: the data set's name, the
    file name's first part."""

    grey: NDArray[np.uint8]
    text: str
    source: str
    inset: int = 0

    @property
    def word(self) -> NDArray[np.uint8]:
        """grey without what lies around the word."""
        return self.grey[
            self.inset : len(self.grey) - self.inset, self.inset : self.grey.shape[1] - self.inset
        ]


def load_crops(folder: Path) -> list[RealCrop]:
    """Crops of a folder with `labels.tsv` (file, tab, text). LabelError naming the line for anything
    unusable.
    """
    table = folder / "labels.tsv"
    if not table.is_file():
        raise LabelError(f"{table}: not found; it lists one crop a line: file, tab, text")
    crops = []
    for number, line in enumerate(table.read_text("utf-8").splitlines(), start=1):
        name, tab, text = line.partition("\t")
        grey = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE) if tab else None
        if grey is None or not text:
            raise LabelError(
                f"{table}:{number}: expected a readable picture, a tab and its text, got {line!r}"
            )
        crops.append(RealCrop(np.asarray(grey, np.uint8), text, Path(name).name.split("_")[0]))
    return crops


def load_scene_crops(folder: Path, margin: float = 0.25, tallest: int = 64) -> list[RealCrop]:
    """Every transcribed word of the scenes in folder, rectified from its quad as a detector's would be.

    Each keeps `margin` of its height around it, for the jitter to look into; words higher than `tallest` px
    shrink.
    """
    crops = []
    for scene in load_scenes(folder):
        words = [word for word in scene.words if word.text and not word.ignore and " " not in word.text]
        photo = cv2.imread(str(scene.image), cv2.IMREAD_GRAYSCALE)
        if photo is None:
            raise LabelError(f"{scene.image}: named by {folder.name}/labels.jsonl, but not a readable photo")
        for word in words:
            quad = np.array(word.quad, np.float32)
            width, height = sides(quad)
            if (
                min(width, height) >= 6 and height <= 1.5 * width
            ):  # tall words are read turned: not learnt here
                crop, inset = rectified(np.asarray(photo, np.uint8), quad, margin, tallest)
                crops.append(RealCrop(crop, str(word.text), folder.name, inset))
    return crops


def rectified(
    photo: NDArray[np.uint8], quad: NDArray[np.float32], margin: float, tallest: int
) -> tuple[NDArray[np.uint8], int]:
    """The word in quad (4, 2) of a grey photo, upright, shrunk to tallest px, with `margin` of its height
    around it; and how many px that is.
    """
    width, height = sides(quad)
    scale = min(1.0, tallest / height)
    inset, w, h = round(margin * height * scale), round(width * scale), round(height * scale)
    target = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) + np.float32(inset)
    warp = cv2.getPerspectiveTransform(quad - np.float32(0.5), target - np.float32(0.5))  # to pixel centres
    size = (w + 2 * inset, h + 2 * inset)
    crop = cv2.warpPerspective(photo, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8), inset


def grey_image(image: Path | bytes, name: str) -> NDArray[np.uint8]:
    """(H, W) uint8 of an image file or its bytes, called name. ImageError where it cannot be read."""
    pixels = images.load(image, name=name).pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def fit_height(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) uint8 -> (32, w) uint8, aspect kept, 1 <= w <= 1024: a crop file as the recogniser wants it."""
    height, width = grey.shape
    wide = min(1024, max(1, round(width * 32 / height)))
    kind = cv2.INTER_AREA if height > 32 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, (wide, 32), interpolation=kind), np.uint8)
