"""The whole pipeline against labelled photos: boxes, texts by several rules, lexicons, confidence."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace

from detectors.metrics import Assignment, Matching, total
from ocrpipe import images
from ocrpipe.evaluate import gallery
from ocrpipe.evaluate.detection import say_nothing
from ocrpipe.evaluate.gallery import Shown
from ocrpipe.evaluate.photos import JudgedBoxes, JudgedTexts, judge_boxes, judge_texts, quads_of
from ocrpipe.evaluate.rates import HeightRow, Rates, by_height
from ocrpipe.evaluate.remember import remembering
from ocrpipe.evaluate.text_rules import OURS, RULES
from ocrpipe.evaluate.vocabularies import Vocabularies
from ocrpipe.images import Photo
from ocrpipe.labels import Scene
from ocrpipe.page import Page
from ocrpipe.pipeline import Pipeline
from recognizer.calibration import Bin, expected_calibration_error, reliability
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.lexicon import Lexicon

Read = Callable[[Photo], Page]
NO_LEXICON = "as asked"  # with the lexicon of --lexicon, if there is one


@dataclass(frozen=True, slots=True)
class TextRow:
    """End to end by one rule, with one lexicon: a box counts if its text is right too."""

    lexicon: str
    rule: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """bag_of_words: right words wherever they stand. one_minus_ned: over words and boxes, a missed or false
    one as 0. boxes_by_height: words found; by_height: words read rightly too. calibration_error and bins: how
    far the words' confidence is from box and text being right. seconds_per_photo: of reading as asked,
    without loading.
    """

    photos: int
    boxes: Rates
    texts: tuple[TextRow, ...]
    bag_of_words: Rates
    one_minus_ned: float
    boxes_by_height: tuple[HeightRow, ...]
    by_height: tuple[HeightRow, ...]
    calibration_error: float
    bins: tuple[Bin, ...]
    seconds_per_photo: float


@dataclass(frozen=True, slots=True)
class ReadScores:
    """detection: boxes alone; end_to_end: boxes whose text is right too, case-insensitive and
    alphanumeric.
    """

    photos: int
    detection: Matching
    end_to_end: Matching


def score_reading(read: Callable[[Scene], Page], scenes: Sequence[Scene]) -> ReadScores:
    """Boxes and texts of pages against the scenes', summed; read gives a scene's page."""
    boxes, texts = [], []
    for scene in scenes:
        page = read(scene)
        boxes.append(judge_boxes(quads_of(page), scene)[0].counts)
        texts.append(judge_texts(page, scene).by_rule[0])
    return ReadScores(len(boxes), total(boxes), total(texts))


def evaluate_reading(
    pipeline: Pipeline,
    scenes: Sequence[Scene],
    vocabularies: Vocabularies | None = None,
    show: int = 0,
    done: Callable[[], None] = say_nothing,
) -> tuple[ReadingReport, list[Shown]]:
    """What pipeline reads in scenes, and `show` of the photos with it, evenly spread.

    vocabularies: read each photo with these lexicons as well, by the rule that pipeline's decoding has. done
    is called after each photo; they are loaded one at a time. Raises ImageError for one that cannot be,
    ValueError for vocabularies with a recogniser that takes no lexicon, or together with a pattern.
    """
    pipeline, network = remembering(pipeline)
    columns = {} if vocabularies is None else _columns(pipeline, vocabularies)
    boxes, texts, shown, seconds = [], [], [], 0.0
    held: dict[str, list[JudgedTexts]] = {name: [] for name in columns}
    wanted = gallery.choose(len(scenes), show)
    for number, scene in enumerate(scenes):
        photo = images.load(scene.image)
        start = time.perf_counter()
        page = pipeline.read_photo(photo)
        seconds += time.perf_counter() - start
        judged, found = judge_boxes(quads_of(page), scene)
        boxes.append(judged)
        texts.append(judge_texts(page, scene))
        for name, read in columns.items():
            held[name].append(judge_texts(read(photo), scene))
        if number in wanted:
            shown.append(
                gallery.show(photo.pixels, scene, quads_of(page), found, _misread(page, scene, found))
            )
        if network is not None:
            network.forget()
        done()
    return _report(boxes, {NO_LEXICON: texts, **held}, seconds), shown


def _columns(pipeline: Pipeline, vocabularies: Vocabularies) -> dict[str, Read]:
    """Readings of a photo by the names of their lexicons."""
    reader = pipeline.recognizer
    if not isinstance(reader, CRNNRecognizer):
        raise ValueError("this recogniser takes no lexicon")
    columns: dict[str, Read] = {}
    if vocabularies.strong:
        strong = vocabularies.strong
        columns["strong"] = lambda photo: _read_own(pipeline, reader, strong, photo)
    for name, words in (("weak", vocabularies.weak), ("generic", vocabularies.generic)):
        if words:
            columns[name] = _held(pipeline, reader, words).read_photo
    return columns


def _read_own(
    pipeline: Pipeline, reader: CRNNRecognizer, strong: dict[str, tuple[str, ...]], photo: Photo
) -> Page:
    """photo read with its own words; without any where it has none."""
    words = strong.get(photo.source.path.rpartition("/")[2].rpartition(".")[0])
    return (_held(pipeline, reader, words) if words else pipeline).read_photo(photo)


def _held(pipeline: Pipeline, reader: CRNNRecognizer, words: Sequence[str]) -> Pipeline:
    """pipeline with a lexicon of words, but those that its charset cannot say."""
    charset, own = reader.charset, copy(pipeline)
    lexicon = Lexicon([word for word in words if charset.covers(word)], charset)
    own.recognizer = reader.with_decoding(replace(reader.decoder.wanted, lexicon=lexicon))
    return own


def _misread(page: Page, scene: Scene, found: Assignment) -> list[tuple[int, str]]:
    texts = ((box, page.words[box].text, scene.words[word].text or "") for box, word in found.pairs)
    return [(box, read) for box, read, true in texts if OURS.counts(true) and not OURS.is_right(read, true)]


def _report(
    boxes: Sequence[JudgedBoxes], texts: dict[str, list[JudgedTexts]], seconds: float
) -> ReadingReport:
    free = texts[NO_LEXICON]
    scores = [pair for judged in free for pair in judged.scores]
    bins = reliability([score for score, _ in scores], [right for _, right in scores])
    rows = (
        TextRow(lexicon, rule.name, Rates.of(total(judged.by_rule[place] for judged in each)))
        for lexicon, each in texts.items()
        for place, rule in enumerate(RULES)
    )
    return ReadingReport(
        len(boxes),
        Rates.of(total(judged.counts for judged in boxes)),
        tuple(rows),
        Rates.of(total(judged.bag for judged in free)),
        sum(judged.similarity for judged in free) / max(1, sum(judged.compared for judged in free)),
        _heights(boxes),
        _heights(free),
        expected_calibration_error(bins),
        tuple(bins),
        seconds / max(1, len(boxes)),
    )


def _heights(photos: Sequence[JudgedBoxes] | Sequence[JudgedTexts]) -> tuple[HeightRow, ...]:
    words = (word for judged in photos for word in judged.true)
    return by_height(words, (box for judged in photos for box in judged.detected))
