"""`ocrpipe explain`: how a word is read, as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from ocrpipe import options
from ocrpipe.commands.stages import bad_values_are_usage, build_pipeline
from ocrpipe.decode_options import DecodeOptions
from ocrpipe.options import PATH, Machine, Stage1


@click.command()
@click.argument("photo", type=PATH)
@click.option("-o", "--output", type=PATH, required=True, metavar="PNG", help="The picture to write.")
@click.option(
    "--word", type=click.IntRange(0), metavar="ID", help="A word of a photo, by its id; else all is one crop."
)
@options.recognizer
@options.decode
@options.machine
def explain(
    photo: Path,
    output: Path,
    word: int | None,
    recognizer: str | None,
    decode: DecodeOptions,
    machine: Machine,
) -> None:
    """Draw how a word is read: frames, probabilities, the collapse to text, alternatives, neighbours.

    \b
    Example: ocrpipe explain crop.png -o why.png
    Example: ocrpipe explain shop.jpg --word 3 --lexicon words.txt -o why.png
    """
    from ocrpipe import images, overlay
    from ocrpipe.explain import draw, explain_photo

    # A crop needs no detector, whose weights may be missing.
    stage_1 = Stage1(None if word is not None else "contours")
    pipeline = build_pipeline(stage_1, recognizer, decode, machine)
    with bad_values_are_usage():
        picture = draw(explain_photo(pipeline, images.load(photo), word))
    overlay.save(picture, output)
