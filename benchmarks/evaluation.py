"""All that `ocrpipe evaluate` says of the default models on the development sets, on one page.

    python benchmarks/evaluation.py --data $OCRPIPE_DATA --reports runs/evaluation

Each set's report is a JSON file in --reports; those that are not there yet are made, by the commands that the
page names. Writes benchmarks/evaluation.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import click
import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cli
from ocrpipe.evaluate import DetectorReport, ReadingReport, WordsReport
from ocrpipe.evaluate.rates import HeightRow, Rates
from recognizer.metrics import WordScores

T = TypeVar("T", WordsReport, ReadingReport, DetectorReport)
OUT = Path(__file__).with_suffix(".md")
GENERIC = ("--generic", "lexicons/en_mjsynth90k.txt")
COMMANDS: dict[str, tuple[str, ...]] = {
    "words": ("recognizer", "words/real_dev", *GENERIC),
    "formboxes": ("recognizer", "scenes/forms_dev"),
    "ic15": ("read", "scenes/ic15_dev", *GENERIC),
    "forms": ("read", "scenes/forms_dev"),
    "mlt": ("detector", "scenes/mlt_boxes_dev"),
    "notext": ("detector", "scenes/no_text_train", "--last", "100"),
    "notext_read": ("read", "scenes/no_text_train", "--last", "100"),
}


class Reports:
    """Reports in a folder; what is not there is measured on the sets below data, or left out without data."""

    def __init__(self, folder: Path, data: Path | None) -> None:
        self._folder, self._data = folder, data

    def get(self, name: str, kind: type[T]) -> T | None:
        """The report of that name, None where there is none."""
        file = self._folder / f"{name}.json"
        if not file.is_file():
            if self._data is None:
                return None
            self._folder.mkdir(parents=True, exist_ok=True)
            asked: list[str] = [str(self._data / part) if "/" in part else part for part in COMMANDS[name]]
            if cli.main(["evaluate", *asked, "--json", str(file)]) != 0:
                raise click.ClickException(f"{name}: could not be measured")
        return msgspec.json.decode(file.read_bytes(), type=kind)


def title(name: str) -> str:
    """A heading with the command, paths as they lie below the data's folder."""
    return f"## `ocrpipe evaluate {' '.join(COMMANDS[name])}`"


def words(report: WordsReport, forms: WordsReport | None) -> Iterator[str]:
    """Accuracy by source and length, lexicons, and what was taken for what."""
    yield from (
        title("words"),
        "",
        "| source | words | accuracy | strict | CER | 1-NED |",
        "|---|---|---|---|---|---|",
    )
    for part in report.by_source:
        yield scores_row(part.name, part.scores)
    yield scores_row("all", report.scores)
    if forms is not None:
        yield scores_row(f"`{' '.join(COMMANDS['formboxes'])}`", forms.scores)
    held = ", ".join(f"{part.name} {percent(part.scores.accuracy)}" for part in report.lexicons)
    yield from (
        "",
        f"With a lexicon: {held}. Expected calibration error {percent(report.calibration_error)}.",
        "",
    )
    yield from ("| characters | words | accuracy |", "|---|---|---|")
    for part in report.by_length:
        yield f"| {part.name} | {part.scores.words} | {percent(part.scores.accuracy)} |"
    edits = report.confusions
    lost = sum(edit.count for edit in edits if not edit.read)
    added = sum(edit.count for edit in edits if not edit.true)
    taken = [edit for edit in edits if edit.true and edit.read]
    most = ", ".join(f"{edit.true} for {edit.read} {edit.count}" for edit in taken[:8])
    total = sum(edit.count for edit in edits)
    yield from (
        "",
        f"Of {total} edits {lost} are of characters overlooked, {added} of characters added, the others",
    )
    yield f"of one taken for another (what was there, for what was read: {most})."


def scores_row(name: str, scores: WordScores) -> str:
    """One line of the table of words."""
    shares = (scores.accuracy, scores.strict, scores.cer, scores.one_minus_ned)
    return f"| {name} | {scores.words} | {' | '.join(map(percent, shares))} |"


