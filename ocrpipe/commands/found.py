"""`ocrpipe train found`: labelled words in the boxes that the detector finds, to train on."""

from __future__ import annotations

from pathlib import Path

import click

from ocrpipe.options import FOLDER, PATH, Machine, Stage1, machine, stage_1

ZOOMS = (0.8, 1.0, 1.25)  # times the model's long side: each look gives a word another box


@click.command()
@click.argument("photos", type=PATH)
@click.option("--to", type=FOLDER, required=True, metavar="DIR", help="Folder for labels.jsonl.")
@click.option(
    "--zoom",
    "zooms",
    type=click.FloatRange(0.1, 10),
    multiple=True,
    default=ZOOMS,
    show_default=True,
    metavar="F",
    help="Look at photos so many times as large as usual; may be repeated.",
)
@stage_1
@machine
def found(photos: Path, to: Path, zooms: tuple[float, ...], stage_1: Stage1, machine: Machine) -> None:
    """Put the words of labelled PHOTOS into the boxes that the detector finds, and write them as labels.

    A recogniser that is trained on them as well sees in training what that detector will give it.

    \b
    Example: ocrpipe train found street/ --to street-found/
    """
    from ocrpipe.commands.stages import bad_values_are_usage
    from ocrpipe.labels import load_photos
    from ocrpipe.train.found_boxes import found_scenes
    from ocrpipe.train.pseudo_labels import write_scenes
    from ocrpipe.weights import load_detector

    with bad_values_are_usage():
        asked = [stage_1.settings() | {"zoom": zoom} for zoom in zooms]
        looks = [load_detector(stage_1.detector, machine.choose(), machine.weights, s)[0] for s in asked]
    scenes = load_photos(photos)
    words = sum(word.text is not None and not word.ignore for scene in scenes for word in scene.words)
    known = write_scenes(found_scenes(scenes, looks), to)
    click.echo(f"{to / 'labels.jsonl'}: {known} boxes for {words} words with a text")
