"""detectors.db_detector and the registry: from a photo to quads in its own pixels, with a network made of
numpy.
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

import detectors
from detectors.db_detector import DBDetector
from detectors.geometry import quad_iou
from detectors.resize import DEVIATION, MEAN


def sees_white(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """A network that finds white pixels: (1, 3, H, W) to (1, 1, H, W)."""
    assert batch.shape[0] == 1
    assert [side % 32 for side in batch.shape[2:]] == [0, 0]
    white = (255 - MEAN) / DEVIATION
    seen = (batch > white[:, None, None] - 0.1).min(axis=1)  # (1, H, W)
    return np.asarray(seen[:, None], np.float32)


@pytest.mark.parametrize("long_side", [320, 640, 1280])
def test_a_core_is_found_in_the_photos_pixels_whatever_the_network_size(long_side: int) -> None:
    image = np.zeros((500, 640, 3), np.uint8)
    image[200:240, 100:300] = 255
    found = DBDetector(sees_white, long_side=long_side, unclip_ratio=0).detect(image)
    core = np.array([[100, 200], [300, 200], [300, 240], [100, 240]], np.float32)
    assert len(found) == 1
    assert quad_iou(found.quads[0], core) > 0.93


def test_quads_are_clipped_to_the_photo_and_padding_holds_no_words() -> None:
    image = np.full((50, 70, 3), 255, np.uint8)
    found = DBDetector(sees_white).detect(image)
    assert np.array_equal(found.quads, [[[0, 0], [70, 0], [70, 50], [0, 50]]])


def test_a_small_picture_is_shown_with_a_margin_of_its_own_edge() -> None:
    seen: list[NDArray[np.float32]] = []

    def remembers(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        seen.append(batch)
        return sees_white(batch)

    image = np.zeros((40, 100, 3), np.uint8)
    image[10:30, 20:80] = 255
    found = DBDetector(remembers, unclip_ratio=0).detect(image)
    assert seen[0].shape == (1, 3, 160, 288)  # 2 x (40 + 40) by 2 x (100 + 40), padded to multiples of 32
    assert np.abs(found.quads[0] - [[20, 10], [80, 10], [80, 30], [20, 30]]).max() <= 0.5


@pytest.mark.parametrize("shape", [(1, 1, 3), (5000, 3, 3), (3, 5000, 3), (32, 32, 3)])
def test_tiny_and_thin_pictures_give_no_words_and_no_failure(shape: tuple[int, ...]) -> None:
    assert len(DBDetector(sees_white).detect(np.zeros(shape, np.uint8))) == 0


def test_settings_out_of_range_are_refused_when_the_detector_is_made() -> None:
    with pytest.raises(ValueError, match="long_side"):
        DBDetector(sees_white, long_side=16)
    with pytest.raises(ValueError, match="thresholds"):
        DBDetector(sees_white, box_threshold=2)


def test_create_builds_by_name_and_lists_the_names_it_knows() -> None:
    made = detectors.create("dbnet", network=sees_white, box_threshold=0.7)
    assert isinstance(made, DBDetector)
    assert made.box_threshold == 0.7
    with pytest.raises(ValueError, match=r"unknown detector 'east'; known: contours, dbnet"):
        detectors.create("east")


def test_finding_words_does_not_import_torch() -> None:
    code = "import sys, detectors.db_detector, detectors.metrics; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