def reading(name: str, report: ReadingReport) -> Iterator[str]:
    """Boxes, end to end by rule and lexicon, and by height."""
    yield from (title(name), "", f"{report.photos} photos. Boxes: {rates(report.boxes)}.")
    yield f"Bag of words F1 {percent(report.bag_of_words.hmean)}, 1-NED {percent(report.one_minus_ned)},"
    yield f"expected calibration error {percent(report.calibration_error)} (of box and text being right)."
    lexicons = list(dict.fromkeys(row.lexicon for row in report.texts))
    yield from ("", f"| end to end F1 | {' | '.join(lexicons)} |", "|---|" + "---|" * len(lexicons))
    for rule in dict.fromkeys(row.rule for row in report.texts):
        found = (percent(row.rates.hmean) for row in report.texts if row.rule == rule)
        yield f"| {rule} | {' | '.join(found)} |"
    yield from ("", "Words read rightly, by height:", "", *heights(report.by_height))


def detector(name: str, report: DetectorReport) -> Iterator[str]:
    """Boxes, and by height where there are words."""
    yield from (
        title(name),
        "",
        f"{report.photos} photos, the detector alone. {report.boxes.detected} boxes,",
    )
    yield f"{report.false_per_photo:.2f} false ones a photo."
    if report.boxes.true:
        yield from (f"Boxes: {rates(report.boxes)}.", "", *heights(report.by_height))


def heights(rows: Sequence[HeightRow]) -> Iterator[str]:
    """A table by word height."""
    yield from ("| height, px | recall | words | precision | boxes |", "|---|---|---|---|---|")
    for row in rows:
        shares = f"{percent(row.recall)} | {row.true} | {percent(row.precision)} | {row.detected}"
        yield f"| {row.heights} | {shares} |"


def rates(found: Rates) -> str:
    """precision, recall and hmean in words."""
    shares = (found.precision, found.recall, found.hmean)
    return "precision {}, recall {}, hmean {}".format(*map(percent, shares))


def percent(share: float) -> str:
    """A share as percent, without the sign."""
    return f"{100 * share:.1f}"


def left(report: ReadingReport) -> Iterator[str]:
    """What `read` keeps in photos without text."""
    per_photo = report.boxes.detected / max(1, report.photos)
    yield from (
        title("notext_read"),
        "",
        f"{report.boxes.detected} words are left where uncertain ones are left",
    )
    yield f"out: {per_photo:.2f} a photo."


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--reports", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--note", default="", help="A sentence for the head, such as which weights.")
@click.option("--no-measuring", is_flag=True, help="Leave out what has no report yet.")
def main(data: Path, reports: Path, note: str, no_measuring: bool) -> None:
    """Write the page, measuring what has no report yet."""
    at_hand = Reports(reports, None if no_measuring else data)
    lines = [
        "# What `ocrpipe evaluate` says of the default models",
        "",
        f"`python benchmarks/evaluation.py --data $OCRPIPE_DATA --reports runs/evaluation`, {date.today()}.",
        f"{note} In percent; [docs/evaluation.md](../docs/evaluation.md) tells what each number is.",
        "Checkpoint, thresholds, least confidence and calibration were chosen on these development sets: the",
        "figures flatter slightly.",
    ]
    if (report := at_hand.get("words", WordsReport)) is not None:
        lines += ["", *words(report, at_hand.get("formboxes", WordsReport))]
    for name in ("ic15", "forms"):
        if (pages := at_hand.get(name, ReadingReport)) is not None:
            lines += ["", *reading(name, pages)]
    for name in ("mlt", "notext"):
        if (boxes := at_hand.get(name, DetectorReport)) is not None:
            lines += ["", *detector(name, boxes)]
    if (kept := at_hand.get("notext_read", ReadingReport)) is not None:
        lines += ["", *left(kept)]
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
