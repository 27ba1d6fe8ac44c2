"""The classical detector finds clear print, of both polarities, and survives whatever is no print."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detectors import create
from detectors.base import Detections
from detectors.contours import ContourDetector
from detectors.geometry import quad_iou

Quads = NDArray[np.float32]
WORDS = (("Harbour", 40, 60), ("street", 230, 60), ("42", 380, 60), ("CLOSED", 60, 150), ("today", 230, 150))


def sign(ink: int, ground: int) -> tuple[NDArray[np.uint8], Quads]:
    """A sign (220, 480) with WORDS, and the quads of their ink."""
    image = np.full((220, 480, 3), ground, np.uint8)
    quads = []
    for text, x, y in WORDS:
        alone = np.zeros(image.shape[:2], np.uint8)
        cv2.putText(alone, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 255, 3, cv2.LINE_AA)
        image[alone > 127] = ink
        left, top, width, height = cv2.boundingRect(alone)
        quads.append([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
    return image, np.array(quads, np.float32)


def assert_same_words(found: Detections, true: Quads, least: float = 0.8) -> None:
    assert len(found) == len(true)
    for quad in true:
        assert max(quad_iou(quad, other) for other in found.quads) >= least


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (255, 0), (60, 200), (240, 90)])
def test_every_word_of_a_clear_sign_is_one_box(ink: int, ground: int) -> None:
    image, quads = sign(ink, ground)
    assert_same_words(ContourDetector().detect(image), quads)


def test_a_large_photo_is_scaled_down_and_its_boxes_back_up() -> None:
    image, quads = sign(0, 255)
    large = np.asarray(cv2.resize(image, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC), np.uint8)
    assert_same_words(ContourDetector(long_side=960).detect(large), quads * 5)


def test_a_tilted_sign_gives_tilted_boxes() -> None:
    image, quads = sign(0, 255)
    matrix = cv2.getRotationMatrix2D((240.0, 110.0), -7, 0.9)
    turned = cv2.warpAffine(image, matrix, (480, 220), borderValue=(255, 255, 255))
    true = np.array([np.c_[q, np.ones(4)] @ matrix.T for q in quads], np.float32)
    found = ContourDetector().detect(np.asarray(turned, np.uint8))
    assert_same_words(found, true, least=0.55)
    longest = found.quads[np.argmax(np.ptp(found.quads[:, :, 0], axis=1))]
    edge = longest[1] - longest[0]
    assert np.rad2deg(np.arctan2(edge[1], edge[0])) == pytest.approx(7, abs=3)


def test_scores_grow_with_contrast() -> None:
    strong = ContourDetector().detect(sign(0, 255)[0]).scores
    weak = ContourDetector().detect(sign(120, 200)[0]).scores
    assert strong.min() > weak.max()
    assert strong.max() <= 1


def test_boxes_lie_within_the_image() -> None:
    image = sign(0, 255)[0][34:160, 40:400]  # cuts through words at every side
    quads = ContourDetector().detect(np.ascontiguousarray(image)).quads
    assert quads.min() >= 0
    assert (quads.reshape(-1, 2) <= [360, 126]).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (4, 4), (5, 5), (7, 300)])
def test_tiny_images_have_no_words(shape: tuple[int, int]) -> None:
    for value in (0, 255):
        assert len(ContourDetector().detect(np.full((*shape, 3), value, np.uint8))) == 0


@pytest.mark.parametrize("value", [0, 127, 255])
def test_an_empty_wall_has_no_words(value: int) -> None:
    found = ContourDetector().detect(np.full((400, 600, 3), value, np.uint8))
    assert found.quads.shape == (0, 4, 2)
    assert found.scores.shape == (0,)


def test_noise_is_survived_and_the_same_noise_gives_the_same_boxes() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (360, 640, 3), np.uint8)
    first, second = ContourDetector().detect(noise), ContourDetector().detect(noise)
    np.testing.assert_array_equal(first.quads, second.quads)
    assert np.isfinite(first.quads).all()


def test_no_word_is_left_out_when_every_score_is_welcome() -> None:
    image, _ = sign(0, 255)
    some, every = ContourDetector(), ContourDetector(min_score=0.0)
    assert len(every.detect(image)) >= len(some.detect(image))


def test_it_is_in_the_list_of_detectors() -> None:
    assert create("contours", contrast=20) == ContourDetector(contrast=20)


def test_an_array_that_is_no_rgb_image_is_refused() -> None:
    with pytest.raises(ValueError, match="must be"):
        ContourDetector().detect(np.zeros((10, 10), np.uint8))
