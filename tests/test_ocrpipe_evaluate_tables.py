"""Reports as tables and as JSON."""

from __future__ import annotations

import json

from detectors.metrics import Matching
from ocrpipe.evaluate import DetectorReport, ReadingReport, WordsReport
from ocrpipe.evaluate.rates import HeightRow, Rates
from ocrpipe.evaluate.reading import TextRow
from ocrpipe.evaluate.tables import Table, tables, to_json
from ocrpipe.evaluate.words import Part
from recognizer.calibration import Bin
from recognizer.confusions import Confusion
from recognizer.metrics import WordScores

RATES = Rates.of(Matching(1, 2, 4))
HEIGHTS = (HeightRow("below 12", true=4, found=1, detected=2, right=1),)
SCORES = WordScores(8, 0.5, 0.25, 0.125, 0.875)


def test_words_have_tables_of_all_that_there_is() -> None:
    parts, edits = (Part("svt", SCORES),), (Confusion("a", "", 3), Confusion("", "b", 1))
    report = WordsReport(SCORES, parts, (), (Part("50", SCORES),), edits, 0.04, (Bin(8, 0.5, 0.5),), 123.4)
    said = {table.title: table.rows for table in tables(report)}
    assert said == {
        "words": (("8", "50.0", "25.0", "12.5", "87.5", "4.0", "123"),),
        "by source": (("svt", "8", "50.0", "25.0", "12.5", "87.5"),),
        "with a lexicon": (("50", "8", "50.0"),),
        "confusions": (("a", "(nothing)", "3"), ("(nothing)", "b", "1")),
    }
    record = json.loads(to_json(report))
    assert record["scores"] == {
        "words": 8,
        "accuracy": 0.5,
        "strict": 0.25,
        "cer": 0.125,
        "one_minus_ned": 0.875,
    }
    assert record["confusions"][0] == {"true": "a", "read": "", "count": 3}


def test_a_detectors_rates_stand_beside_its_false_boxes() -> None:
    boxes, heights = tables(DetectorReport(2, RATES, 0.5, HEIGHTS, 0.25))
    assert boxes.rows == (("2", "50.0", "25.0", "33.3", "1", "2", "4", "0.50", "0.250"),)
    assert heights == Table(
        "by height",
        ("height, px", "recall %", "words", "precision %", "boxes"),
        (("below 12", "25.0", "4", "50.0", "2"),),
    )


def test_reading_has_a_row_for_every_rule_and_lexicon() -> None:
    texts = (TextRow("as asked", "words", RATES), TextRow("strong", "words", RATES))
    report = ReadingReport(2, RATES, texts, RATES, 0.5, HEIGHTS, HEIGHTS, 0.03, (), 0.75)
    said = {table.title: table.rows for table in tables(report)}
    rates = ("50.0", "25.0", "33.3", "1", "2", "4")
    assert said["end to end: the text right too"] == (
        ("words", "as asked", *rates),
        ("words", "strong", *rates),
    )
    assert (
        said["boxes by height"] == said["end to end by height"] == (("below 12", "25.0", "4", "50.0", "2"),)
    )
    assert said["all in all"] == (("2", "33.3", "50.0", "3.0", "0.750"),)
    assert all(len(table.columns) == len(row) for table in tables(report) for row in table.rows)
    assert json.loads(to_json(report))["texts"][1]["lexicon"] == "strong"
