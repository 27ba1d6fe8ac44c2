"""How often the recogniser counts the words of a crop right: rows of neighbours, and single words.

    python benchmarks/rows.py --data $OCRPIPE_DATA

Rows are cut by their true corners out of ic15_dev; single words are words/real_dev and those of forms_dev.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe import rows, weights
from ocrpipe.device import choose
from ocrpipe.train.real_crops import RealCrop, fit_height, load_crops
from ocrpipe.train.real_rows import load_rows
from ocrpipe.train.word_sources import load_labelled
from recognizer.charset import ASCII_94, SPACE, Charset


def sets(data: Path) -> Iterator[tuple[str, list[RealCrop]]]:
    """What is measured on, by name."""
    yield "rows of ic15_dev", load_rows(data / "scenes/ic15_dev")
    yield "words/real_dev", load_crops(data / "words/real_dev")
    forms = load_labelled(data / "scenes/forms_dev", Charset(ASCII_94))
    yield "words of forms_dev", [forms[i] for i in range(len(forms))]


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--recognizer", default=None, help="Another than the default one.")
def main(data: Path, recognizer: str | None) -> None:
    """Print a Markdown table."""
    reader, info = weights.load_recognizer(recognizer, choose("cpu", None), None, None)
    print(f"`python benchmarks/rows.py`, {date.today()}, {info.id}, cut at spaces of {rows.SURE} or more.\n")
    print("| crops | count | as many words as there are | too many | too few |\n|---|---|---|---|---|")
    for name, crops in sets(data):
        found = reader.transcribe([fit_height(crop.word) for crop in crops])
        more = [
            len(rows.pieces(f.row, f.frames, rows.SURE)) - crop.text.count(SPACE) - 1
            for f, crop in zip(found, crops, strict=True)
        ]
        over, under = sum(n > 0 for n in more), sum(n < 0 for n in more)
        print(f"| {name} | {len(more)} | {len(more) - over - under} | {over} | {under} |")


if __name__ == "__main__":
    main()
