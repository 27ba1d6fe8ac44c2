"""detectors.tiling: photos larger than the network, looked at in parts by one that finds white boxes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.base import Detections
from detectors.db_detector import DBDetector
from detectors.resize import DEVIATION, MEAN
from detectors.tiling import OVERLAP, SMALL, Tile, Tiling, detect_tiled, is_flat, tiles

Box = tuple[int, int, int, int]


class Eye:
    """A network that finds pixels of more than half the brightness; remembers its inputs' sizes."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, ...]] = []

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.sizes.append(batch.shape[2:])
        grey = (127.5 - MEAN) / DEVIATION
        return np.asarray((batch > grey[:, None, None]).min(axis=1)[:, None], np.float32)


def photo(width: int, height: int, *boxes: Box) -> NDArray[np.uint8]:
    """Black, with white boxes x, y, width, height."""
    image = np.zeros((height, width, 3), np.uint8)
    for x, y, w, h in boxes:
        image[y : y + h, x : x + w] = 255
    return image


def detector(eye: Eye, tile: Tiling = "auto") -> DBDetector:
    return DBDetector(eye, long_side=320, unclip_ratio=0, min_size=2, tile=tile)


def are(found: Detections, *boxes: Box) -> bool:
    """Whether found is these boxes, to a pixel, for scaling moves borders by less than that."""
    low, high = found.quads.min(axis=1), found.quads.max(axis=1)
    rows = sorted(np.hstack([low, high - low]).tolist())
    return len(rows) == len(boxes) and bool(np.abs(np.array(rows) - np.array(sorted(boxes))).max() <= 1)


@pytest.mark.parametrize("length", [1, 320, 321, 599, 600, 601, 10_000])
def test_tiles_cover_the_photo_and_overlap_by_an_eighth(length: int) -> None:
    cut = list(tiles(length, 100, 320))
    assert (cut[0].left, cut[-1].right) == (0, length)
    assert all(tile.right - tile.left == min(length, 320) for tile in cut)
    assert all(a.right - b.left >= OVERLAP * 320 - 1 for a, b in pairwise(cut))
    assert {(tile.top, tile.bottom) for tile in cut} == {(0, 100)}


def test_tiles_go_row_by_row() -> None:
    corners = [(tile.left, tile.top) for tile in tiles(600, 600, 320)]
    assert corners == [(0, 0), (280, 0), (0, 280), (280, 280)]


def test_a_border_cuts_only_where_the_photo_goes_on() -> None:
    image, tile = photo(600, 300), Tile(0, 0, 320, 300)
    quads = np.array([[(x, 0), (x + 50, 0), (x + 50, 300), (x, 300)] for x in (0, 100, 270, 300)], np.float32)
    assert tile.cuts(quads, image, 2).tolist() == [False, False, True, True]


def test_small_words_of_a_large_photo_are_found_in_tiles_only() -> None:
    words = [(30, 30, 60, 6), (780, 500, 60, 6), (1500, 980, 60, 6)]
    image = photo(1600, 1000, *words)
    assert len(detector(Eye(), "off").detect(image)) == 0
    assert are(detector(Eye()).detect(image), *words)


def test_a_word_on_a_tiles_border_comes_out_once_and_whole_wherever_it_lies() -> None:
    for x in range(0, 800, 13):
        image = photo(900, 200, (x, 20, 90, 12), (x // 2, 150, 90, 12))
        found = detector(Eye(), 320).detect(image)
        assert are(found, (x, 20, 90, 12), (x // 2, 150, 90, 12))


def test_a_word_longer_than_the_overlap_is_put_together() -> None:
    image = photo(1280, 64, (10, 20, 1200, 6))
    assert are(detector(Eye(), 320).detect(image), (10, 20, 1200, 6))


def test_large_words_are_taken_from_the_whole() -> None:
    image = photo(1600, 800, (100, 100, 1200, 300), (200, 700, 60, 6))
    assert are(detector(Eye(), 320).detect(image), (100, 100, 1200, 300), (200, 700, 60, 6))


def test_a_photo_of_large_words_is_looked_at_once() -> None:
    height = int(SMALL * 5) + 5
    eye = Eye()
    detector(eye).detect(photo(1600, 960, (100, 100, 700, height), (100, 600, 700, height)))
    assert eye.sizes == [(192, 320)]


def test_a_photo_that_the_network_sees_whole_is_looked_at_once() -> None:
    eye = Eye()
    detector(eye).detect(photo(320, 320, (10, 10, 40, 4)))
    assert len(eye.sizes) == 1


def test_a_photo_without_words_costs_a_few_looks_and_not_every_tile() -> None:
    eye = Eye()
    texture = np.random.default_rng(0).integers(0, 120, (3200, 3200, 3), np.uint8)
    assert len(detector(eye).detect(texture)) == 0
    assert len(eye.sizes) == 4


def test_no_look_is_at_more_pixels_than_the_network_sees() -> None:
    eye = Eye()
    detector(eye).detect(photo(3000, 2000, *((x, 20 + x // 2, 40, 8) for x in range(0, 2900, 50))))
    assert len(eye.sizes) > 20
    assert max(max(size) for size in eye.sizes) == 320


def test_blank_tiles_are_not_looked_at() -> None:
    eye = Eye()
    detector(eye, 320).detect(photo(3200, 3200, (10, 10, 60, 12)))
    assert len(eye.sizes) == 2  # the whole, and the tile with the word
    assert is_flat(photo(64, 64))
    assert not is_flat(photo(64, 64, (10, 10, 8, 3)))


def test_tiles_larger_than_the_photo_change_nothing() -> None:
    image = photo(500, 300, (30, 30, 90, 20))
    whole, tiled = detector(Eye(), "off").detect(image), detector(Eye(), 500).detect(image)
    assert np.array_equal(whole.quads, tiled.quads)
    assert np.array_equal(whole.scores, tiled.scores)


@pytest.mark.parametrize("tile", [31, -1, "on", 64.0])
def test_tiles_that_make_no_sense_are_refused(tile: Tiling) -> None:
    with pytest.raises(ValueError, match="tile must be"):
        detector(Eye(), tile)
    with pytest.raises(ValueError, match="tile must be"):
        detect_tiled(lambda image, scale: Detections.empty(), photo(9, 9), 320, tile)
