"""`ocrpipe merge`: several results of one set of photos as one."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ocrpipe.commands.flow import FAILED
from ocrpipe.commands.stages import bad_values_are_usage
from ocrpipe.options import DASHED, PATH


@click.command()
@click.argument("results", nargs=-1, required=True, type=PATH)
@click.option(
    "-o",
    "--output",
    type=DASHED,
    metavar="OUT",
    help="Write here, not to stdout; may be one of RESULTS.",
)
def merge(results: tuple[Path, ...], output: Path | None) -> int:
    """Join RESULTS (JSONL, Parquet, folders of shards) into JSONL: each photo once, in natural order.

    \b
    Example: ocrpipe merge shard-1.jsonl shard-2.jsonl -o all.jsonl
    Example: ocrpipe merge s3://texts/2026 -o all.jsonl
    """
    from ocrpipe import console, outputs
    from ocrpipe.batch.merge import merge as merge_results
    from ocrpipe.batch.shards import as_line_files

    with TemporaryDirectory() as scratch, bad_values_are_usage():
        files = as_line_files(results, Path(scratch))
        if output in (None, Path("-")):
            merged = merge_results(files, sys.stdout.buffer)
        else:
            with outputs.replacing(output) as file:
                merged = merge_results(files, file)
    console.note(
        f"{merged.records} records, {merged.failed} failed; {merged.replaced} left out for better ones"
    )
    return FAILED if merged.failed else 0
