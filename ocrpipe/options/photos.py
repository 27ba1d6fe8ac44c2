"""Which photos a command takes, and where what it finds goes: `read`, `detect` and `transcribe` share it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from ocrpipe.options.gathering import gather
from ocrpipe.options.single import DASHED, FOLDER, PATH, dpi, form, output, overlay_layout, password, quiet


@dataclass(frozen=True, slots=True)
class Flow:
    """Which photos come in, and where what is found goes."""

    photos: tuple[Path, ...]
    output: Path | None
    form: str | None
    json_output: Path | None
    overlay: Path | None
    overlay_format: str
    overlay_layout: str
    crops: Path | None
    report: Path | None
    recursive: bool
    from_file: Path | None
    pages: str | None
    dpi: float
    password: str | None
    resume: bool
    shard: str | None
    workers: int | None
    timeout: float | None
    on: str
    quiet: bool


flow = gather(
    "flow",
    Flow,
    click.argument("photos", nargs=-1, type=DASHED),
    output,
    form,
    click.option(
        "--json",
        "json_output",
        type=PATH,
        metavar="OUT",
        help="Write JSON here as well; for photos a file for all, or a folder, as with -o.",
    ),
    click.option(
        "--overlay", type=FOLDER, metavar="DIR", help="Draw what was found: DIR/NAME.overlay.png for each."
    ),
    click.option(
        "--overlay-format",
        type=click.Choice(["png", "jpg", "svg"]),
        default="png",
        show_default=True,
        help="Kind of these pictures; in SVG texts can be selected and searched.",
    ),
    overlay_layout,
    click.option(
        "--crops",
        type=FOLDER,
        metavar="DIR",
        help="Cut every word out, as it was read: DIR/NAME.w0000.png and so on, listed in DIR/labels.tsv.",
    ),
    click.option(
        "--report",
        type=PATH,
        metavar="HTML",
        help="Write one page to look through in a browser: thumbnails, boxes, text, search.",
    ),
    click.option("-r", "--recursive", is_flag=True, help="Take the subfolders of folders too."),
    click.option(
        "--from-file",
        type=DASHED,
        metavar="LIST",
        help="Take the photos that LIST names too, a path a line; - is stdin.",
    ),
    click.option("--pages", metavar="RANGES", help="Of PDFs, TIFFs and GIFs, as 1-3,7.  [default: all]"),
    dpi,
    password,
    click.option("--resume", is_flag=True, help="Go on with OUT: skip what it records already."),
    click.option("--shard", metavar="I/N", help="Take part I of N, the same on every machine."),
    click.option(
        "--workers",
        type=click.IntRange(0),
        metavar="N",
        help="Processes of one thread each; 0 is none.  [default: one a core for 9 photos or more]",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="Give a photo no longer than this.  [default: no limit]",
    ),
    click.option(
        "--on",
        type=click.Choice(["here", "ray"]),
        default="here",
        show_default=True,
        help="Read on this machine, or on a Ray cluster into shards: OUT is a folder or URL.",
    ),
    quiet,
)
