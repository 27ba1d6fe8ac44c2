"""One photo through both stages.

Detect, crop, transcribe, put in reading order. The pipeline never sees a tensor.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocrpipe import crops, images, reading_order, second_look, turns, weights
from ocrpipe.ahead import ahead
from ocrpipe.device import choose
from ocrpipe.images import Photo, PhotoSource
from ocrpipe.model_index import Setting
from ocrpipe.page import MIN_CONFIDENCE, ModelInfo, Page, Timing
from ocrpipe.word_details import add_details

if TYPE_CHECKING:
    from detectors.base import Detector
    from ocrpipe.decode_options import DecodeOptions
    from recognizer.base import Recognizer, Transcript

PHOTOS_AT_ONCE = 16  # photos whose crops share batches; more would only hold more pixels


@dataclass(frozen=True, slots=True)
class _Found:
    """A photo after stage 1.

    quads: (M, 4, 2) float32, every way its N words may be read, and M crops (32, w, 3) uint8 RGB. owners:
        (M,) which word each is of; scores: (N,) float32.
    """

    photo: Photo
    quads: NDArray[np.float32]
    owners: NDArray[np.intp]
    scores: NDArray[np.float32]
    crops: Sequence[NDArray[np.uint8]]
    detect_ms: float
    load_ms: float = 0.0


class Pipeline:
    """A detector and a recogniser, joined.

    min_confidence: words less certain are left out, 0..1. ValueError outside that. detector_info and
    recognizer_info are what results say of the models. chars: words tell their characters, each with its box.
    turns: a photo that seems to lie on its side or stand on its head is read turned as well, and the better
    reading counts. looks: 2 reads unsure words again, cut otherwise (`ocrpipe.second_look`). Not for use by
    several threads at once.
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
    ) -> None:
        if not 0 <= min_confidence <= 1:
            raise ValueError(f"min_confidence must be in [0, 1], got {min_confidence}")
        self.detector, self.recognizer, self.min_confidence = detector, recognizer, min_confidence
        self.detector_info, self.recognizer_info = detector_info, recognizer_info
        self.chars, self.turns, self.looks = chars, turns, looks

    def read(self, source: PhotoSource) -> Page:
        """The words of one photo: a path, bytes, an open file, a Pillow image or an array; its first page
        only.

        Raises ImageError where the photo cannot be read.
        """
        return self._pages([self._find_loaded(*_loaded(source))])[0]

    def read_photo(self, photo: Photo) -> Page:
        """The words of a photo that is loaded already."""
        return self._pages([self._find(photo)])[0]

    def read_many(self, photos: Iterable[PhotoSource | Photo]) -> Iterator[Page]:
        """One page a photo, in order; the crops of `PHOTOS_AT_ONCE` photos are transcribed together.

        Raises ImageError at the first that cannot be read; `ocrpipe.batch.reading.read_all` makes it a
        record. Photos are decoded in a thread, two ahead of the networks.
        """
        loaded = ahead(_loaded, photos)
        while group := [self._find_loaded(*each) for each in islice(loaded, PHOTOS_AT_ONCE)]:
            yield from self._pages(group)

    def _find_loaded(self, photo: Photo, load_ms: float) -> _Found:
        return replace(self._find(photo), load_ms=load_ms)

    def _find(self, photo: Photo, quarters: int = 0) -> _Found:
        """Stage 1 on photo, turned clockwise by so many quarters; the quads are those of the photo itself."""
        start = time.perf_counter()
        pixels = turns.turned(photo.pixels, quarters)
        detections = self.detector.detect(pixels)
        quads, owners = crops.readings(detections.quads)
        cut = crops.rectify(pixels, quads)
        quads = turns.turned_back(quads, quarters, photo.info.width, photo.info.height)
        return _Found(photo, quads, owners, detections.scores, cut, _since(start))

    def _pages(self, group: Sequence[_Found]) -> list[Page]:
        start = time.perf_counter()
        every = [crop for found in group for crop in found.crops]
        transcripts = iter(self.recognizer.transcribe(every))
        recognize_ms = _since(start)
        pages = []
        for found in group:
            own = list(islice(transcripts, len(found.crops)))
            share = len(own) / len(every) if every else 0.0
            timing = Timing(load=found.load_ms, detect=found.detect_ms, recognize=recognize_ms * share)
            pages.append(replace(self._page(*self._right_way_up(found, own)), timing_ms=timing))
        return pages

    def _right_way_up(
        self, found: _Found, transcripts: Sequence[Transcript]
    ) -> tuple[_Found, Sequence[Transcript]]:
        """The same, or what is found and read in the photo turned, if it says more."""
        tried = {0: (found, transcripts)}
        quarters = 0
        while self.turns and (following := self._suspected(*tried[quarters], quarters)) not in tried:
            quarters = following
            other = self._find(found.photo, quarters)
            tried[quarters] = other, self.recognizer.transcribe(other.crops)
        return max(tried.values(), key=lambda way: turns.evidence([way[1][i] for i in _surest(*way)]))

    def _suspected(self, found: _Found, transcripts: Sequence[Transcript], quarters: int) -> int:
        """By how many quarters the photo, read turned by quarters, may have to be turned instead."""
        chosen = _surest(found, transcripts)
        quads, best = found.quads[chosen], [transcripts[i] for i in chosen]
        sideways = turns.quarters_to_upright(quads, best)
        sample = turns.sample(quads)
        as_they_stand = [best[i] for i in sample]
        if sideways != quarters or not len(sample):
            return sideways
        # Hardly any small print is found on its side, and nothing read; but some of its boxes are tall.
        if quarters == 0 and len(found.crops) > len(found.scores) and not turns.say_enough(best):
            return 1
        if turns.are_sure(as_they_stand):
            return quarters
        upside_down = crops.rectify(found.photo.pixels, np.roll(quads[sample], 2, axis=1))
        better = turns.evidence(self.recognizer.transcribe(upside_down)) > turns.evidence(as_they_stand)
        return (quarters + 2) % 4 if better else quarters

    def _page(self, found: _Found, transcripts: Sequence[Transcript]) -> Page:
        # A crop without a single character is no word: the detector took something else for one.
        surest = _surest(found, transcripts)
        quads, said = found.quads[surest], [transcripts[i] for i in surest]
        if self.looks > 1:
            said = second_look.look_again(self.recognizer, found.photo.pixels, quads, said)
        kept = [i for i, t in enumerate(said) if t.text and t.score >= self.min_confidence]
        return replace(
            _page(
                found.photo,
                quads[kept],
                [said[i] for i in kept],
                found.scores[kept],
                chars=self.chars,
            ),
            detector=self.detector_info,
            recognizer=self.recognizer_info,
        )


