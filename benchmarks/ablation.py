"""What parts of the recogniser's training are worth: equal short runs that differ in one thing, as a table.

    python benchmarks/ablation.py --start runs/recognizer/flat.pt --teacher runs/mean.pt --data $OCRPIPE_DATA

The detector's are made by `detector_ablation.py`.

Each run goes on from the same checkpoint, one of before the decay, over equally many samples in which the
learning rate falls to zero, and is scored on the dev set at its end. What shows from nothing only, the
curriculum, is two runs of a small network over more samples. A run that was stopped goes on; one that is
finished is not repeated. The table, benchmarks/ablation.md, is written after every run; what somebody wrote
below "What was learnt" stays.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import ablation_runs as runs

from ocrpipe import device as devices
from ocrpipe.train import checkpoint
from ocrpipe.train.initial import load_teacher
from ocrpipe.train.word_training import WordJob, WordTraining

ROOT = Path(__file__).resolve().parent.parent
LEARNT = "## What was learnt"
START = "start"  # the folder of the checkpoint's own scores
COLUMNS = ("mean", "iiit5k", "svt", "ic15", "strict")


@dataclass(frozen=True, slots=True)
class Bench:
    """What the runs have in common. scratch: samples of a run from nothing; folder: of all runs.

    teacher: the checkpoint that one of them learns from.
    """

    start: runs.Start | None
    samples: int
    scratch: int
    network: str
    seeds: tuple[int, ...]
    folder: Path
    teacher: Path | None = None

    @property
    def variants(self) -> dict[str, runs.Variant]:
        """Those that can be made."""
        known = runs.VARIANTS
        missing = {"distill"} if self.teacher is None else set()
        able = {name: each for name, each in known.items() if not missing & each.settings.keys()}
        return {name: each for name, each in able.items() if self.start is not None or each.scratch}

    def run(self, name: str, seed: int) -> Path:
        """The folder of one run."""
        fresh = self.start is None or self.variants[name].scratch
        room = f"{self.network}_{self.scratch}" if fresh else f"{self._start.name}_{self.samples}"
        return self.folder / room / f"{name}_{seed}"

    def end(self, name: str) -> int:
        """Samples seen at the end of a run, those before its start included."""
        return self.scratch if self.variants[name].scratch else self._start.seen + self.samples

    def scores(self, name: str) -> list[dict[str, float]]:
        """Of the finished runs of a variant, a seed each."""
        found = (runs.final_scores(self.run(name, seed), self.end(name)) for seed in self.seeds)
        return [scores for scores in found if scores is not None]

    @property
    def of_start(self) -> Path:
        """The folder of the checkpoint's own scores."""
        return self.folder / self._start.name

    @property
    def _start(self) -> runs.Start:
        if self.start is None:
            raise ValueError("only runs from nothing are known without a checkpoint")
        return self.start


