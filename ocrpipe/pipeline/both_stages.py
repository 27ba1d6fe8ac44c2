"""The pipeline: detect, crop, transcribe, put in reading order."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from ocrpipe import crops, rows, second_look, turns
from ocrpipe.ahead import ahead
from ocrpipe.images import Photo, PhotoSource
from ocrpipe.page import ModelInfo, Page, Timing
from ocrpipe.pipeline.found import Found, surest_readings
from ocrpipe.pipeline.timing import load_timed, since
from ocrpipe.pipeline.upright import right_way_up
from ocrpipe.pipeline.words import words_of

if TYPE_CHECKING:
    from detectors.base import Detector
    from recognizer.base import Recognizer, Transcript

PHOTOS_AT_ONCE = 16  # photos whose crops share batches; more would only hold more pixels


class Pipeline:
    """A detector and a recogniser, joined.

    min_confidence: words less certain are left out, 0..1. ValueError outside that. detector_info and
    recognizer_info are what results say of the models. chars: words tell their characters, each with its box.
    turns: a photo that seems to lie on its side or stand on its head is read turned as well, and the better
    reading counts. looks: 2 reads unsure words again, cut otherwise (`ocrpipe.second_look`). space: a box is
    cut at a space of that probability. Not for use by several threads at once.
    """

    def __init__(
        self,
        detector: Detector,
        recognizer: Recognizer,
        *,
        detector_info: ModelInfo | None = None,
        recognizer_info: ModelInfo | None = None,
        min_confidence: float = 0.0,
        chars: bool = False,
        turns: bool = True,
        looks: int = 1,
        space: float = rows.SURE,
    ) -> None:
        if not 0 <= min_confidence <= 1:
            raise ValueError(f"min_confidence must be in [0, 1], got {min_confidence}")
        self.detector, self.recognizer, self.min_confidence = detector, recognizer, min_confidence
        self.detector_info, self.recognizer_info = detector_info, recognizer_info
        self.chars, self.turns, self.looks, self.space = chars, turns, looks, space

    def read(self, source: PhotoSource) -> Page:
        """The words of one photo: a path, bytes, an open file, a Pillow image or an array; its first page
        only.

        Raises ImageError where the photo cannot be read.
        """
        return self._pages([self._find_loaded(*load_timed(source))])[0]

    def read_photo(self, photo: Photo) -> Page:
        """The words of a photo that is loaded already."""
        return self._pages([self._find(photo)])[0]

    def read_many(self, photos: Iterable[PhotoSource | Photo]) -> Iterator[Page]:
        """One page a photo, in order; the crops of `PHOTOS_AT_ONCE` photos are transcribed together.

        Raises ImageError at the first that cannot be read; `ocrpipe.batch.reading.read_all` makes it a
        record. Photos are decoded in a thread, two ahead of the networks.
        """
        loaded = ahead(load_timed, photos)
        while group := [self._find_loaded(*each) for each in islice(loaded, PHOTOS_AT_ONCE)]:
            yield from self._pages(group)

    def _find_loaded(self, photo: Photo, load_ms: float) -> Found:
        return replace(self._find(photo), load_ms=load_ms)

    def _find(self, photo: Photo, quarters: int = 0) -> Found:
        """Stage 1 on photo, turned clockwise by so many quarters; the quads are those of the photo itself."""
        start = time.perf_counter()
        pixels = turns.turned(photo.pixels, quarters)
        detections = self.detector.detect(pixels)
        quads, owners = crops.readings(detections.to_read())
        cut = crops.rectify(pixels, quads)
        quads = turns.turned_back(quads, quarters, photo.info.width, photo.info.height)
        return Found(photo, quads, owners, detections.scores, detections.margins, cut, since(start))

    def _pages(self, group: Sequence[Found]) -> list[Page]:
        start = time.perf_counter()
        every = [crop for found in group for crop in found.crops]
        transcripts = iter(self.recognizer.transcribe(every))
        recognize_ms = since(start)
        pages = []
        for found in group:
            own = list(islice(transcripts, len(found.crops)))
            share = len(own) / len(every) if every else 0.0
            timing = Timing(load=found.load_ms, detect=found.detect_ms, recognize=recognize_ms * share)
            upright: tuple[Found, Sequence[Transcript]] = found, own
            if self.turns:
                upright = right_way_up(found, own, self._find, self.recognizer)
            pages.append(replace(self._page(*upright), timing_ms=timing))
        return pages

    def _page(self, found: Found, transcripts: Sequence[Transcript]) -> Page:
        # A crop without a single character is no word: the detector took something else for one.
        surest = surest_readings(found, transcripts)
        quads, said, boxes = rows.split(
            self.recognizer,
            found.photo.pixels,
            found.quads[surest],
            [transcripts[i] for i in surest],
            self.space,
        )
        if self.looks > 1:
            said = second_look.look_again(self.recognizer, found.photo.pixels, quads, said)
        kept = [i for i, t in enumerate(said) if t.text and t.score >= self.min_confidence]
        return replace(
            words_of(
                found.photo,
                quads[kept],
                [said[i] for i in kept],
                found.scores[boxes[kept]],
                found.margins[boxes[kept]],
                chars=self.chars,
            ),
            detector=self.detector_info,
            recognizer=self.recognizer_info,
        )
