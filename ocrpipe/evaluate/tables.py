"""Reports as tables for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ocrpipe.evaluate.detection import DetectorReport
from ocrpipe.evaluate.rates import HeightRow, Rates
from ocrpipe.evaluate.reading import ReadingReport
from ocrpipe.evaluate.words import Part, WordsReport
from recognizer.metrics import WordScores

CONFUSIONS = 20  # of the most frequent, in the table; JSON has them all
_RATES = ("precision %", "recall %", "hmean %", "matched", "detected", "true")
_SCORES = ("words", "accuracy %", "strict %", "CER %", "1-NED %")

Report = DetectorReport | ReadingReport | WordsReport


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as columns, under a title."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(report: Report) -> list[Table]:
    """What there is to say of report, the most important first; parts without a row are left out."""
    if isinstance(report, WordsReport):
        found = _words(report)
    elif isinstance(report, DetectorReport):
        found = _detector(report)
    else:
        found = _reading(report)
    return [table for table in found if table.rows]


def to_json(report: Report) -> bytes:
    """report as indented JSON, every field by its name, shares 0..1, with a line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def _words(report: WordsReport) -> list[Table]:
    confusions = tuple(
        (edit.true or "(nothing)", edit.read or "(nothing)", str(edit.count))
        for edit in report.confusions[:CONFUSIONS]
    )
    lexicons = tuple((p.name, str(p.scores.words), _percent(p.scores.accuracy)) for p in report.lexicons)
    speed = (_percent(report.calibration_error), f"{report.crops_per_second:.0f}")
    return [
        Table("words", (*_SCORES, "ECE %", "crops/s"), ((*_score_cells(report.scores), *speed),)),
        Table("by source", ("source", *_SCORES), _part_rows(report.by_source)),
        Table("with a lexicon", ("lexicon", "words", "accuracy %"), lexicons),
        Table("by length", ("characters", *_SCORES), _part_rows(report.by_length)),
        Table("confusions", ("true", "read", "times"), confusions),
    ]


def _detector(report: DetectorReport) -> list[Table]:
    columns = ("photos", *_RATES, "false boxes a photo", "s a photo")
    row = (
        str(report.photos),
        *_rate_cells(report.boxes),
        f"{report.false_per_photo:.2f}",
        f"{report.seconds_per_photo:.3f}",
    )
    return [Table("boxes, IoU above 0.5", columns, (row,)), _heights("by height", report.by_height)]


def _reading(report: ReadingReport) -> list[Table]:
    rows = tuple((row.rule, row.lexicon, *_rate_cells(row.rates)) for row in report.texts)
    bag = report.bag_of_words
    last = (
        str(report.photos),
        _percent(bag.hmean),
        _percent(report.one_minus_ned),
        _percent(report.calibration_error),
        f"{report.seconds_per_photo:.3f}",
    )
    return [
        Table("boxes, IoU above 0.5", _RATES, (_rate_cells(report.boxes),)),
        Table("end to end: the text right too", ("rule", "lexicon", *_RATES), rows),
        Table("all in all", ("photos", "bag of words F1 %", "1-NED %", "ECE %", "s a photo"), (last,)),
        _heights("boxes by height", report.boxes_by_height),
        _heights("end to end by height", report.by_height),
    ]


def _heights(title: str, rows: Sequence[HeightRow]) -> Table:
    columns = ("height, px", "recall %", "words", "precision %", "boxes")
    cells = tuple(
        (row.heights, _percent(row.recall), str(row.true), _percent(row.precision), str(row.detected))
        for row in rows
    )
    return Table(title, columns, cells)


def _part_rows(parts: Sequence[Part]) -> tuple[tuple[str, ...], ...]:
    return tuple((part.name, *_score_cells(part.scores)) for part in parts)


def _score_cells(scores: WordScores) -> tuple[str, ...]:
    shares = (scores.accuracy, scores.strict, scores.cer, scores.one_minus_ned)
    return (str(scores.words), *map(_percent, shares))


def _rate_cells(rates: Rates) -> tuple[str, ...]:
    shares = (rates.precision, rates.recall, rates.hmean)
    return (*map(_percent, shares), str(rates.matched), str(rates.detected), str(rates.true))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