def table(bench: Bench) -> list[str]:
    """Lines of the table: finished runs, each with its distance from the first of its kind."""
    head = ["run", "crops", "seeds", *COLUMNS, "against the first"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    first: dict[bool, float] = {}
    before = None if bench.start is None else runs.final_scores(bench.of_start, bench.start.seen)
    if before is not None:
        lines.append(_row("the checkpoint itself", 0, [before], "-"))
    for name, variant in bench.variants.items():
        scores = bench.scores(name)
        if scores:
            chief = statistics.fmean(100 * each[COLUMNS[0]] for each in scores)
            far = chief - first.setdefault(variant.scratch, chief)
            crops = bench.scratch if variant.scratch else bench.samples
            lines.append(_row(variant.text, crops, scores, f"{far:+.1f}"))
    return lines


def _row(text: str, crops: int, scores: Sequence[Mapping[str, float]], far: str) -> str:
    """Means over the seeds; of several seeds, the first column's lowest and highest too."""
    cells = []
    for column in COLUMNS:
        values = [100 * each[column] for each in scores if column in each]
        cells.append(f"{statistics.fmean(values):.1f}" if values else "-")
        if column == COLUMNS[0] and len(values) > 1:
            cells[-1] += f" ({min(values):.1f} to {max(values):.1f})"
    return f"| {text} | {crops} | {len(scores)} | {' | '.join(cells)} | {far} |"


def command(bench: Bench, data: Sequence[Path]) -> str:
    """What makes the runs again; folders by their names, since where they lie is each machine's own."""
    words = ["python benchmarks/ablation.py"]
    if bench.start is not None:
        words.append(f"--start {'/'.join(bench.start.path.parts[-2:])} --samples {bench.samples}")
    words.append(f"--scratch-samples {bench.scratch} --network {bench.network}")
    if bench.teacher is not None:
        words.append(f"--teacher {'/'.join(bench.teacher.parts[-2:])}")
    return " ".join(
        [*words, *(f"--seed {seed}" for seed in bench.seeds), *(f"--data {p.name}" for p in data)]
    )


def write(bench: Bench, path: Path, data: Sequence[Path]) -> None:
    """The table with what made it; what was learnt is kept."""
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    learnt = path.read_text("utf-8").partition(LEARNT)[2] if path.exists() else "\n\nNot written yet.\n"
    text = ["# What parts of the recogniser's training are worth", ""]
    if bench.start is not None:
        text += [
            f"Each run goes on from the same checkpoint of {bench.start.state.network}, which has seen",
            f"{bench.start.seen} samples without decay, over {bench.samples} in which the rate falls to 0.",
        ]
    if any(variant.scratch for variant in bench.variants.values()):
        text.append(f"Runs from nothing train {bench.network} over {bench.scratch} samples.")
    text += [
        f"Seeds: {', '.join(map(str, bench.seeds))}. Scored on the dev set at the end, in percent: a point",
        "may be chance.",
        "", f"`{command(bench, data)}`, {date.today().isoformat()}, commit {commit}.", "",
        *table(bench), "", LEARNT + learnt.rstrip(),
    ]  # fmt: skip
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def jobs(
    bench: Bench, data: Sequence[Path], dev: Path | None, device: str
) -> Callable[[runs.Variant, Mapping[str, Any]], WordJob]:
    """What makes a run's job."""
    small = WordTraining(bench.network, samples=bench.scratch)
    small = replace(small, ema=runs.memory(bench.scratch, small.batch))
    teacher = None
    if bench.teacher is not None and bench.start is not None:
        state = bench.start.state
        teacher = load_teacher(str(bench.teacher), state.network, str(state.charset))
    return runs.word_jobs(data, dev, bench.start, bench.samples, small, device, teacher)


_PATH = click.Path(path_type=Path)


@click.command(context_settings={"show_default": True})
@click.option(
    "--start", type=_PATH, help="Checkpoint (.pt) of before the decay; without it, only runs from nothing."
)
@click.option(
    "--data", type=_PATH, multiple=True, envvar="OCRPIPE_DATA", required=True, help="May be repeated."
)
@click.option("--dev", type=_PATH, default=None, help="Measured on; by default the data folder's dev set.")
@click.option("--samples", default=16_000, help="Of each run that goes on.")
@click.option("--scratch-samples", default=80_000, help="Of each run from nothing.")
@click.option("--network", default="crnn_xs", help="From nothing.")
@click.option("--seed", "seeds", type=int, multiple=True, default=(1,), help="May be repeated: as many runs.")
@click.option("--only", multiple=True, help="Only these runs, by name; may be repeated.")
@click.option(
    "--teacher", type=_PATH, help="Recogniser's checkpoint that a run learns from; without it, no such run."
)
@click.option("--device", default="auto")
@click.option("--loaders", default=1, help="Processes that make samples.")
@click.option("--runs", "folder", type=_PATH, default=Path("runs/ablation"), help="Folder of the runs.")
@click.option(
    "--table",
    "file",
    type=_PATH,
    default=ROOT / "benchmarks/ablation.md",
    show_default="benchmarks/ablation.md",
    help="What is written.",
)
def main(
    start: Path | None,
    data: tuple[Path, ...],
    dev: Path | None,
    samples: int,
    scratch_samples: int,
    network: str,
    seeds: tuple[int, ...],
    only: tuple[str, ...],
    teacher: Path | None,
    device: str,
    loaders: int,
    folder: Path,
    file: Path,
) -> None:
    """Make the runs that are not there yet, and the table of those that are."""
    begin = None if start is None else runs.Start(start, checkpoint.load(start))
    if begin is not None and begin.state.stage != "recognizer":
        raise click.UsageError(f"{start}: a {begin.state.stage}'s checkpoint; name a recogniser's")
    bench = Bench(begin, samples, scratch_samples, network, seeds, folder, teacher)
    unknown = set(only) - bench.variants.keys()
    if unknown:
        raise click.UsageError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(bench.variants)}")
    kind, shared = devices.choose(device).kind, {"workers": loaders}
    make = jobs(bench, data, dev, kind)
    chosen = [name for name in bench.variants if not only or name in only]
    if begin is not None:
        runs.score_start(make(runs.Variant("the checkpoint"), shared), begin, bench.of_start)
    for seed in seeds:
        for name in chosen:
            variant, run = bench.variants[name], bench.run(name, seed)
            if runs.final_scores(run, bench.end(name)) is None:
                job = make(variant, shared | {"seed": seed})
                if not runs.finish(job, run, None if variant.scratch else begin, kind):
                    raise click.Abort
            write(bench, file, data)
            print(f"{name}, seed {seed}: done; {file}", flush=True)


if __name__ == "__main__":
    main()
