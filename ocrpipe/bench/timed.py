"""A pipeline with a stopwatch before and after its two stages and their networks."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detectors.base import Detections, Detector, Image
from detectors.db_detector import DBDetector
from ocrpipe import images
from ocrpipe.bench.stopwatch import Stopwatch
from ocrpipe.formats import FORMATS
from ocrpipe.pipeline import Pipeline
from recognizer.base import Crop, Recognizer, Transcript
from recognizer.crnn_recognizer import CRNNRecognizer, Network

DETECTOR_NETWORK, RECOGNIZER_NETWORK = "detector network", "recognizer network"
STAGES = ("decode", "detect", "crop", "transcribe", "order", "write")
NETWORKS = (DETECTOR_NETWORK, RECOGNIZER_NETWORK)  # parts of detect and of transcribe


class TimedPipeline:
    """A pipeline with a stopwatch at its joints."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.watch = Stopwatch()
        self.pipeline = copy(pipeline)
        self.pipeline.detector = _TimedDetector(self, pipeline.detector)
        self.pipeline.recognizer = _TimedRecognizer(self, pipeline.recognizer)

    def read(self, path: Path) -> tuple[Stopwatch, int]:
        """How long each stage took for the photo at path, and how many words it has."""
        self.watch = watch = Stopwatch()
        watch.start()
        photo = images.load(path)
        watch.lap("decode")
        page = self.pipeline.read_photo(photo)
        watch.lap("order")
        FORMATS["json"].alone(page)
        watch.lap("write")
        return watch, len(page.words)

    def network(self, network: Network, name: str) -> Network:
        """network, timed under name."""

        def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
            with self.watch.within(name):
                return network(batch)

        return run


class _TimedDetector:
    """What passes before `detect` is called again, or before anything else, is cropping's or ordering's."""

    def __init__(self, timed: TimedPipeline, detector: Detector) -> None:
        if isinstance(detector, DBDetector):
            detector = replace(detector, network=timed.network(detector.network, DETECTOR_NETWORK))
        self.timed, self.inner = timed, detector

    def detect(self, image: Image) -> Detections:
        self.timed.watch.lap("order")
        found = self.inner.detect(image)
        self.timed.watch.lap("detect")
        return found


class _TimedRecognizer:
    def __init__(self, timed: TimedPipeline, recognizer: Recognizer) -> None:
        if isinstance(recognizer, CRNNRecognizer):
            recognizer = copy(recognizer)
            recognizer.network = timed.network(recognizer.network, RECOGNIZER_NETWORK)
        self.timed, self.inner = timed, recognizer

    def transcribe(self, crops: Sequence[Crop]) -> list[Transcript]:
        self.timed.watch.lap("crop")
        found = self.inner.transcribe(crops)
        self.timed.watch.lap("transcribe")
        return found
