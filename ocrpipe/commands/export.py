"""`ocrpipe export`: a training run's weights as files that `read` takes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from ocrpipe import options
from ocrpipe.options import FOLDER, PATH


@click.command()
@click.argument("checkpoint", type=PATH)
@click.option(
    "-o", "--into", type=FOLDER, required=True, metavar="DIR", help="Folder with (or for) index.json."
)
@click.option("--id", "name", metavar="ID", help="What the model is called.  [default: its network's name]")
@options.data
def export(checkpoint: Path, into: Path, name: str | None, data: tuple[Path, ...]) -> None:
    """Write a CHECKPOINT (.pt) as fp16 safetensors and ONNX, compared on real inputs, into DIR.

    \b
    Example: ocrpipe export runs/recognizer/best.pt --data data/ -o my-weights/
    Example: ocrpipe read shop.jpg --recognizer my-weights/crnn_s.onnx
    """
    from ocrpipe.release import add_model
    from ocrpipe.train.export import card, export_checkpoint

    done = export_checkpoint(checkpoint, into, data, name)
    entry = add_model(into, card(done, date.today()), [done.tensors, done.onnx])
    for file in entry.files.values():
        click.echo(into / file.path)
    click.echo(f"{entry.id}: the engines differ by {done.gap:.1e} at most on {done.inputs} inputs", err=True)
