"""Accuracy of the released weights on the development sets, written to benchmarks/accuracy.md.

    python benchmarks/accuracy.py --data $OCRPIPE_DATA

Recogniser: words/real_dev by source, and the words of forms_dev in their true boxes. Detector and end to end:
the photos of ic15_dev, mlt_boxes_dev (boxes only) and the pages of forms_dev, through the pipeline a user
gets.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe import load_pipeline
from ocrpipe.evaluate import ReadScores, evaluate_recognizer, score_reading, score_true_boxes
from ocrpipe.labels import load_scenes, load_words
from ocrpipe.pipeline import Pipeline
from recognizer.metrics import WordScores

OUT = Path(__file__).with_suffix(".md")
PEERS = {
    "iiit5k": "81.2 (CRNN, TPAMI 2017) / 82.9 (retrained, Baek 2019), on the test set",
    "svt": "82.7 / 81.6, on the test set",
    "ic15": "- / 69.4, on the test set",
}


def word_rows(pipeline: Pipeline, data: Path) -> Iterator[str]:
    """A table row a part of the word sets."""
    report, _ = evaluate_recognizer(pipeline.recognizer, load_words(data / "words/real_dev"))
    scores = {part.name: part.scores for part in report.by_source}
    for source, peer in PEERS.items():
        yield _word_row(f"words/real_dev, {source}", scores[source], peer)
    forms = load_scenes(data / "scenes/forms_dev")
    yield _word_row("scenes/forms_dev, true boxes", score_true_boxes(pipeline.recognizer, forms), "")


def _word_row(name: str, scores: WordScores, peer: str) -> str:
    values = (scores.accuracy, scores.strict, scores.cer, scores.one_minus_ned)
    return f"| {name} | {scores.words} | " + " | ".join(f"{100 * v:.1f}" for v in values) + f" | {peer} |"


def scene_row(pipeline: Pipeline, data: Path, name: str) -> str:
    """The table row of one folder of photos."""
    scores = score_reading(lambda scene: pipeline.read(scene.image), load_scenes(data / "scenes" / name))
    return f"| {name} | {scores.photos} | {_detection(scores)} | {_end_to_end(scores, name)} |"


def _detection(scores: ReadScores) -> str:
    found = scores.detection
    return " | ".join(f"{100 * value:.1f}" for value in (found.precision, found.recall, found.hmean))


def _end_to_end(scores: ReadScores, name: str) -> str:
    if name.startswith("mlt"):
        return "- | - | -"  # boxes without texts
    found = scores.end_to_end
    return " | ".join(f"{100 * value:.1f}" for value in (found.precision, found.recall, found.hmean))


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
def main(data: Path) -> None:
    """Measure, and write benchmarks/accuracy.md."""
    pipeline = load_pipeline()
    models = [info.id for info in (pipeline.detector_info, pipeline.recognizer_info) if info]
    lines = [
        "# Accuracy on the development sets",
        "",
        f"`python benchmarks/accuracy.py --data $OCRPIPE_DATA`, {date.today()}: {' + '.join(models)}.",
        "Percent. Checkpoint, thresholds, least confidence and calibration were chosen on these very sets:",
        "they are slightly flattering. Those beside them come from test sets: other words and photos.",
        "",
        "## Words (no lexicon; accuracy: case-insensitive alphanumeric)",
        "",
        "| words | count | accuracy | strict | CER | 1-NED | beside it |",
        "|---|---|---|---|---|---|---|",
        *word_rows(pipeline, data),
        "",
        "## Photos (ICDAR 2015 matching, IoU > 0.5; end to end: the text right too, by the same rule)",
        "",
        "| scenes | photos | precision | recall | hmean | e2e precision | e2e recall | e2e F1 |",
        "|---|---|---|---|---|---|---|---|",
        *(scene_row(pipeline, data, name) for name in ("ic15_dev", "mlt_boxes_dev", "forms_dev")),
        "",
        "Beside them: DB-ResNet18 82.3, DB-MobileNetV3 75.1 hmean on the IC15 test;",
        "RapidOCR 3.10 end to end 54-57 on 40 photos.",
    ]
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
