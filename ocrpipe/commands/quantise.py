"""`ocrpipe quantise`: int8 twins of the default models, for `--precision int8`."""

from __future__ import annotations

from pathlib import Path

import click

from ocrpipe.commands.flow import NOTHING
from ocrpipe.commands.stages import bad_values_are_usage
from ocrpipe.options import FOLDER, PATH


@click.command()
@click.argument("photos", nargs=-1, required=True, type=PATH)
@click.option("--into", type=FOLDER, required=True, metavar="DIR", help="Folder with (or for) index.json.")
def quantise(photos: tuple[Path, ...], into: Path) -> int:
    """Make int8 twins of the default models in a folder of weights, calibrated on PHOTOS.

    \b
    Example: ocrpipe quantise street/ --into weights/
    """
    from ocrpipe import console, images, release
    from ocrpipe.quantise import quantise_defaults

    found = list(images.find_photos(photos))
    if not found:
        console.error(f"{', '.join(map(str, photos))}: no photo in there; name a dozen photos with text")
        return NOTHING
    with bad_values_are_usage():
        for twin in quantise_defaults(into, found):
            file = release.add_int8(into, twin.model.id, twin.data)
            click.echo(f"{file.path}: {file.bytes} bytes, {twin.difference:.4f} from fp32 on average")
    return 0