def _loaded(source: PhotoSource | Photo) -> tuple[Photo, float]:
    """The photo of source and the milliseconds that loading it took; none where it is loaded already."""
    if isinstance(source, Photo):
        return source, 0.0
    start = time.perf_counter()
    photo = images.load(source)
    return photo, _since(start)


def _surest(found: _Found, transcripts: Sequence[Transcript]) -> list[int]:
    """For each word found, which of its readings was the most certain; the first of equals."""
    best: dict[int, int] = {}
    for index, owner in enumerate(found.owners.tolist()):
        if owner not in best or transcripts[index].score > transcripts[best[owner]].score:
            best[owner] = index
    return [best[word] for word in range(len(found.scores))]


def detect_photo(detector: Detector, info: ModelInfo | None, photo: Photo) -> Page:
    """Where words are, without reading them: each has its detection score, an empty text and confidence 0."""
    start = time.perf_counter()
    found = detector.detect(photo.pixels)
    blank = [""] * len(found)
    words, lines, blocks = reading_order.arrange(
        crops.oriented(found.quads), blank, [0.0] * len(found), found.scores.tolist()
    )
    timing = Timing(detect=_since(start))
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
    page = _page(photo, quads[:kept], transcripts, np.ones(kept, np.float32), chars=chars)
    return replace(page, recognizer=info, timing_ms=Timing(recognize=_since(start)))


def _page(
    photo: Photo,
    quads: NDArray[np.float32],
    transcripts: Sequence[Transcript],
    scores: NDArray[np.float32],
    *,
    chars: bool,
) -> Page:
    """The words of N quads (N, 4, 2), their transcripts and detection scores (N,), in reading order."""
    words, lines, blocks = reading_order.arrange(
        quads, [t.text for t in transcripts], [t.score for t in transcripts], scores.tolist()
    )
    words = add_details(words, quads, transcripts, chars=chars)
    return Page(photo.source, photo.info, words, lines, blocks)


def with_load_time(page: Page, milliseconds: float) -> Page:
    """page, saying how long loading its photo took."""
    return replace(page, timing_ms=replace(page.timing_ms or Timing(), load=milliseconds))


def load_pipeline(
    detector: str | Path | None = None,
    recognizer: str | Path | None = None,
    *,
    weights_folder: Path | None = None,
    device: str = "auto",
    engine: str | None = None,
    precision: str = "fp32",
    settings: Mapping[str, Setting] | None = None,
    min_confidence: float = MIN_CONFIDENCE,
    decode: DecodeOptions | None = None,
    turns: bool = True,
) -> Pipeline:
    """A pipeline of the default models, or of those named by id or by file (see `ocrpipe.weights`).

    Words below min_confidence are left out, as the command line leaves them out by default.
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


def _since(start: float) -> float:
    """Milliseconds since start, a `time.perf_counter()`."""
    return (time.perf_counter() - start) * 1000
