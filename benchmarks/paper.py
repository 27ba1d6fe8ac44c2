"""The paper's table 2 beside ours: words read without a lexicon and with one, by data set.

    python benchmarks/paper.py --data $OCRPIPE_DATA

Writes benchmarks/paper.md. Ours are development words of the *training* parts of IIIT5k, SVT and ICDAR 2015,
theirs the test parts: the table says so.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe.device import choose
from ocrpipe.evaluate import WordsReport, evaluate_recognizer
from ocrpipe.evaluate.word_lexicons import WordLexicons
from ocrpipe.labels import load_words
from ocrpipe.lexicons import read_words
from ocrpipe.weights import load_recognizer
from recognizer.crnn_recognizer import CRNNRecognizer

OUT = Path(__file__).with_suffix(".md")
COLUMNS = ("none", "50", "1k", "full", "generic")
SOURCES = {"iiit5k": "IIIT5k", "svt": "SVT", "ic15": "IC15"}
# Word accuracy, lower-case alphanumeric, on the test parts: (who, data set) -> none, 50, 1k, full, generic
PUBLISHED: dict[tuple[str, str], tuple[float | None, ...]] = {
    ("CRNN, arXiv 1507.05717 v1, 8 M rendered words", "IIIT5k"): (78.2,),
    ("CRNN, TPAMI 2017, the same", "IIIT5k"): (81.2, 97.8, 95.0),
    ("CRNN retrained on 14 M rendered words, Baek et al. 2019", "IIIT5k"): (82.9,),
    ("CTC on 3.2 M real words, residual backbone, OpenOCR", "IIIT5k"): (95.8,),
    ("CRNN, arXiv 1507.05717 v1, 8 M rendered words", "SVT"): (80.8,),
    ("CRNN, TPAMI 2017, the same", "SVT"): (82.7, 97.5),
    ("CRNN retrained on 14 M rendered words, Baek et al. 2019", "SVT"): (81.6,),
    ("CTC on 3.2 M real words, residual backbone, OpenOCR", "SVT"): (91.8,),
    ("CRNN retrained on 14 M rendered words, Baek et al. 2019", "IC15"): (69.4,),
    ("CTC on 3.2 M real words, residual backbone, OpenOCR", "IC15"): (84.9,),
    ("CRNN, arXiv 1507.05717 v1, 8 M rendered words", "IC03"): (89.4,),
    ("CRNN, TPAMI 2017, the same", "IC03"): (91.9, 98.7, None, 98.0, 95.7),
    ("CRNN, arXiv 1507.05717 v1, 8 M rendered words", "IC13"): (86.7,),
    ("CRNN, TPAMI 2017, the same", "IC13"): (89.6,),
}


def ours(reader: CRNNRecognizer, data: Path, source: str, generic: tuple[str, ...]) -> WordsReport:
    """The development words of one source, each lexicon made of them and the generic list."""
    words = [word for word in load_words(data / "words/real_dev") if word.source == source]
    return evaluate_recognizer(reader, words, WordLexicons(reader.charset, words, generic))[0]


def rows(reader: CRNNRecognizer, name: str, data: Path, generic: tuple[str, ...]) -> Iterator[str]:
    """The table, a data set after another, ours first in each."""
    reports = {label: ours(reader, data, source, generic) for source, label in SOURCES.items()}
    for label in ("IIIT5k", "SVT", "IC15", "IC03", "IC13"):
        if label in reports:
            report = reports[label]
            found = {part.name: 100 * part.scores.accuracy for part in report.lexicons}
            values = [100 * report.scores.accuracy, *(found.get(column) for column in COLUMNS[1:])]
            yield _row(f"**{name}**", f"{label}, {report.scores.words} words of the training part", values)
        for (who, where), published in PUBLISHED.items():
            if where == label:
                yield _row(who, f"{label} test", [*published, *[None] * (len(COLUMNS) - len(published))])


def _row(who: str, where: str, values: list[float | None]) -> str:
    cells = ("-" if value is None else f"{value:.1f}" for value in values)
    return f"| {where} | {who} | {' | '.join(cells)} |"


TEXT = """# Beside the paper

`python benchmarks/paper.py --data $OCRPIPE_DATA`, {date}: `{name}` (sha256 {sha}…). Word accuracy in percent,
lower-case alphanumeric, as in table 2 of Shi, Bai and Yao (arXiv 1507.05717; TPAMI 2017).

| words | reader | no lexicon | 50 | 1k | full | large list |
|---|---|---|---|---|---|---|
{rows}

What is not the same, so that no row of ours may be held against one of theirs:

* The words. Ours are held-out words of the data sets' *training* parts; the test parts are not at hand.
  Those of SVT are so few that one word more or less is {svt:.1f} points. Checkpoint and calibration were
  chosen on these words.
* The lexicons. Ours of 50 and 1,000 words are drawn from the large list and the words of the row, each with
  the true word in it; theirs come with the data sets. "full" is all words of the row. The large list,
  {count:,} words, is used strictly and as it is: a true word that is not in it is lost. Theirs for IC03 had
  50,000.
* The training. The CRNNs of others saw rendered words only; for ours see `weights/README.md`.
* The characters. The paper's net tells 36 apart, ours 94; case and punctuation do not count here.
"""


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--recognizer", help="Model id or weight file.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT)
def main(data: Path, recognizer: str | None, out: Path) -> None:
    """Measure, and write the table."""
    reader, info = load_recognizer(recognizer, choose("cpu"))
    if not isinstance(reader, CRNNRecognizer):
        raise click.UsageError(f"{info.id} takes no lexicon")
    generic = read_words(data / "lexicons/en_mjsynth90k.txt")
    table = "\n".join(rows(reader, info.id, data, generic))
    svt = sum(word.source == "svt" for word in load_words(data / "words/real_dev"))
    text = TEXT.format(
        date=date.today(),
        name=info.id,
        sha=(info.sha256 or "")[:12],
        rows=table,
        svt=100 / svt,
        count=len(generic),
    )
    out.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
