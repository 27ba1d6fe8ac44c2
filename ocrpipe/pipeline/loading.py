"""A pipeline by the names of its models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ocrpipe import weights
from ocrpipe.device import choose
from ocrpipe.model_index import Setting
from ocrpipe.page import MIN_CONFIDENCE
from ocrpipe.pipeline.both_stages import Pipeline

if TYPE_CHECKING:
    from ocrpipe.decode_options import DecodeOptions


def load_pipeline(
    detector: str | Path | None = None,
    recognizer: str | Path | None = None,
    *,
    weights_folder: Path | None = None,
    device: str = "auto",
    engine: str | None = None,
    precision: str = "auto",
    settings: Mapping[str, Setting] | None = None,
    min_confidence: float = MIN_CONFIDENCE,
    decode: DecodeOptions | None = None,
    turns: bool = True,
) -> Pipeline:
    """A pipeline of the default models, or of those named by id or by file (see `ocrpipe.weights`).

    precision "auto" runs the int8 twins of models that list one, on a CPU. Words below min_confidence are
    left out, as the command line leaves them out by default.
    settings are the detector's, such as {"box_threshold": 0.6}; decode says how characters become text, and
    what is told of each word. Raises WeightsError, DeviceError, LexiconError, or ValueError for an unknown
    device or engine and for wishes of decode that make no sense.
    """
    chosen = choose(device, engine, precision)
    stage_1, detector_info = weights.load_detector(detector, chosen, weights_folder, settings)
    stage_2, recognizer_info = weights.load_recognizer(recognizer, chosen, weights_folder, decode)
    return Pipeline(
        stage_1,
        stage_2,
        detector_info=detector_info,
        recognizer_info=recognizer_info,
        min_confidence=min_confidence,
        chars=decode is not None and decode.chars,
        turns=turns,
        looks=(decode and decode.looks) or 1,  # on photos more words come right, and as many wrong
    )
