"""What `ocrpipe evaluate` writes: tables, JSON and pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocrpipe.errors import OutputError

if TYPE_CHECKING:
    from ocrpipe.evaluate.gallery import Shown
    from ocrpipe.evaluate.tables import Report
    from ocrpipe.evaluate.words import Mistake
    from recognizer.calibration import Bin


def check_places(*files: Path | None) -> None:
    """Raise OutputError for a file in a folder that is not there: better now than after the measuring."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise OutputError(f"{file}: cannot be written: {file.parent} is no folder; make it first")


def show(report: Report, json_output: Path | None) -> None:
    """report as tables on stdout, and as JSON in a file where one is named."""
    from ocrpipe import console, outputs
    from ocrpipe.evaluate.tables import tables, to_json

    if json_output is not None:
        with outputs.writing(json_output):
            json_output.write_bytes(to_json(report))
    for table in tables(report):
        click.echo(f"\n{table.title}")
        console.table(table.columns, table.rows, sys.stdout)


def draw_mistakes(mistakes: list[Mistake], to: Path | None, path: Path) -> None:
    from ocrpipe import overlay
    from ocrpipe.evaluate.sheet import error_sheet

    if to is not None:
        overlay.save(error_sheet(mistakes, f"{path}: truth, what was read, score; the surest first"), to)


def draw_gallery(shown: list[Shown], to: Path | None) -> None:
    from ocrpipe import overlay
    from ocrpipe.evaluate.gallery import arrange

    if to is not None:
        overlay.save(arrange(shown), to)


def draw_reliability(bins: Sequence[Bin], to: Path | None, path: Path) -> None:
    from ocrpipe import console, overlay
    from ocrpipe.chart import reliability_diagram

    if to is not None and not bins:
        console.warning(f"{to}: not drawn, for there is no word to judge")
    elif to is not None:
        overlay.save(reliability_diagram(bins, path.name), to)
