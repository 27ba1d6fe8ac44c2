"""`ocrpipe train`: networks from nothing, from released weights, or on from a run that was stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocrpipe import options
from ocrpipe.commands.found import found
from ocrpipe.commands.label import label
from ocrpipe.commands.stages import bad_values_are_usage
from ocrpipe.options import FOLDER, PATH, Command, gather

if TYPE_CHECKING:
    from ocrpipe.train.loop import Loop
    from ocrpipe.train.start import Order

INTERRUPTED = 130
_SHARE = click.FloatRange(0, 1)
_MINUTES = click.FloatRange(0)


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run gets its data and is kept, and when this call of it ends."""

    data: tuple[Path, ...]
    dev: Path | None
    run: Path | None
    resume: Path | None
    init: str | None
    minutes: float | None
    steps: int | None
    save_every: float
    dev_every: float
    device: str
    quiet: bool


_run = gather(
    "run",
    Run,
    options.data,
    click.option(
        "--dev",
        type=PATH,
        metavar="PATH",
        help="Labelled words or photos to measure on.  [default: the data folder's, and a tenth of your own]",
    ),
    click.option(
        "--run", type=FOLDER, metavar="DIR", help="Folder of a new run.  [default: runs/ and the stage]"
    ),
    click.option(
        "--resume", type=PATH, metavar="DIR", help="Go on with the run in DIR, or from a checkpoint (.pt)."
    ),
    click.option(
        "--init",
        metavar="NAME",
        help="Start from these weights: a model id, a .safetensors file or a checkpoint.",
    ),
    click.option("--minutes", type=_MINUTES, metavar="F", help="Stop after so long; the run can go on."),
    click.option(
        "--steps", type=click.IntRange(0), metavar="N", help="Stop after so many; the run can go on."
    ),
    click.option(
        "--save-every",
        type=_MINUTES,
        default=3.0,
        show_default=True,
        metavar="F",
        help="Minutes between checkpoints.",
    ),
    click.option(
        "--dev-every",
        type=_MINUTES,
        default=10.0,
        show_default=True,
        metavar="F",
        help="Minutes between scores on the dev set.",
    ),
    options.device,
    options.quiet,
)


def _number(flag: str, kind: click.IntRange | click.FloatRange, text: str) -> Callable[[Command], Command]:
    """An option for a field of the settings, which is the run's, the preset's or the stage's if not given."""
    return click.option(flag, type=kind, metavar="N" if isinstance(kind, click.IntRange) else "F", help=text)


_SETTINGS = (
    click.option("--config", "network", metavar="NAME", help="Network, with the settings that suit it."),
    _number("--samples", click.IntRange(1), "Where the learning rate has come down to zero."),
    _number("--decay-share", _SHARE, "Last part of the samples, in which the rate comes down."),
    _number("--rate", click.FloatRange(0, min_open=True), "Learning rate."),
    _number("--warmup", click.IntRange(0), "Steps until it is reached."),
    click.option(
        "--optimizer", type=click.Choice(["adamw", "adadelta"]), help="adadelta is the CRNN paper's."
    ),
    _number("--batch", click.IntRange(1), "Samples a step."),
    _number("--ema", _SHARE, "Memory of the running mean, which is what is measured and exported."),
    _number("--seed", click.IntRange(0), "Of all that is drawn at random."),
    _number("--threads", click.IntRange(1), "Of the network."),
    click.option(
        "--loaders",
        "workers",
        type=click.IntRange(0),
        metavar="N",
        help="Processes that make samples; 0 is none beside this one.",
    ),
)
_REAL_SHARE = _number("--real-share", _SHARE, "Of what is labelled; the other samples are rendered.")


def _settings(*added: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(added):
            command = option(command)
        return command

    return decorate


@click.group()
def train() -> None:
    """Train networks, or fine-tune those that are there on your own labelled words and photos."""


train.add_command(label)
train.add_command(found)


@train.command()
@_run
@_settings(
    *_SETTINGS,
    click.option(
        "--charset",
        metavar="NAME",
        help="What it can say: ascii94, ascii95 with the space, or alnum36 as in the paper.",
    ),
    _REAL_SHARE,
    _number("--easy-until", click.IntRange(1), "Samples over which words grow long and hard."),
    click.option(
        "--render",
        type=click.Choice(["device", "processes"]),
        help="Where words are rendered.  [default: device on a GPU]",
    ),
    _number("--attention", click.FloatRange(0), "Weight of an attention decoder that guides the training."),
    click.option("--teacher", metavar="NAME", help="A larger recogniser to learn from, named as for --init."),
    _number("--distill", click.FloatRange(0), "Weight of what the teacher says.  [default: 0.5]"),
)
def recognizer(run: Run, teacher: str | None, **settings: Any) -> int:
    """Train a recogniser on rendered words and labelled crops.

    \b
    Example: ocrpipe train recognizer --config crnn_s --data data/ --minutes 150
    Example: ocrpipe train recognizer --resume runs/recognizer --data data/
    Example: ocrpipe train recognizer --init crnn_s --data my-crops/ --samples 20000
    """
    from ocrpipe.train.start import recognizer_loop

    return _train(recognizer_loop, run, settings, teacher)


@train.command()
@_run
@_settings(
    *_SETTINGS,
    _REAL_SHARE,
    _number("--hard-share", _SHARE, "Last part of the samples, with hard negatives and borders."),
    _number("--shrink-start", click.FloatRange(0, 1), "Shrink ratio at the start; it grows until the decay."),
)
def detector(run: Run, **settings: Any) -> int:
    """Train a detector on labelled photos and rendered scenes.

    \b
    Example: ocrpipe train detector --data data/ --minutes 150
    Example: ocrpipe train detector --init db_r18q --data my-photos/ --samples 8000
    """
    from ocrpipe.train.start import detector_loop

    return _train(detector_loop, run, settings)


def _train(
    build: Callable[[Order], Loop[Any]], run: Run, settings: dict[str, Any], teacher: str | None = None
) -> int:
    """Build the loop, run it, say how it ended; the exit code."""
    from ocrpipe.train.loop import Limits
    from ocrpipe.train.progress import TrainingProgress
    from ocrpipe.train.start import Order, tell
    from ocrpipe.train.stopping import stop_flag

    given = {name: value for name, value in settings.items() if value is not None}
    with bad_values_are_usage():
        loop = build(Order(run.data, given, run.dev, run.run, run.resume, run.init, teacher, run.device))
    limits = Limits(run.minutes, run.steps, run.save_every, run.dev_every)
    with stop_flag() as stopped, TrainingProgress(quiet=run.quiet) as show:
        ending = loop.train(limits, stopped=stopped, show=show)
    tell(ending, loop.run, loop.step * loop.settings.batch)
    return INTERRUPTED if ending == "interrupted" else 0
