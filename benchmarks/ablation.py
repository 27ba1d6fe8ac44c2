"""What parts of the training are worth: equal runs that differ in one thing, one after the other, as a table.

    python benchmarks/ablation.py recognizer --samples 60000 --data $OCRPIPE_DATA
    python benchmarks/ablation.py detector --samples 12000 --only both --only real --data $OCRPIPE_DATA

Every run has the same seed, schedule and length, and is scored once, after its decay, on the dev set. A run
that was stopped goes on; one that is finished is not repeated. The table, benchmarks/ablation_STAGE.md, shows
every run that is finished, whenever it was made.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe.train import checkpoint, detector_sources, word_sources
from ocrpipe.train.detector_data import DetectorMix
from ocrpipe.train.detector_training import DetectorJob, DetectorTraining
from ocrpipe.train.loop import LAST, Limits, Loop
from ocrpipe.train.run_log import records
from ocrpipe.train.stopping import stop_flag
from ocrpipe.train.word_sources import WordSources
from ocrpipe.train.word_training import WordJob, WordTraining
from recognizer.charset import charset as named_charset

ROOT = Path(__file__).resolve().parent.parent
NEVER = 1e9  # minutes


@dataclass(frozen=True, slots=True)
class Variant:
    """What one run has different: settings, shares of the detector's mix, the renderer's photos."""

    text: str
    settings: dict[str, Any]
    mix: dict[str, float]
    backgrounds: bool = True


def _variant(
    text: str, *, mix: dict[str, float] | None = None, backgrounds: bool = True, **settings: Any
) -> Variant:
    return Variant(text, settings, mix or {}, backgrounds)


WORDS: dict[str, Variant] = {
    "all": _variant("everything on"),
    "curriculum": _variant("no curriculum: long, hard words from the start", easy_until=1),
    "real": _variant("no real crops", real_share=0.0),
    "backgrounds": _variant("plain backgrounds", backgrounds=False),
    "width": _variant("every crop squeezed to 100 x 32", squeezed_to=100),
    "attention": _variant("an attention decoder beside CTC, weight 0.5", attention=0.5),
}
_RENDERED, _REAL = {"page": 0.0, "street": 0.0}, {"ic15": 0.0, "mlt": 0.0, "no_text": 0.0}
PHOTOS: dict[str, Variant] = {
    "both": _variant("rendered and real"),
    "rendered": _variant("rendered scenes only", mix=_REAL),
    "real": _variant("real photos only", mix=_RENDERED),
    "shrink": _variant("shrink ratio 0.4 growing to 0.6", shrink_start=0.4),
}
COLUMNS = {
    "recognizer": ("mean", "iiit5k", "svt", "ic15", "strict"),
    "detector": ("hmean", "precision", "recall"),
}


def word_runs(data: Path, samples: int, network: str) -> Callable[[Variant], WordJob]:
    """What makes a recogniser's job of a variant; the data are loaded once."""
    # Half of a short run for the curriculum: the usual length would not be over when the run is.
    base = WordTraining(network, samples=samples, easy_until=samples // 2)
    sources = word_sources.load_sources([data], None, named_charset(base.charset))

    def job(variant: Variant) -> WordJob:
        seen: WordSources = sources
        if not variant.backgrounds and sources.renderer is not None:
            seen = replace(sources, renderer=replace(sources.renderer, backgrounds=()))
        return WordJob(replace(base, **variant.settings), seen)

    return job


def photo_runs(data: Path, samples: int, network: str) -> Callable[[Variant], DetectorJob]:
    """What makes a detector's job of a variant; the data are loaded once."""
    base = DetectorTraining(network, samples=samples, dev_photos=100)
    sources = detector_sources.load_sources([data], None)

    def job(variant: Variant) -> DetectorJob:
        mix = replace(DetectorMix(), **variant.mix)  # type: ignore[arg-type]  # its shares are floats
        return DetectorJob(replace(base, **variant.settings), sources, mix=mix)

    return job


def finish(job: WordJob | DetectorJob, run: Path) -> bool:
    """Train until the schedule's end, on from where the run was stopped; False if it is stopped again."""
    loop: Loop[Any] = Loop(job, run)
    if (run / LAST).exists():
        loop.restore(checkpoint.load(run / LAST))
    with stop_flag() as stopped:
        return loop.train(Limits(dev_minutes=NEVER), stopped=stopped) == "samples"


def final_scores(run: Path, samples: int) -> dict[str, float] | None:
    """The dev scores after the last of samples; None for a run that is not finished."""
    scored = [r for r in records(run) if r["samples"] >= samples and any(k.startswith("dev_") for k in r)]
    return {k.removeprefix("dev_"): v for k, v in scored[-1].items()} if scored else None


def table(stage: str, variants: dict[str, Variant], out: Path, samples: int) -> list[str]:
    """Lines of the table: finished runs, the first variant first, others with their distance from it."""
    columns = COLUMNS[stage]
    lines = [
        "| run | " + " | ".join(columns) + " | against the first |",
        "|---|" + "---|" * (len(columns) + 1),
    ]
    first: float | None = None
    for name, variant in variants.items():
        scores = final_scores(out / name, samples)
        if scores is None:
            continue
        chief = 100 * scores[columns[0]]
        first = chief if first is None else first
        cells = [f"{100 * scores[c]:.1f}" if c in scores else "-" for c in columns]
        lines.append(f"| {variant.text} | {' | '.join(cells)} | {chief - first:+.1f} |")
    return lines


def write(stage: str, lines: Sequence[str], samples: int, network: str, folder: Path) -> Path:
    """The table with what made it."""
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    command = (
        f"python benchmarks/ablation.py {stage} --network {network} --samples {samples} --data $OCRPIPE_DATA"
    )
    text = [
        f"# What parts of the {stage}'s training are worth",
        "",
        f"Equal runs of {network} over {samples} samples each, one seed, scored on the dev set after the",
        "decay, in percent: a difference of a point may be chance.",
        f"`{command}`, {date.today().isoformat()}, commit {commit}.",
        "",
        *lines,
    ]
    path = folder / f"ablation_{stage}.md"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


@click.command(context_settings={"show_default": True})
@click.argument("stage", type=click.Choice(["recognizer", "detector"]))
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--samples", default=60_000, help="Of each run.")
@click.option("--network", default=None, help="By default crnn_xs or db_r18t.")
@click.option("--only", multiple=True, help="Only these runs, by name; may be repeated.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/ablation"), help="Their folder.")
@click.option("--tables", type=click.Path(path_type=Path), default=ROOT / "benchmarks", help="The table's.")
def main(
    stage: str, data: Path, samples: int, network: str | None, only: tuple[str, ...], runs: Path, tables: Path
) -> None:
    """Make the runs that are not there yet, and the table of those that are."""
    variants, start = (WORDS, word_runs) if stage == "recognizer" else (PHOTOS, photo_runs)
    unknown = set(only) - variants.keys()
    if unknown:
        raise click.UsageError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(variants)}")
    network = network or {"recognizer": "crnn_xs", "detector": "db_r18t"}[stage]
    out = runs / f"{stage}_{network}_{samples}"
    make = start(data, samples, network)
    for name in only or variants:
        if final_scores(out / name, samples) is None and not finish(make(variants[name]), out / name):
            raise click.Abort
        print(write(stage, table(stage, variants, out, samples), samples, network, tables), name, "done")


if __name__ == "__main__":
    main()
