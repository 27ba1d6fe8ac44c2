"""`ocrpipe draw` and `convert`: what can be made of a result without reading a photo again."""

from __future__ import annotations

from pathlib import Path

import click

from ocrpipe import options
from ocrpipe.commands.flow import stdout
from ocrpipe.commands.stages import bad_values_are_usage
from ocrpipe.options import PATH


@click.command()
@click.argument("result", type=PATH)
@click.argument("photo", type=PATH)
@click.option(
    "-o", "--output", type=PATH, required=True, metavar="FILE", help="The picture: .png, .jpg or .svg."
)
@click.option(
    "--page", type=click.IntRange(1), default=1, show_default=True, help="Of a photo with several pages."
)
@options.dpi
@options.password
@options.overlay_layout
def draw(
    result: Path, photo: Path, output: Path, page: int, dpi: float, password: str | None, overlay_layout: str
) -> None:
    """Draw a RESULT (JSON or JSONL) on the PHOTO it was read from; needs no models.

    \b
    Example: ocrpipe draw shop.json shop.jpg -o shop.overlay.png
    Example: ocrpipe draw shop.json shop.jpg -o shop.svg --overlay-layout facing
    Example: ocrpipe draw letters.jsonl letters.pdf --page 3 --dpi 300 -o letters.p3.png
    """
    from ocrpipe import overlay
    from ocrpipe.redraw import find_page, load_page

    record = find_page(result, photo, page)
    facing = options.FACING[overlay_layout]
    with bad_values_are_usage():
        pixels = load_page(photo, page, dpi=dpi, password=password).pixels
        overlay.write(pixels, record, output, facing=facing)


@click.command()
@click.argument("result", type=PATH)
@options.output
@options.form
def convert(result: Path, output: Path | None, form: str | None) -> None:
    """Write a RESULT (JSON or JSONL) in another format, without reading a photo again.

    \b
    Example: ocrpipe convert holiday.jsonl -o holiday.csv
    """
    from ocrpipe import formats
    from ocrpipe.convert import convert as convert_result

    with bad_values_are_usage():
        wanted = None if form is None else formats.find(form)
        convert_result(result, wanted, stdout() if output in (None, Path("-")) else output)
