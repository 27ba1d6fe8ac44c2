"""The same picture as SVG: the photo embedded, outlines as polygons, texts to be selected and searched."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ocrpipe.formats.markup import attributes, escaped
from ocrpipe.overlay.colours import INK, PAPER, Colour, Legend, plan_legend, tint
from ocrpipe.overlay.facing import setting
from ocrpipe.overlay.files import jpeg
from ocrpipe.overlay.fonts import font
from ocrpipe.overlay.labels import Tag
from ocrpipe.overlay.picture import FOLD, grown
from ocrpipe.overlay.plan import Plan, plan
from ocrpipe.page import Page

# Pillow's face first, which few machines have; textLength fits whatever stands in for it to its measure.
_FACES = "Aileron, Helvetica, Arial, sans-serif"
_MIDDLE = 0.35  # of the letters' size from the middle of a line down to its baseline


def draw_svg(image: NDArray[np.uint8], page: Page, *, facing: bool | None = None) -> str:
    """page on image, (H, W, 3) uint8 RGB, as an SVG document: what `draw` shows, sharp at any size.

    The photo is embedded as JPEG in its own size, and scaled by the viewer. Every box says text and score
    when it is pointed at. Raises ResultError when page was read from a picture of another size.
    """
    shown = plan(page, image.shape[1], image.shape[0], facing=facing)
    width, height = shown.size
    strip = plan_legend(width, shown.title, shown.scores)
    size = {"width": width, "height": height + strip.height}
    root = attributes(
        xmlns="http://www.w3.org/2000/svg", **size, viewBox=f"0 0 {width} {height + strip.height}"
    )
    parts = [
        f'<svg{root} font-family="{_FACES}" fill="{_hex(INK)}" style="white-space: pre">',
        f"<title>{escaped(page.source.path)}</title>",
        f'<rect width="100%" height="100%" fill="{_hex(PAPER)}"/>',
        _photo(image, shown),
        *_outlines(shown),
        *(_tag(tag) for tag in shown.tags),
        *_facing(shown),
        f'<g transform="translate(0 {height})">',
        *_legend(strip),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _photo(image: NDArray[np.uint8], shown: Plan) -> str:
    data = base64.b64encode(jpeg(image)).decode("ascii")
    size = attributes(width=shown.width, height=shown.height, preserveAspectRatio="none")
    return f'<image{size} href="data:image/jpeg;base64,{data}"/>'


def _outlines(shown: Plan) -> Iterator[str]:
    wide = grown(shown.quads, shown.thickness + 1)
    ground = attributes(fill="none", stroke=_hex(PAPER))
    yield f'<g{ground} stroke-linejoin="round" stroke-width="{2 * shown.thickness + 2}">'
    yield from (f'<polygon points="{_points(quad)}"/>' for quad in wide)
    yield "</g>"
    yield f'<g fill="transparent" stroke-linejoin="round" stroke-width="{1.5 * shown.thickness:g}">'
    for quad, text, score, shade in zip(wide, shown.texts, shown.scores, shown.colours, strict=True):
        said = f"<title>{escaped(text)}  {score:.0%}</title>"
        yield f'<polygon points="{_points(quad)}" stroke="{_hex(shade)}">{said}</polygon>'
    yield "</g>"


def _tag(tag: Tag) -> str:
    x0, y0, x1, y1 = tag.box
    frame = attributes(
        x=x0 + 0.5, y=y0 + 0.5, width=x1 - x0 - 1, height=y1 - y0 - 1, fill=_hex(tint(tag.shade)),
        stroke=_hex(tag.shade),
    )  # fmt: skip
    return f"<rect{frame}/>" + _text(tag.text, tag.middle, tag.baseline, tag.size)


def _facing(shown: Plan) -> Iterator[str]:
    """The facing page, in a group moved to its place."""
    if shown.facing is None:
        return
    right = shown.facing == "right"
    yield f'<g transform="translate({shown.width if right else 0} {0 if right else shown.height})">'
    fold = (
        {"width": shown.fold, "height": shown.height}
        if right
        else {"width": shown.width, "height": shown.fold}
    )
    yield f"<rect{attributes(**fold, fill=_hex((FOLD, FOLD, FOLD)))}/>"
    for quad, shade in zip(shown.quads, shown.colours, strict=True):
        colours = attributes(fill=_hex(tint(shade)), stroke=_hex(shade))
        yield f'<polygon points="{_points(quad)}"{colours}/>'
    for quad, text in zip(shown.quads, shown.texts, strict=True):
        if text:
            to = setting(text, quad)
            turn = f"rotate({to.angle:.1f} {to.x:.1f} {to.y:.1f})" if to.angle else None
            yield _text(text, to.x, to.y + _MIDDLE * to.size, to.size, turn)
    yield "</g>"


def _legend(strip: Legend) -> Iterator[str]:
    middle, unit = strip.height / 2, strip.unit
    for entry in strip.entries:
        if entry.swatch is not None:
            place = attributes(x=f"{entry.x:.1f}", y=middle - unit / 2, width=unit, height=unit)
            yield f'<rect{place} fill="{_hex(entry.swatch)}"/>'
        yield _text(entry.text, entry.text_x, middle + _MIDDLE * unit, unit, anchor="start")


def _text(
    text: str, x: float, baseline: float, size: int, turn: str | None = None, *, anchor: str = "middle"
) -> str:
    """text with its anchor at x, as long as it is in Pillow's face, whatever face the viewer has."""
    place = attributes(x=f"{x:.1f}", y=f"{baseline:.1f}", transform=turn)
    length = f'textLength="{font(size).getlength(text):.1f}" lengthAdjust="spacingAndGlyphs"'
    return f'<text{place} font-size="{size}" text-anchor="{anchor}" {length}>{escaped(text)}</text>'


def _points(quad: NDArray[np.float64]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in quad)


def _hex(rgb: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
