"""One photo through both stages, or through one of them.

Detect, crop, transcribe, put in reading order. The pipeline never sees a tensor.
"""

from __future__ import annotations

from ocrpipe.pipeline.both_stages import PHOTOS_AT_ONCE, Pipeline
from ocrpipe.pipeline.loading import load_pipeline
from ocrpipe.pipeline.one_stage import detect_photo, transcribe_photo
from ocrpipe.pipeline.timing import with_load_time

__all__ = [
    "PHOTOS_AT_ONCE",
    "Pipeline",
    "detect_photo",
    "load_pipeline",
    "transcribe_photo",
    "with_load_time",
]
