"""Measuring against ground truth: where words were found, what they were read as, and both at once.

Nothing here has a path of its own to an answer: photos go through the same detector, crops, recogniser and
pipeline that a user's photos go through.
"""

from __future__ import annotations

from ocrpipe.evaluate.detection import DetectorReport, evaluate_detector, score_detector
from ocrpipe.evaluate.reading import ReadingReport, ReadScores, evaluate_reading, score_reading
from ocrpipe.evaluate.words import WordsReport, evaluate_recognizer, score_true_boxes

__all__ = [
    "DetectorReport",
    "ReadScores",
    "ReadingReport",
    "WordsReport",
    "evaluate_detector",
    "evaluate_reading",
    "evaluate_recognizer",
    "score_detector",
    "score_reading",
    "score_true_boxes",
]
