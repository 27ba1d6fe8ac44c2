"""Words in photos larger than a network sees at once: tiles that overlap, and one list of words from all.

A photo shrunk to the network's size shows its large words; its small ones have vanished. So it is looked at
once as a whole, for the large ones, and where there are small ones once more, tile by tile, at the scale that
suits them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections, Image
from detectors.merging import joined, merged, span
from detectors.resize import MAX_ENLARGE

Tiling = Literal["auto", "off"] | int
Look = Callable[[Image, float], Detections]  # an image and by how much to scale it; quads in its own pixels

OVERLAP = 0.125  # of a tile's side: 200 px of 1600, a word of twelve letters 24 px high
# Heights of words in pixels of the network, measured in docs/detection.md.
SMALL = 16.0  # words below are better seen larger
WELL = 24.0  # the height at which most are found and read
_PROBES = 3  # tiles that are looked at to learn how small a photo's words are
_FLAT = 20  # grey levels: an image whose halved pixels all lie closer together shows no text


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a photo: columns left..right, rows top..bottom, ends exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, image: Image) -> Image:
        """The tile's pixels, a view of image (H, W, 3)."""
        return image[self.top : self.bottom, self.left : self.right]

    def cuts(self, quads: NDArray[np.float32], image: Image, margin: float) -> NDArray[np.bool_]:
        """(N,): which of quads (N, 4, 2), in pixels of image, come within margin of a border of the tile that
        is not also the image's.
        """
        height, width = image.shape[:2]
        low, high = quads.min(axis=1), quads.max(axis=1)  # (N, 2)
        cut = (low[:, 0] < self.left + margin) & (self.left > 0)
        cut |= (low[:, 1] < self.top + margin) & (self.top > 0)
        cut |= (high[:, 0] > self.right - margin) & (self.right < width)
        return np.asarray(cut | ((high[:, 1] > self.bottom - margin) & (self.bottom < height)))


def detect_tiled(look: Look, image: Image, size: int, tiling: Tiling = "auto") -> Detections:
    """Words in image, (H, W, 3) uint8 RGB, in its pixels, for a network that sees size pixels a side.

    tiling: "off" looks at the whole only. A number is the side of the tiles, in pixels of image. "auto" takes
    tiles for an image larger than size whose words are small there, and the scale that they ask for. Only one
    tile is looked at at a time. ValueError for tiles of fewer than 32 pixels.
    """
    check_tiling(tiling)
    longest = max(image.shape[:2])
    scale = min(size / longest, MAX_ENLARGE)
    whole = look(image, scale)
    if tiling == "auto":
        side = size / _suitable_scale(look, image, size, whole)
    else:
        side = longest if tiling == "off" else tiling
    if side >= longest:
        return whole
    fine = min(size / side, MAX_ENLARGE)
    return _combined(whole, scale, _from_tiles(look, image, int(side), fine))


def check_tiling(tiling: Tiling) -> None:
    """ValueError unless tiling is "auto", "off" or a number of pixels from 32."""
    if tiling not in ("auto", "off") and (not isinstance(tiling, int) or tiling < 32):
        raise ValueError(f"tile must be 'auto', 'off' or at least 32 pixels, got {tiling!r}")


def tiles(width: int, height: int, side: int) -> Iterator[Tile]:
    """As few tiles of at most side x side pixels as cover width x height with an overlap of at least
    `OVERLAP`, row by row.
    """
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield Tile(left, top, min(left + side, width), min(top + side, height))


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin along one axis: evenly spaced, the first at 0, the last ending at the end."""
    count = 1 + max(0, int(np.ceil((length - side) / (side * (1 - OVERLAP)))))
    return [round(start) for start in np.linspace(0, max(length - side, 0), count)]


def _suitable_scale(look: Look, image: Image, size: int, whole: Detections) -> float:
    """How image should be scaled for its words to be seen well: the whole's scale where they are so already,
    or where none are.

    Learned from the tiles with the most small words, or with the most detail where the whole shows none.
    """
    height, width = image.shape[:2]
    base: float = size / max(height, width)
    if base >= 1 or (len(whole) and np.percentile(span(whole.quads), 25) * base >= SMALL):
        return base
    centres = whole.quads.mean(axis=1)  # (N, 2)

    def promise(tile: Tile) -> tuple[int, float]:
        inside = (centres >= (tile.left, tile.top)) & (centres < (tile.right, tile.bottom))
        return int(inside.all(axis=1).sum()), _detail(tile.of(image))

    probes = sorted(tiles(width, height, size), key=promise, reverse=True)[:_PROBES]
    spans = np.concatenate([span(look(tile.of(image), 1.0).quads) for tile in probes])
    return float(np.clip(WELL / np.median(spans), base, MAX_ENLARGE)) if len(spans) else base


def _detail(image: Image) -> float:
    """Mean difference between neighbours in a row: high where there is print."""
    rows = image[::4, :, 1]
    return float(cv2.absdiff(rows[:, 1:], rows[:, :-1]).mean()) if rows.shape[1] > 1 else 0.0


def is_flat(image: Image) -> bool:
    """Whether image (H, W, 3) shows so little contrast that it holds no text, as margins of scans do."""
    small = cv2.resize(image[:, :, 1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return bool(int(small.max()) - int(small.min()) < _FLAT)


def _from_tiles(look: Look, image: Image, side: int, scale: float) -> list[Detections]:
    """Words of all tiles, in pixels of image: those whole in a tile, those put together from parts."""
    height, width = image.shape[:2]
    quads, scores, margins, cut, owners = [], [], [], [], []
    for number, tile in enumerate(tiles(width, height, side)):
        if is_flat(tile.of(image)):
            continue
        found = look(tile.of(image), scale)
        placed = found.quads + np.array([tile.left, tile.top], np.float32)
        quads.append(placed)
        scores.append(found.scores)
        margins.append(found.margins)
        cut.append(tile.cuts(placed, image, 2 / scale))
        owners.append(np.full(len(found), number))
    if not quads:
        return []
    every = Detections(np.concatenate(quads), np.concatenate(scores), np.concatenate(margins))
    parts = np.concatenate(cut)
    return [every.only(~parts), joined(every.only(parts), np.concatenate(owners)[parts])]


def _combined(whole: Detections, scale: float, fine: list[Detections]) -> Detections:
    """Large words from the look at the whole, small ones from the tiles, each once."""
    large = span(whole.quads) * scale >= WELL
    return merged([whole.only(large), *fine, whole.only(~large)])
