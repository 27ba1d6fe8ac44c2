"""`python -m ocrpipe.train.detector`: train the detector, go on with a run, measure it, write its weights."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path

import click

from detectors.db_detector import LONG_SIDE, DBDetector
from detectors.postprocess import Decision
from ocrpipe import images
from ocrpipe.errors import OcrError
from ocrpipe.labels import load_scenes
from ocrpipe.train import checkpoint
from ocrpipe.train.detector_training import DetectorTrainer, DetectorTraining

_DEFAULTS = {field.name: field.default for field in fields(DetectorTraining)}
_RUN = click.option(
    "--run", type=click.Path(path_type=Path), default=Path("runs/detector"), help="Folder of the run."
)


@contextmanager
def _failures() -> Iterator[None]:
    """An error of the world as one line and exit code 1."""
    try:
        yield
    except OcrError as error:
        raise click.ClickException(str(error)) from error


@click.group(context_settings={"show_default": True})
def main() -> None:
    """Train a DBNet on labelled photos and rendered scenes."""


@main.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@_RUN
@click.option("--resume/--fresh", default=True, help="Go on from the run's last checkpoint, if there is one.")
@click.option("--minutes", default=90.0, help="Stop after so long.")
@click.option("--network", default=_DEFAULTS["network"])
@click.option("--steps", default=_DEFAULTS["steps"], help="Where the learning rate has come down to zero.")
@click.option("--decay-share", default=_DEFAULTS["decay_share"], help="Last part of the steps, with decay.")
@click.option("--hard-share", default=_DEFAULTS["hard_share"], help="Last part of the steps, hard negatives.")
@click.option("--rate", default=_DEFAULTS["rate"])
@click.option("--batch", default=_DEFAULTS["batch"], help="Crops a step.")
@click.option("--threads", default=_DEFAULTS["threads"])
def train(data: Path, run: Path, resume: bool, minutes: float, **settings: object) -> None:
    """Train, or go on with a run that was stopped, perhaps with another schedule."""
    with _failures():
        wanted = DetectorTraining(**settings)  # type: ignore[arg-type]  # click checked the types
        trainer = DetectorTrainer(wanted, run, data)
        if resume and (run / "last.pt").exists():
            trainer.restore(checkpoint.load(run / "last.pt"))
        stopped: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))  # stop after this step, saved
        trainer.train(minutes, lambda: bool(stopped))


@main.command()
@click.option("--checkpoint", "path", type=click.Path(path_type=Path), default=Path("runs/detector/last.pt"))
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="Labelled scenes.")
@click.option("--limit", type=int, default=None, help="Only so many photos.")
@click.option("--long-side", default=LONG_SIDE)
@click.option("--threshold", default=Decision.threshold)
@click.option("--box-threshold", default=Decision.box_threshold)
@click.option("--unclip-ratio", default=Decision.unclip_ratio)
def evaluate(path: Path, data: Path, limit: int | None, **settings: float) -> None:
    """Print precision, recall and hmean at IoU 0.5 as one JSON object."""
    from ocrpipe.train.detector_eval import evaluate_detector, score_network

    with _failures():
        network = score_network(path)
        detector = DBDetector(network, **settings)  # type: ignore[arg-type]  # click checked the types
        counts = evaluate_detector(detector, load_scenes(data)[:limit])
    record = {name: round(getattr(counts, name), 4) for name in ("precision", "recall", "hmean")}
    click.echo(json.dumps({**record, **asdict(counts), **settings}))


@main.command()
@_RUN
@click.option("--out", type=click.Path(path_type=Path), default=Path("weights"), help="Folder for the files.")
@click.option(
    "--photo", type=click.Path(path_type=Path, exists=True), required=True, help="Photo to check on."
)
def export(run: Path, out: Path, photo: Path) -> None:
    """Write the running mean of a run as fp16 safetensors and as ONNX, and check one against the other."""
    from ocrpipe.train import detector_export

    with _failures():
        for file in detector_export.export(run / "last.pt", out, images.load(photo).pixels):
            click.echo(file)


if __name__ == "__main__":
    main()
