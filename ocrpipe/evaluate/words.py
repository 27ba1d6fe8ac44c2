"""A recogniser against labelled words: by length and source, confusions, lexicons, confidence, speed."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ocrpipe.evaluate.word_lexicons import WordLexicons
from ocrpipe.labels import Scene, WordCrop, cut, words_of
from recognizer.base import Recognizer, Transcript
from recognizer.calibration import Bin, expected_calibration_error, reliability
from recognizer.confusions import Confusion, count_confusions
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.metrics import WordScores, normalise, score_words

CROPS_AT_ONCE = 256
LONG = 13  # characters from which words are counted together
_SOURCES = 20  # more than this are no data sets but file names


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the words, by what they have in common, and their scores."""

    name: str
    scores: WordScores


@dataclass(frozen=True, slots=True)
class WordsReport:
    """lexicons: of the words that have one, by column; confusions: of lower-case alphanumeric texts, most
    frequent first; calibration_error and bins: how far scores are from the share of words that is right.
    """

    scores: WordScores
    by_source: tuple[Part, ...]
    by_length: tuple[Part, ...]
    lexicons: tuple[Part, ...]
    confusions: tuple[Confusion, ...]
    calibration_error: float
    bins: tuple[Bin, ...]
    crops_per_second: float


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """A word that was read wrongly, by how sure the recogniser was; crop: (32, w, 3) uint8 RGB."""

    score: float
    place: int
    read: str = field(compare=False)
    true: str = field(compare=False)
    crop: NDArray[np.uint8] = field(compare=False)


@dataclass(slots=True)
class _Found:
    """What is kept of every word, and the mistakes that will be shown."""

    words: list[tuple[str, str, str]] = field(default_factory=list)  # source, true, read
    scores: list[float] = field(default_factory=list)
    held: dict[str, list[str | None]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    seconds: float = 0.0


def evaluate_recognizer(
    recognizer: Recognizer, words: Iterable[WordCrop], lexicons: WordLexicons | None = None, show: int = 0
) -> tuple[WordsReport, list[Mistake]]:
    """What recognizer reads in words, and the `show` mistakes it was surest of, the surest first.

    Words are loaded some at a time. Raises ImageError for one that cannot be, ValueError for lexicons with a
    recogniser that takes none.
    """
    if lexicons is not None and not isinstance(recognizer, CRNNRecognizer):
        raise ValueError("this recogniser takes no lexicon")
    found, coming = _Found(), cut(words)
    while group := list(islice(coming, CROPS_AT_ONCE)):
        labels, crops = [word for word, _ in group], [crop for _, crop in group]
        start = time.perf_counter()
        transcripts = recognizer.transcribe(crops)
        found.seconds += time.perf_counter() - start
        _keep(found, labels, crops, transcripts, show)
        if lexicons is not None and isinstance(recognizer, CRNNRecognizer):
            for column, texts in lexicons.read(labels, recognizer.probabilities(crops)):
                found.held.setdefault(column, []).extend(texts)
    return _report(found), sorted(found.mistakes, reverse=True)


def _keep(
    found: _Found,
    labels: Sequence[WordCrop],
    crops: Sequence[NDArray[np.uint8]],
    transcripts: Sequence[Transcript],
    show: int,
) -> None:
    for word, crop, transcript in zip(labels, crops, transcripts, strict=True):
        found.words.append((word.source, word.text, transcript.text))
        found.scores.append(transcript.score)
        if normalise(word.text) and normalise(word.text) != normalise(transcript.text):
            mistake = Mistake(transcript.score, -len(found.words), transcript.text, word.text, crop)
            heapq.heappush(found.mistakes, mistake)
            if len(found.mistakes) > show:
                heapq.heappop(found.mistakes)


def _report(found: _Found) -> WordsReport:
    counted = [
        (*word, score) for word, score in zip(found.words, found.scores, strict=True) if normalise(word[1])
    ]
    pairs = [(normalise(read), normalise(true)) for _, true, read, _ in counted]
    bins = reliability([score for *_, score in counted], [read == true for read, true in pairs])
    sources = [source for source, _, _ in found.words]
    lengths = [len(normalise(true)) for _, true, _ in found.words]
    spans = [f"{length}" if length < LONG else f"{LONG} or more" for length in lengths]
    order = [f"{length}" for length in range(1, LONG)] + [f"{LONG} or more"]
    few = len(set(sources)) <= _SOURCES
    return WordsReport(
        _scores(found.words),
        tuple(_parts(found.words, sources, sorted(set(sources)))) if few else (),
        tuple(_parts(found.words, spans, order)),
        tuple(_held(found)),
        tuple(count_confusions(pairs)),
        expected_calibration_error(bins),
        tuple(bins),
        len(found.words) / found.seconds if found.seconds else 0.0,
    )


def _scores(words: Sequence[tuple[str, str, str]]) -> WordScores:
    return score_words([read for _, _, read in words], [true for _, true, _ in words])


def _parts(
    words: Sequence[tuple[str, str, str]], keys: Sequence[str], order: Sequence[str]
) -> Iterable[Part]:
    """Scores of the words that share a key, in order; parts in which nothing counts are left out."""
    for key in order:
        part = Part(key, _scores([word for word, own in zip(words, keys, strict=True) if own == key]))
        if part.scores.words:
            yield part


def _held(found: _Found) -> Iterable[Part]:
    for column, texts in found.held.items():
        pairs = [
            (s, true, read) for (s, true, _), read in zip(found.words, texts, strict=True) if read is not None
        ]
        yield Part(column, _scores(pairs))


def score_true_boxes(recognizer: Recognizer, scenes: Sequence[Scene]) -> WordScores:
    """The recogniser alone: words cut out by their true quads."""
    return evaluate_recognizer(recognizer, words_of(scenes))[0].scores
