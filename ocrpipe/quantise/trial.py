"""Whether int8 twins pay: the same photos read without and with them, one twin more at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

from detectors.db_detector import DBDetector
from ocrpipe.pipeline import Pipeline, load_pipeline
from ocrpipe.quantise.twins import Twin
from ocrpipe.runtime import onnx_network
from recognizer.crnn_recognizer import CRNNRecognizer

MOST_LOST = 0.005  # of end-to-end F1: half a point is what the speed may cost


def with_twins(pipeline: Pipeline, twins: Sequence[Twin]) -> Pipeline:
    """A copy of pipeline, which has the models that twins are of, with their networks in its own's place."""
    quick = copy(pipeline)
    for twin in twins:
        network = onnx_network(twin.data, twin.model.id)
        if twin.model.kind == "detector" and isinstance(pipeline.detector, DBDetector):
            quick.detector = replace(pipeline.detector, network=network)
        elif isinstance(pipeline.recognizer, CRNNRecognizer):
            quick.recognizer = recognizer = copy(pipeline.recognizer)
            recognizer.network = network
    return quick


@dataclass(frozen=True, slots=True)
class Trial:
    """The default models, those of twins as int8: end-to-end F1, 0..1, and processor seconds.

    pays: it is faster than all before it that pay, and its F1 less than `MOST_LOST` below that of fp32.
    """

    twins: tuple[Twin, ...]
    f1: float
    seconds: float
    pays: bool = True


def trials(folder: Path, twins: Sequence[Twin], score: Callable[[Pipeline], float]) -> Iterator[Trial]:
    """The default models of folder without twins, then with one twin more at a time, each kept if it pays.

    score reads what is to be read, and says F1.
    """
    pipeline = load_pipeline(weights_folder=folder, device="cpu", precision="fp32")
    exact = best = _trial(pipeline, (), score)
    yield exact
    for twin in twins:
        trial = _trial(pipeline, (*best.twins, twin), score)
        trial = replace(trial, pays=trial.seconds < best.seconds and exact.f1 - trial.f1 < MOST_LOST)
        yield trial
        best = trial if trial.pays else best


def _trial(pipeline: Pipeline, twins: tuple[Twin, ...], score: Callable[[Pipeline], float]) -> Trial:
    start = time.process_time()
    return Trial(twins, score(with_twins(pipeline, twins)), time.process_time() - start)
