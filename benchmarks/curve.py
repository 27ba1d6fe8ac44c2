"""Dev accuracy against samples seen, over several runs: a picture and a table.

    python benchmarks/curve.py runs/recognizer runs/longer runs/rec3

Of each run its folder, or its log.jsonl; NAME=PATH gives it another name than its folder's. A run that went
on from another's checkpoint counts samples on, so its line begins where that one's was left. Where runs were
measured on different sources, the mean is over those that all have. Writes curve.png and curve.md, or what
--name says; what somebody wrote there below "What it shows" stays.

    python benchmarks/curve.py --name curve_detector --measure hmean runs/det4 runs/det6
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe import overlay
from ocrpipe.chart import Series, line_chart
from ocrpipe.train import run_log
from ocrpipe.train.loop import CONFIG

HERE = Path(__file__).resolve().parent
DEV = "dev_"
SHOWS = "## What it shows"
SUMS = ("mean", "strict", "precision", "recall", "hmean")  # what is no source


@dataclass(frozen=True, slots=True)
class Score:
    """Dev scores 0..1 by name, after so many samples, at this learning rate (None: not logged)."""

    samples: float
    rate: float | None
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Run:
    """A run's dev scores, by samples."""

    name: str
    scores: tuple[Score, ...]

    @property
    def sources(self) -> set[str]:
        """Those that all its scores have."""
        found = [score.values.keys() - set(SUMS) for score in self.scores]
        return set.intersection(*map(set, found)) if found else set()


def load(given: str) -> Run:
    """The run at PATH or NAME=PATH. click.UsageError without a log, or without a dev score in it."""
    named, equals, path = given.rpartition("=")
    folder = Path(path).parent if path.endswith(".jsonl") else Path(path)
    records = standing(run_log.records(folder), batch(folder))
    scores, rate = [], None
    for samples, record in records:
        rate = record.get("rate", rate)
        values = {key.removeprefix(DEV): value for key, value in record.items() if key.startswith(DEV)}
        if values:
            scores.append(Score(samples, rate, values))
    if not scores:
        raise click.UsageError(f"{path}: no log with a dev score; name a run's folder")
    return Run(named if equals else folder.resolve().name, tuple(scores))


def batch(folder: Path) -> int:
    """Samples a step, for logs that count steps only."""
    path = folder / CONFIG
    return int(json.loads(path.read_text("utf-8"))["batch"]) if path.exists() else 1


def standing(records: Sequence[run_log.Record], size: int) -> list[tuple[float, run_log.Record]]:
    """(samples, record) of what was not done again: a run resumed from an earlier checkpoint writes on in the
    same log, and what it had seen beyond that is void.
    """
    kept: list[tuple[float, run_log.Record]] = []
    for record in records:
        samples = record.get("samples", record["step"] * size)
        while kept and kept[-1][0] > samples:
            kept.pop()
        kept.append((samples, record))
    return kept


def comparable(runs: Sequence[Run], measure: str) -> list[Run]:
    """The runs, their "mean" taken over the sources that all have; UsageError where measure is in none."""
    shared = set.intersection(*(run.sources for run in runs))
    made = []
    for run in runs:
        scores = []
        for score in run.scores:
            values = score.values
            if shared:
                values = values | {"mean": sum(values[name] for name in shared) / len(shared)}
            scores.append(Score(score.samples, score.rate, values))
        made.append(Run(run.name, tuple(scores)))
    for run in made:
        if not all(measure in score.values for score in run.scores):
            raise click.UsageError(
                f"{run.name}: not measured: {measure}; known: {', '.join(run.scores[-1].values)}"
            )
    return made


def table(runs: Sequence[Run], measure: str) -> list[str]:
    """A line a dev score, in percent, and how far it is from the run's best before."""
    shared = sorted(set.intersection(*(run.sources for run in runs)))
    over_all = ["strict"] * (
        bool(shared) and all(run.sources == set(shared) for run in runs)
    )  # no source's: of all crops
    columns = [measure, *(name for name in [*shared, *over_all] if name != measure)]
    head = ["run", "samples", "rate", *columns, "against its best before"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for run in runs:
        best: float | None = None
        for score in run.scores:
            chief = 100 * score.values[measure]
            cells = [f"{100 * score.values[name]:.1f}" if name in score.values else "-" for name in columns]
            rate = "-" if score.rate is None else f"{score.rate:.2g}"
            gain = "-" if best is None else f"{chief - best:+.1f}"
            lines.append(f"| {' | '.join([run.name, f'{score.samples:.0f}', rate, *cells, gain])} |")
            best = chief if best is None else max(best, chief)
    return lines


@click.command(context_settings={"show_default": True})
@click.argument("runs", nargs=-1, required=True)
@click.option("--measure", default="mean", help="Name of a dev score: mean, strict, hmean, a source's.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=HERE, help="Folder of the picture and the table."
)
@click.option("--name", default="curve", help="Of both, without suffix.")
def main(runs: tuple[str, ...], measure: str, out: Path, name: str) -> None:
    """Draw the curve and write the table of several runs."""
    loaded = comparable([load(given) for given in runs], measure)
    lines = [
        Series(run.name, tuple((s.samples / 1000, 100 * s.values[measure]) for s in run.scores))
        for run in loaded
    ]
    picture = line_chart(lines, f"Dev score: {measure}", "samples seen, thousands", "percent")
    overlay.save(picture, out / f"{name}.png")
    shared = sorted(set.intersection(*(run.sources for run in loaded)))
    over = f" over {', '.join(shared)}" if shared and measure == "mean" else ""
    asked = "" if (name, measure) == ("curve", "mean") else f"--name {name} --measure {measure} "
    text = [
        "# Dev accuracy against samples seen", "",
        f"`python benchmarks/curve.py {asked}{' '.join(run.name for run in loaded)}`: dev scores in percent,",
        f"{measure}{over}.",
        "", f"![curve]({name}.png)", "", *table(loaded, measure),
    ]  # fmt: skip
    path = out / f"{name}.md"
    shows = path.read_text("utf-8").partition(SHOWS)[2] if path.exists() else ""
    text += ["", SHOWS + shows.rstrip()] if shows else []
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    print(f"{path}, {out / name}.png")


if __name__ == "__main__":
    main()
