"""Options that stand for themselves, and the types that paths have."""

from __future__ import annotations

from pathlib import Path

import click

from ocrpipe.page import MIN_CONFIDENCE

PATH = click.Path(path_type=Path)
DASHED = click.Path(path_type=Path, allow_dash=True)
FOLDER = click.Path(path_type=Path, file_okay=False)
FACING = {"auto": None, "labels": False, "facing": True}  # what an overlay's layout is to ocrpipe.overlay

weights = click.option(
    "--weights",
    type=FOLDER,
    metavar="DIR",
    help="Folder with index.json and weights.  [default: $OCRPIPE_WEIGHTS, else those installed]",
)
output = click.option(
    "-o",
    "--output",
    type=DASHED,
    metavar="OUT",
    help="Write here, not to stdout: one file for all, or a file each if OUT is a folder.",
)
form = click.option(
    "-f",
    "--format",
    "form",
    metavar="FORMAT",
    help="text, json, jsonl and more.  [default: by OUT's suffix; json in a folder; text on stdout]",
)
dpi = click.option(
    "--dpi",
    type=click.FloatRange(1, 2400),
    default=200.0,
    show_default=True,
    metavar="N",
    help="Pixels an inch of PDF pages.",
)
password = click.option("--password", metavar="TEXT", help="Of locked PDFs.")
overlay_layout = click.option(
    "--overlay-layout",
    type=click.Choice(list(FACING)),
    default="auto",
    show_default=True,
    help="Texts as labels beside their words, on a facing page, or as fits.",
)
device = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where networks run; auto is a GPU if torch can use one.",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="No progress; errors are still told.")
data = click.option(
    "--data",
    type=PATH,
    multiple=True,
    required=True,
    envvar="OCRPIPE_DATA",
    metavar="PATH",
    help="A data folder, or labelled words or photos; may be repeated.  [default: $OCRPIPE_DATA]",
)
save_maps = click.option(
    "--save-maps", type=FOLDER, metavar="DIR", help="Draw what the detector saw: DIR/NAME.map.png for each."
)
turns = click.option(
    "--turns",
    type=click.Choice(["auto", "off"]),
    default="auto",
    show_default=True,
    help="Turn photos that lie on their side or stand on their head.",
)
recognizer = click.option(
    "--recognizer", metavar="NAME", help="Model id or weight file.  [default: the index's]"
)
lexicon_sidecars = click.option(
    "--lexicon-sidecars",
    is_flag=True,
    help="For NAME.jpg take NAME.lexicon.txt beside it, where there is one.",
)
min_confidence = click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=MIN_CONFIDENCE,
    show_default=True,
    metavar="F",
    help="Leave out words less certain; 0 keeps all.",
)
