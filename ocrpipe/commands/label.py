"""`ocrpipe train label`: texts for words that have boxes only, to train on."""

from __future__ import annotations

from pathlib import Path

import click

from ocrpipe.options import FOLDER, PATH, Machine, machine, recognizer


@click.command()
@click.argument("photos", type=PATH)
@click.option("--to", type=FOLDER, required=True, metavar="DIR", help="Folder for labels.jsonl.")
@click.option(
    "--lexicon", type=PATH, metavar="FILE", help="Words to expect: one a line, optionally a tab and a weight."
)
@recognizer
@machine
def label(photos: Path, to: Path, lexicon: Path | None, recognizer: str | None, machine: Machine) -> None:
    """Read boxed PHOTOS without texts, and write what is surely right as labels.

    \b
    Example: ocrpipe train label street/ --to street-read/ --lexicon words.txt
    """
    from ocrpipe.decode_options import DecodeOptions
    from ocrpipe.labels import load_photos
    from ocrpipe.train.pseudo_labels import read_scenes, write_scenes
    from ocrpipe.weights import load_recognizer

    decode = DecodeOptions(lexicon=lexicon)
    reader, _ = load_recognizer(recognizer, machine.choose(), machine.weights, decode)
    scenes = load_photos(photos)
    known = write_scenes(read_scenes(scenes, reader), to)
    words = sum(not word.ignore for scene in scenes for word in scene.words)
    click.echo(f"{to / 'labels.jsonl'}: {known} of {words} words have a text")
