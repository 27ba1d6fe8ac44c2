"""`python -m ocrpipe.train.recognizer`: train a recogniser, or go on with a run that was stopped."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click

from ocrpipe.errors import OcrError
from ocrpipe.train import checkpoint
from ocrpipe.train.word_training import WordTrainer, WordTraining

_DEFAULTS = {field.name: field.default for field in fields(WordTraining)}


@click.command(context_settings={"show_default": True})
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option(
    "--run", type=click.Path(path_type=Path), default=Path("runs/recognizer"), help="Folder of the run."
)
@click.option("--resume/--fresh", default=True, help="Go on from the run's last checkpoint, if there is one.")
@click.option("--minutes", default=150.0, help="Stop after so long.")
@click.option("--network", default=_DEFAULTS["network"])
@click.option(
    "--samples", default=_DEFAULTS["samples"], help="Where the learning rate has come down to zero."
)
@click.option("--decay-share", default=_DEFAULTS["decay_share"], help="Last part of the samples, with decay.")
@click.option("--rate", default=_DEFAULTS["rate"])
@click.option("--batch", default=_DEFAULTS["batch"], help="Crops a step.")
@click.option("--threads", default=_DEFAULTS["threads"])
@click.option("--workers", default=_DEFAULTS["workers"], help="Rendering processes.")
def main(data: Path, run: Path, resume: bool, minutes: float, **settings: object) -> None:
    """Train a CRNN on rendered words and real crops. A run may be resumed with another schedule."""
    try:
        trainer = WordTrainer(WordTraining(**settings), run, data)  # type: ignore[arg-type]  # click checked the types
        if resume and (run / "last.pt").exists():
            trainer.restore(checkpoint.load(run / "last.pt"))
        trainer.train(minutes)
    except OcrError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
