"""`ocrpipe bench`: how long each stage of reading takes on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ocrpipe import options
from ocrpipe.commands.flow import FAILED, NOTHING
from ocrpipe.commands.stages import bad_values_are_usage, build_pipeline
from ocrpipe.decode_options import DecodeOptions
from ocrpipe.options import PATH, Machine, Stage1


@click.command()
@click.argument("photos", nargs=-1, required=True, type=PATH)
@click.option("-r", "--recursive", is_flag=True, help="Take the subfolders of folders too.")
@click.option("--repeat", type=click.IntRange(1), default=1, show_default=True, help="Read all so often.")
@click.option(
    "--warm-up", type=click.IntRange(0), default=2, show_default=True, help="First readings, uncounted."
)
@click.option("--as-json", is_flag=True, help="Print JSON, not a table.")
@options.stage_1
@options.recognizer
@options.decode
@options.machine
def bench(
    photos: tuple[Path, ...],
    recursive: bool,
    repeat: int,
    warm_up: int,
    as_json: bool,
    stage_1: Stage1,
    recognizer: str | None,
    decode: DecodeOptions,
    machine: Machine,
) -> int:
    """Measure reading of PHOTOS: milliseconds of each stage, images a second, memory.

    \b
    Example: ocrpipe bench holiday/ --repeat 3
    """
    from ocrpipe import bench as job
    from ocrpipe import console, images

    found = list(images.find_photos(photos, recursive=recursive))
    if not found:
        console.error(f"{', '.join(map(str, photos))}: no photo in there; name photos, or add -r")
        return NOTHING
    pipeline = build_pipeline(stage_1, recognizer, decode, machine)
    with bad_values_are_usage():
        report = job.bench(pipeline, found, repeat=repeat, warm_up=warm_up)
    if as_json:
        click.echo(job.to_json(report))
    else:
        console.table(job.COLUMNS, job.rows(report), sys.stdout)
        click.echo(job.summary(report))
    return FAILED if report.failed else 0
