"""`ocrpipe weights list|verify|add` and `doctor`: what is installed, and whether it is whole."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocrpipe import options
from ocrpipe.options import FOLDER, PATH

if TYPE_CHECKING:
    from ocrpipe.doctor import Finding

WEIGHTS = 4  # the exit code


@click.group()
def weights() -> None:
    """List, check and add models."""


@weights.command("list")
@options.weights
def weights_list(weights: Path | None) -> None:
    """The models in the index; * marks the defaults.

    \b
    Example: ocrpipe weights list
    """
    from ocrpipe import console, model_index

    index = model_index.read(model_index.find_folder(weights))
    rows = [model_index.summary(model, index) for model in index.models]
    console.table(model_index.SUMMARY, rows, sys.stdout)


@weights.command("verify")
@options.weights
def weights_verify(weights: Path | None) -> int:
    """Check size and sha256 of every weight file.

    \b
    Example: ocrpipe weights verify
    """
    from ocrpipe.doctor import check_weights

    return _show_findings(check_weights(weights))


@weights.command("add")
@click.argument("card", type=PATH)
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--into", type=FOLDER, required=True, metavar="DIR", help="Folder with (or for) index.json.")
@click.option("--default", "is_default", is_flag=True, help="Use it where no model is named.")
def weights_add(card: Path, files: tuple[Path, ...], into: Path, is_default: bool) -> None:
    """Put weight FILES (.onnx, .safetensors) with the model CARD (JSON) into a folder of weights.

    \b
    Example: ocrpipe weights add card.json crnn_s.onnx crnn_s.safetensors --into weights/
    """
    from ocrpipe.release import add_model, read_card

    entry = add_model(into, read_card(card), files, default=is_default)
    click.echo(f"{entry.id}: {', '.join(file.path for file in entry.files.values())}")


@click.command()
@options.weights
def doctor(weights: Path | None) -> int:
    """Show where each module and weight file comes from, and what is wrong, if anything.

    \b
    Example: ocrpipe doctor
    """
    from ocrpipe.doctor import examine

    return _show_findings(examine(weights))


def _show_findings(findings: Iterable[Finding]) -> int:
    """Each on its line, what is wrong marked; the exit code for weights if anything is."""
    code = 0
    for finding in findings:
        click.echo(f"{'ok   ' if finding.ok else 'WRONG'} {finding.subject}: {finding.detail}")
        code = code if finding.ok else WEIGHTS
    return code
