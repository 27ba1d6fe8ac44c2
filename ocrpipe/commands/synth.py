"""`ocrpipe synth words|scenes`: rendered training data, or a sheet of it to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from ocrpipe import options
from ocrpipe.options import PATH, gather

if TYPE_CHECKING:
    from ocrpipe.synth.orders import DrawnScene, DrawnWord, Order

S = TypeVar("S", "DrawnWord", "DrawnScene")


@dataclass(frozen=True, slots=True)
class Job:
    """How much to render, from what, and where it goes."""

    count: int
    seed: int
    output: Path
    data: tuple[Path, ...]
    held_out_fonts: bool
    sheet: bool
    workers: int | None
    quiet: bool

    @property
    def folder(self) -> Path:
        """The data folder: the first that has fonts."""
        return next((path for path in self.data if (path / "fonts").is_dir()), self.data[0])

    def as_sheet(self) -> bool:
        """Whether a contact sheet is asked for, by the option or by the suffix."""
        return self.sheet or self.output.suffix.lower() == ".png"

    def write(self, order: Order[S], save: Callable[[Path, Iterable[S]], None]) -> None:
        """Draw the samples of order and save them."""
        from ocrpipe.console import PhotoProgress
        from ocrpipe.synth.orders import choose_workers, drawn

        def shown(progress: PhotoProgress) -> Iterator[S]:
            for sample in drawn(order, self.count, choose_workers(self.workers, self.count)):
                yield sample
                progress.add(words=sample.count)
                progress.advance()

        with PhotoProgress(self.count, quiet=self.quiet) as progress:
            save(self.output, shown(progress))


_job = gather(
    "job",
    Job,
    click.option(
        "-n", "--count", type=click.IntRange(1), default=100, show_default=True, help="How many to render."
    ),
    click.option(
        "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all that is drawn at random."
    ),
    click.option(
        "-o",
        "--output",
        type=PATH,
        required=True,
        metavar="OUT",
        help="Write here, not to stdout: one file for all, or a file each if OUT is a folder.",
    ),
    options.data,
    click.option(
        "--held-out-fonts",
        is_flag=True,
        help="Use only the families that training never sees, to measure on.",
    ),
    click.option("--sheet", is_flag=True, help="Write one PNG to look at, whatever OUT is called."),
    click.option(
        "--workers",
        type=click.IntRange(0),
        metavar="N",
        help="Processes of one thread each; 0 is none.  [default: one a core for 9 photos or more]",
    ),
    options.quiet,
)


@click.group()
def synth() -> None:
    """Render labelled words and scenes, the same for a seed on any number of processes."""


@synth.command()
@_job
@click.option(
    "--difficulty",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="From short, clean words (0) to everything a camera does (1).",
)
def words(job: Job, difficulty: float) -> None:
    """Render word crops: a folder with labels.tsv, an LMDB (OUT ends in .lmdb), or a sheet (.png).

    \b
    Example: ocrpipe synth words -n 10000 --seed 7 -o crops/ --data data/
    Example: ocrpipe synth words -n 60 -o look.png --data data/
    """
    from ocrpipe.synth.orders import WordOrder
    from ocrpipe.synth.save import save_lmdb, save_word_sheet, save_words

    order = WordOrder(job.folder, job.seed, job.held_out_fonts, difficulty)
    save = save_lmdb if job.output.suffix.lower() == ".lmdb" else save_words
    job.write(order, save_word_sheet if job.as_sheet() else save)


@synth.command()
@_job
@click.option("--size", type=click.IntRange(64, 4096), default=640, show_default=True, help="Pixels a side.")
@click.option(
    "--kind",
    type=click.Choice(["mixed", "page", "street"]),
    default="mixed",
    show_default=True,
    help="Printed pages and screens, photos of places, or both.",
)
def scenes(job: Job, size: int, kind: str) -> None:
    """Render scenes with a quad for every word: a folder with labels.jsonl, or a sheet (OUT ends in .png).

    \b
    Example: ocrpipe synth scenes -n 500 -o scenes/ --data data/
    Example: ocrpipe synth scenes -n 12 --kind page -o look.png --data data/
    """
    from ocrpipe.synth.orders import SceneOrder
    from ocrpipe.synth.save import save_scene_sheet, save_scenes

    order = SceneOrder(job.folder, job.seed, job.held_out_fonts, size, kind)
    job.write(order, save_scene_sheet if job.as_sheet() else save_scenes)
