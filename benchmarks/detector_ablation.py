"""What a short continuation of the detector's training gains from what: equal runs from one checkpoint.

    python benchmarks/detector_ablation.py --checkpoint runs/det/flat.pt --crops 8000 --data $OCRPIPE_DATA

Each run takes the network, the optimiser and the running mean of a checkpoint made before its rate came down,
and sees the same number of crops: the rate stands for half of them and comes down to zero over the rest. One
seed, one difference. It is then measured on the development sets by the settings of the released weights; the
first run at other sizes too. What was stopped goes on, what is there is not made again, and the table is
written after each run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from detectors.db_detector import DBDetector
from detectors.metrics import Matching
from ocrpipe import model_index
from ocrpipe.evaluate import score_detector
from ocrpipe.labels import load_scenes
from ocrpipe.train import checkpoint
from ocrpipe.train.checkpoint import Checkpoint
from ocrpipe.train.detector_data import DetectorMix
from ocrpipe.train.detector_eval import score_network
from ocrpipe.train.detector_sources import DetectorSources, load_sources
from ocrpipe.train.detector_training import DetectorJob, DetectorTraining
from ocrpipe.train.loop import LAST, Limits, Loop
from ocrpipe.train.settings import settings_from
from ocrpipe.train.stopping import stop_flag

SETS = ("ic15_dev", "mlt_boxes_dev", "forms_dev")
SIZES = (960, 1280, 1920)  # long sides beside the weights' own, of the first run on the first set
SCORES = "scores.json"
NEVER = 1e9  # minutes


@dataclass(frozen=True, slots=True)
class Variant:
    """What one run has different: settings, shares of the mix, whether rendered words stand on plates."""

    text: str
    settings: dict[str, Any] = field(default_factory=dict)
    mix: dict[str, Any] = field(default_factory=dict)
    plates: bool = True


VARIANTS = {
    "both": Variant("rendered and real"),
    "rendered": Variant("rendered scenes only", mix={"real_share": 0.0}),
    "real": Variant("real photos only", mix={"real_share": 1.0}),
    "large": Variant("words of photos up to 80 px high, not 140", mix={"largest": 80.0}),
    "gaps": Variant("gaps between neighbours count like any other pixel", mix={"gap_weight": 1}),
    "plates": Variant("no word plates: bare lettering in their place", plates=False),
    "shrink": Variant("shrink ratio 0.4 growing to 0.6 over the first half", settings={"shrink_start": 0.4}),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """How one set was found at one long side, in pixels: boxes that are words, boxes, words."""

    name: str
    long_side: int
    matched: int
    detected: int
    true: int

    def matching(self) -> Matching:
        """The counts, to take shares of."""
        return Matching(self.matched, self.detected, self.true)


def make_job(variant: Variant, state: Checkpoint, crops: int, sources: DetectorSources) -> DetectorJob:
    """The continuation's job: no dev photos, for it is measured afterwards, and no easy beginning."""
    given = {
        "samples": crops, "decay_share": 0.5, "hard_share": 1.0, "warmup": 20,
        "seed": state.settings.get("seed", 1) + 1,  # crops that the checkpoint has not seen
    }  # fmt: skip
    settings = settings_from(DetectorTraining, state.settings, given | variant.settings)
    photos = sources.photos
    if not variant.plates and photos.renderer is not None:
        photos = replace(photos, renderer=replace(photos.renderer, plates=0.0))
    mix = replace(DetectorMix(), clear_until=0, **variant.mix)
    return DetectorJob(settings, DetectorSources(photos, ()), mix=mix)


def finish(job: DetectorJob, state: Checkpoint, run: Path) -> bool:
    """Train job to its end, from state or from where it was stopped; False if it is stopped again."""
    loop = Loop(job, run)
    if (run / LAST).exists():
        loop.restore(checkpoint.load(run / LAST))
    else:
        loop.restore(replace(state, step=0), same_run=False)
    with stop_flag() as stopped:
        return loop.train(Limits(dev_minutes=NEVER), stopped=stopped) == "samples"


