"""`ocrpipe quantise`: int8 twins of the default models, for `--precision int8`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocrpipe.commands.flow import FAILED, NOTHING
from ocrpipe.commands.stages import bad_values_are_usage
from ocrpipe.options import FOLDER, PATH

if TYPE_CHECKING:
    from ocrpipe.pipeline import Pipeline
    from ocrpipe.quantise import Twin


@click.command()
@click.argument("photos", nargs=-1, required=True, type=PATH)
@click.option("--into", type=FOLDER, required=True, metavar="DIR", help="Folder with (or for) index.json.")
@click.option(
    "--check",
    type=PATH,
    metavar="LABELLED",
    help="List only twins that read these photos faster, and whose F1 falls by less than half a point.",
)
def quantise(photos: tuple[Path, ...], into: Path, check: Path | None) -> int:
    """Make int8 twins of the default models in a folder of weights, calibrated on PHOTOS.

    \b
    Example: ocrpipe quantise street/ --into weights/ --check labelled/
    """
    from ocrpipe import console, images, release
    from ocrpipe.quantise import quantise_defaults

    found = list(images.find_photos(photos))
    if not found:
        console.error(f"{', '.join(map(str, photos))}: no photo in there; name a dozen photos with text")
        return NOTHING
    with bad_values_are_usage():
        twins = list(quantise_defaults(into, found))
    paying = twins if check is None else _paying(twins, into, check)
    if not paying:
        console.error(f"{into}: the twins do not pay and were not listed; use fp32")
        return FAILED
    for twin in paying:
        file = release.add_int8(into, twin.model.id, twin.data)
        click.echo(f"{file.path}: {file.bytes} bytes, {twin.difference:.4f} from fp32 on average")
    return 0


def _paying(twins: Sequence[Twin], folder: Path, labelled: Path) -> Sequence[Twin]:
    """The twins that are worth having, told with the figures that say so."""
    from ocrpipe.evaluate import score_reading
    from ocrpipe.labels import load_photos
    from ocrpipe.quantise import trials

    scenes = load_photos(labelled, None)

    def score(pipeline: Pipeline) -> float:
        return score_reading(lambda scene: pipeline.read(scene.image), scenes).end_to_end.hmean

    paying: Sequence[Twin] = ()
    for trial in trials(folder, twins, score):
        name = " ".join(["int8", *(twin.model.id for twin in trial.twins)]) if trial.twins else "fp32"
        each = trial.seconds / len(scenes)
        click.echo(f"{name}: end-to-end F1 {100 * trial.f1:.1f} %, {each:.3f} CPU seconds a photo")
        paying = trial.twins if trial.pays else paying
    return paying
