"""`ocrpipe evaluate recognizer|detector|read`: how good models are, measured on labelled words and photos."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from ocrpipe import options
from ocrpipe.commands import measured
from ocrpipe.commands.stages import bad_values_are_usage, build_pipeline
from ocrpipe.decode_options import DecodeOptions
from ocrpipe.options import FOLDER, PATH, Machine, Stage1

if TYPE_CHECKING:
    from ocrpipe.evaluate.vocabularies import Vocabularies
    from ocrpipe.evaluate.word_lexicons import WordLexicons
    from ocrpipe.labels import Scene, WordCrop
    from recognizer.base import Recognizer

T = TypeVar("T")
SHOWN_PHOTOS, SHOWN_WORDS = 21, 80


@dataclass(frozen=True, slots=True)
class Truth:
    """Labelled words or photos: where, and which of them."""

    path: Path
    first: int | None
    last: int | None

    def chosen(self, things: Iterable[T]) -> Iterator[T]:
        """The last of things, and of these the first; all where neither is asked for. One at a time."""
        return islice(things if self.last is None else deque(things, self.last), self.first)


@dataclass(frozen=True, slots=True)
class Pictures:
    """What to write besides the tables."""

    gallery: Path | None
    reliability: Path | None
    json_output: Path | None


_photos = click.option(
    "--photos", type=FOLDER, metavar="DIR", help="Where the photos lie, if not where the labels say."
)
_gallery = click.option(
    "--gallery",
    type=PATH,
    metavar="PNG",
    help="Draw 21 of the photos: found green, misread violet, missed red, false boxes orange.",
)
_reliability = click.option(
    "--reliability", type=PATH, metavar="PNG", help="Draw how often words of each confidence are right."
)
_json = click.option(
    "--json",
    "json_output",
    type=PATH,
    metavar="OUT",
    help="Write JSON here as well; for photos a file for all, or a folder, as with -o.",
)
_generic = click.option(
    "--generic", type=PATH, metavar="FILE", help="A large word list: measure with lexicons made from it too."
)
_truth = options.gather(
    "truth",
    Truth,
    click.argument("path", type=PATH),
    click.option("--first", type=click.IntRange(1), metavar="N", help="Only the first N of the set."),
    click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N of the set."),
)


_pictures = options.gather("pictures", Pictures, _gallery, _reliability, _json)


@click.group()
def evaluate() -> None:
    """Measure models on labelled words and photos."""


@evaluate.command("recognizer")
@_truth
@options.recognizer
@options.decode
@_generic
@click.option("--errors", type=PATH, metavar="PNG", help="Draw the 80 mistakes it was surest of.")
@_reliability
@_json
@options.machine
def evaluate_recognizer(
    truth: Truth,
    recognizer: str | None,
    decode: DecodeOptions,
    generic: Path | None,
    errors: Path | None,
    reliability: Path | None,
    json_output: Path | None,
    machine: Machine,
) -> None:
    """Measure reading of labelled words: labels.tsv, LMDB, IIIT5k, SVT, ICDAR lists, labels.jsonl.

    \b
    Example: ocrpipe evaluate recognizer words/ --errors errors.png
    """
    from ocrpipe import evaluate as job
    from ocrpipe.labels import load_words
    from ocrpipe.weights import load_recognizer

    measured.check_places(json_output, errors, reliability)
    labelled = load_words(truth.path)
    words: Iterable[WordCrop] = truth.chosen(labelled)
    if isinstance(labelled, list) or generic is not None:  # an LMDB may hold millions: not all at once
        words = list(words)
    with bad_values_are_usage():
        model, _ = load_recognizer(recognizer, machine.choose(), machine.weights, decode)
        lexicons = _word_lexicons(model, words, generic)
        report, mistakes = job.evaluate_recognizer(model, words, lexicons, SHOWN_WORDS)
    measured.show(report, json_output)
    measured.draw_mistakes(mistakes, errors, truth.path)
    measured.draw_reliability(report.bins, reliability, truth.path)


@evaluate.command("detector")
@_truth
@_photos
@options.stage_1
@_gallery
@_json
@options.machine
def evaluate_detector(
    truth: Truth,
    photos: Path | None,
    stage_1: Stage1,
    gallery: Path | None,
    json_output: Path | None,
    machine: Machine,
) -> None:
    """Measure finding of words in labelled photos: labels.jsonl, ICDAR, COCO-Text, Label Studio.

    \b
    Example: ocrpipe evaluate detector photos/ --gallery found.png
    """
    from ocrpipe import evaluate as job
    from ocrpipe.console import PhotoProgress
    from ocrpipe.labels import load_photos
    from ocrpipe.weights import load_detector

    measured.check_places(json_output, gallery)
    scenes = list(truth.chosen(load_photos(truth.path, photos)))
    with bad_values_are_usage():
        model, _ = load_detector(stage_1.detector, machine.choose(), machine.weights, stage_1.settings())
    with PhotoProgress(len(scenes)) as progress:
        report, shown = job.evaluate_detector(model, scenes, SHOWN_PHOTOS if gallery else 0, progress.advance)
    measured.show(report, json_output)
    measured.draw_gallery(shown, gallery)


@evaluate.command("read")
@_truth
@_photos
@options.stage_1
@options.recognizer
@options.decode
@options.min_confidence
@_generic
@click.option(
    "--vocabularies",
    type=FOLDER,
    metavar="DIR",
    help="ICDAR's lexicons: voc_NAME.txt for each photo, a vocabulary for all, GenericVocabulary.txt.",
)
@_pictures
@options.machine
def evaluate_read(
    truth: Truth,
    photos: Path | None,
    stage_1: Stage1,
    recognizer: str | None,
    decode: DecodeOptions,
    min_confidence: float,
    generic: Path | None,
    vocabularies: Path | None,
    pictures: Pictures,
    machine: Machine,
) -> None:
    """Measure finding and reading together, as `ocrpipe read` does both, in labelled photos.

    \b
    Example: ocrpipe evaluate read photos/ --gallery read.png
    """
    from ocrpipe import evaluate as job
    from ocrpipe.console import PhotoProgress
    from ocrpipe.labels import load_photos

    measured.check_places(pictures.json_output, pictures.gallery, pictures.reliability)
    scenes = list(truth.chosen(load_photos(truth.path, photos)))
    pipeline = build_pipeline(stage_1, recognizer, decode, machine, min_confidence)
    words = _vocabularies(scenes, generic, vocabularies)
    shown_photos = SHOWN_PHOTOS if pictures.gallery else 0
    with bad_values_are_usage(), PhotoProgress(len(scenes)) as progress:
        report, shown = job.evaluate_reading(pipeline, scenes, words, shown_photos, progress.advance)
    measured.show(report, pictures.json_output)
    measured.draw_gallery(shown, pictures.gallery)
    measured.draw_reliability(report.bins, pictures.reliability, truth.path)


def _word_lexicons(model: Recognizer, words: Iterable[WordCrop], generic: Path | None) -> WordLexicons | None:
    """The lexicons that the set or the user gives; None where neither does."""
    from ocrpipe.evaluate.word_lexicons import WordLexicons
    from ocrpipe.lexicons import read_words
    from recognizer.crnn_recognizer import CRNNRecognizer

    if not isinstance(model, CRNNRecognizer) or not isinstance(words, list):
        return None
    lexicons = WordLexicons(model.charset, words, read_words(generic) if generic else ())
    return lexicons if lexicons.columns else None


def _vocabularies(
    scenes: list[Scene], generic: Path | None, vocabularies: Path | None
) -> Vocabularies | None:
    from ocrpipe.evaluate.vocabularies import load, make
    from ocrpipe.lexicons import read_words

    if vocabularies is not None:
        return load(vocabularies, scenes)
    return make(scenes, read_words(generic)) if generic is not None else None
