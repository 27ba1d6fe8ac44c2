"""Stages that do not do the same work twice: a photo read with one more lexicon costs decoding alone."""

from __future__ import annotations

from copy import copy
from hashlib import sha1

import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections, Detector
from ocrpipe.pipeline import Pipeline
from recognizer.crnn_recognizer import CRNNRecognizer, Network


class RememberingDetector:
    """A detector that knows what it found in the last photo, as long as it is given the very same array."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._last: tuple[NDArray[np.uint8], Detections] | None = None

    def detect(self, image: NDArray[np.uint8]) -> Detections:
        """As the detector does."""
        if self._last is None or self._last[0] is not image:
            self._last = image, self._detector.detect(image)
        return self._last[1]


class RememberingNetwork:
    """A recogniser's network that knows the logits of every batch since `forget` was called."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[tuple[tuple[int, ...], bytes], NDArray[np.float32]] = {}

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        key = batch.shape, sha1(batch.tobytes(), usedforsecurity=False).digest()
        if key not in self._known:
            self._known[key] = self._network(batch)
        return self._known[key]

    def forget(self) -> None:
        """Free the memory, as before another photo."""
        self._known.clear()


def remembering(pipeline: Pipeline) -> tuple[Pipeline, RememberingNetwork | None]:
    """A copy of pipeline whose stages remember, and the network to tell when to forget.

    None for a recogniser that is no CRNN; it does its work each time.
    """
    own = copy(pipeline)
    own.detector = RememberingDetector(pipeline.detector)
    reader = pipeline.recognizer
    if not isinstance(reader, CRNNRecognizer):
        return own, None
    network = RememberingNetwork(reader.network)
    own.recognizer = CRNNRecognizer(
        network, reader.charset, reader.temperature, reader.decoder.wanted, reader.calibration
    )
    return own, network
