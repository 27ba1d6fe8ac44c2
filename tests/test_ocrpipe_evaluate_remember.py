"""Stages that remember give the same answers, and do their work once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections
from ocrpipe import images
from ocrpipe.evaluate.remember import remembering
from ocrpipe.pipeline import Pipeline
from recognizer.base import Transcript
from recognizer.charset import charset
from recognizer.crnn_recognizer import CRNNRecognizer

ASCII = charset("ascii94")
PHOTO = images.load(np.zeros((50, 100, 3), np.uint8))


class One:
    """A detector that finds one word, and counts how often it looked."""

    looked = 0

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        self.looked += 1
        return Detections(
            np.array([[(0, 0), (40, 0), (40, 10), (0, 10)]], np.float32), np.ones(1, np.float32)
        )


class SaysA:
    """A network that says "a", and counts its calls."""

    calls = 0

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.calls += 1
        logits = np.zeros((len(batch), 4, ASCII.classes), np.float32)
        logits[:, :, ASCII.encode("a")[0]] = 9
        return logits


def test_a_photo_read_again_costs_no_detection_and_no_network() -> None:
    detector, network = One(), SaysA()
    plain = Pipeline(detector, CRNNRecognizer(network, ASCII, calibration=2.0))
    own, memory = remembering(plain)
    pages = [own.read_photo(PHOTO) for _ in range(3)]
    assert (detector.looked, network.calls) == (1, 1)
    assert memory is not None
    memory.forget()
    pages.append(own.read_photo(images.load(np.zeros((50, 100, 3), np.uint8))))
    assert (detector.looked, network.calls) == (2, 2)
    expected = plain.read_photo(PHOTO)
    for page in pages:
        assert replace(page, timing_ms=None) == replace(expected, timing_ms=None)


class Plain:
    """A recogniser without a network."""

    def transcribe(self, crops: Sequence[NDArray[np.uint8]]) -> list[Transcript]:
        return [Transcript("b", 1.0) for _ in crops]


def test_other_recognisers_are_left_as_they_are() -> None:
    own, memory = remembering(Pipeline(One(), Plain()))
    assert memory is None
    assert [word.text for word in own.read_photo(PHOTO).words] == ["b"]
