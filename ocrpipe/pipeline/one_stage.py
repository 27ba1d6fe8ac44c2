"""Photos through one stage alone."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ocrpipe import crops, reading_order, second_look
from ocrpipe.images import Photo
from ocrpipe.page import ModelInfo, Page, Timing
from ocrpipe.pipeline.timing import since
from ocrpipe.pipeline.words import words_of

if TYPE_CHECKING:
    from detectors.base import Detector
    from recognizer.base import Recognizer


def detect_photo(detector: Detector, info: ModelInfo | None, photo: Photo) -> Page:
    """Where words are, without reading them: each has its detection score, an empty text and confidence 0."""
    start = time.perf_counter()
    found = detector.detect(photo.pixels)
    blank = [""] * len(found)
    words, lines, blocks = reading_order.arrange(
        crops.oriented(found.quads), blank, [0.0] * len(found), found.scores.tolist()
    )
    timing = Timing(detect=since(start))
    return Page(photo.source, photo.info, words, lines, blocks, detector=info, timing_ms=timing)


def transcribe_photo(
    recognizer: Recognizer, info: ModelInfo | None, photo: Photo, *, chars: bool = False, looks: int = 1
) -> Page:
    """What a photo says that is one upright word crop as a whole; an unreadable one has no words.

    chars: the word tells its characters, each with its box. looks: 2 reads an unsure one again, also as a
    line that climbs or falls.
    """
    start = time.perf_counter()
    width, height = photo.info.width, photo.info.height
    quads = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float32)  # (1, 4, 2)
    said = recognizer.transcribe(crops.rectify(photo.pixels, quads))
    if looks > 1:
        said = second_look.look_again(recognizer, photo.pixels, quads, said, second_look.UPRIGHT)
    transcripts = [t for t in said if t.text]
    kept = len(transcripts)
    page = words_of(
        photo, quads[:kept], transcripts, np.ones(kept, np.float32), np.zeros(kept, np.float32), chars=chars
    )
    return replace(page, recognizer=info, timing_ms=Timing(recognize=since(start)))