def measure(run: Path, data: Path, sizes: Sequence[int], photos: int | None) -> list[Measured]:
    """The run's network on every set at the weights' own size, and on the first at sizes too."""
    settings = model_index.entry(model_index.read(model_index.find_folder()), "detector", None).input.settings
    detector = DBDetector(score_network(run / LAST), **settings)  # type: ignore[arg-type]  # of any kind
    wanted = [(name, detector.long_side) for name in SETS] + [(SETS[0], size) for size in sizes]
    found = []
    for name, size in wanted:
        scenes = load_scenes(data / "scenes" / name)[:photos]
        counts = score_detector(replace(detector, long_side=size), scenes)
        found.append(Measured(name, size, counts.matched, counts.detected, counts.true))
    return found


def scores_of(run: Path) -> list[Measured]:
    """What was measured of a finished run; nothing of another."""
    path = run / SCORES
    return msgspec.json.decode(path.read_bytes(), type=list[Measured]) if path.exists() else []


def shares(found: Measured) -> str:
    """Precision, recall and hmean as cells."""
    counts = found.matching()
    return " | ".join(f"{100 * share:.1f}" for share in (counts.precision, counts.recall, counts.hmean))


def tables(out: Path) -> Iterator[str]:
    """Lines: a row a finished run, then a row a size of the first."""
    yield "| run | " + " | ".join(f"{name} P | R | H" for name in SETS) + " |"
    yield "|---|" + "---|" * (3 * len(SETS))
    for name, variant in VARIANTS.items():
        if found := scores_of(out / name):
            yield f"| {variant.text} | {' | '.join(shares(one) for one in found[: len(SETS)])} |"
    first = [one for one in scores_of(out / next(iter(VARIANTS))) if one.name == SETS[0]]
    if first:
        yield ""
        yield f"The first run by the size at which it looks, `{SETS[0]}`:"
        yield ""
        yield "| long side, pixels | P | R | H |"
        yield "|---|---|---|---|"
        yield from (
            f"| {one.long_side} | {shares(one)} |" for one in sorted(first, key=lambda o: o.long_side)
        )


def write(path: Path, out: Path, state: Checkpoint, crops: int, photos: int | None) -> None:
    """The tables with what made them."""
    command = f"python benchmarks/detector_ablation.py --checkpoint CHECKPOINT --crops {crops}"
    before = state.step * state.settings["batch"]
    few = "" if photos is None else f" Only the first {photos} photos of each set were looked at."
    lines = [
        "# What the detector's training gains from what",
        "",
        f"Continuations of {state.network} over {crops} crops each, from one checkpoint after {before} crops",
        "of rendered and real photos at a constant rate: they show what a continuation gains, not what a",
        "network would be that never saw the one kind. One seed each: a point may be chance. Boxes alone,",
        "percent, by the thresholds of the released weights, chosen for a network trained on both.",
        f"`{command} --data $OCRPIPE_DATA`, {date.today().isoformat()}.{few}",
        "",
        *tables(out),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@click.command(context_settings={"show_default": True})
@click.option("--checkpoint", "file", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--crops", default=8000, help="Of each run.")
@click.option("--only", multiple=True, type=click.Choice(list(VARIANTS)), help="These runs; may be repeated.")
@click.option("--photos", type=int, default=None, help="Measure on so many of each set, for a trial.")
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/detector_ablation"))
@click.option("--table", type=click.Path(path_type=Path), default=Path(__file__).with_suffix(".md"))
def main(
    file: Path, data: Path, crops: int, only: tuple[str, ...], photos: int | None, runs: Path, table: Path
) -> None:
    """Make the runs that are not there yet, and the table of those that are."""
    state, sources = checkpoint.load(file), load_sources([data], None)
    out = runs / f"{state.network}_{state.step * state.settings['batch']}_{crops}"
    for name in only or VARIANTS:
        run = out / name
        if not scores_of(run):
            if not finish(make_job(VARIANTS[name], state, crops, sources), state, run):
                raise click.Abort
            found = measure(run, data, SIZES if name == next(iter(VARIANTS)) else (), photos)
            (run / SCORES).write_bytes(msgspec.json.encode(found))
        write(table, out, state, crops, photos)
        click.echo(f"{table}: {name} done", err=True)


if __name__ == "__main__":
    main()
