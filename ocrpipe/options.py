"""Options that several commands share, each defined once, so that it means the same everywhere.

A group of them reaches its command as one record: one decorated with `flow` has an argument `flow: Flow`.
Nothing heavy is imported here, for `--help` needs it all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocrpipe.decode_options import DecodeOptions
from ocrpipe.page import MIN_CONFIDENCE

if TYPE_CHECKING:
    from ocrpipe.device import Device

Command = Callable[..., Any]
ZOOMS = {"fast": 0.8, "balanced": 1.0, "accurate": 1.4}  # times the model's long side: docs/detection.md


@dataclass(frozen=True, slots=True)
class Flow:
    """Which photos come in, and where what is found goes."""

    photos: tuple[Path, ...]
    output: Path | None
    form: str | None
    json_output: Path | None
    overlay: Path | None
    overlay_format: str
    overlay_layout: str
    crops: Path | None
    report: Path | None
    recursive: bool
    from_file: Path | None
    pages: str | None
    dpi: float
    password: str | None
    resume: bool
    shard: str | None
    workers: int | None
    timeout: float | None
    quiet: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """Where weights lie, and what runs them."""

    weights: Path | None
    device: str
    engine: str | None
    precision: str = "fp32"

    def choose(self) -> Device:
        """The device of these names."""
        from ocrpipe.device import choose

        return choose(self.device, self.engine, self.precision)

    def is_cpu(self) -> bool:
        """Whether a CPU runs them, whose cores may be shared by processes; DeviceError as `choose`."""
        try:
            return self.choose().kind == "cpu"
        except ValueError:  # told where the models are loaded
            return True


@dataclass(frozen=True, slots=True)
class Stage1:
    """Which detector, and what to change about it."""

    detector: str | None
    box_threshold: float | None = None
    unclip: float | None = None
    mode: str = "balanced"
    long_side: int | None = None
    tile: str | int = "auto"

    def settings(self) -> dict[str, bool | int | float | str]:
        """What was asked for, by the detector's own names."""
        asked = {
            "box_threshold": self.box_threshold,
            "unclip_ratio": self.unclip,
            "long_side": self.long_side,
            "zoom": ZOOMS[self.mode] if self.mode != "balanced" else None,
            "tile": self.tile if self.tile != "auto" else None,
        }
        return {name: value for name, value in asked.items() if value is not None}


def gather(name: str, record: type, *options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Options that many commands share: their values reach the command as one record, its argument `name`."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathering(**given: Any) -> Any:
            own = {field.name: given.pop(field.name) for field in fields(record)}
            return command(**{name: record(**own)}, **given)

        wrapped: Command = gathering
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _tiling(text: str) -> str | int:
    if text in ("auto", "off"):
        return text
    if text.isascii() and text.isdigit() and int(text) >= 32:
        return int(text)
    raise click.BadParameter(f"expected auto, off, or pixels from 32, got {text!r}")


PATH = click.Path(path_type=Path)
DASHED = click.Path(path_type=Path, allow_dash=True)
FOLDER = click.Path(path_type=Path, file_okay=False)
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
FACING = {"auto": None, "labels": False, "facing": True}  # what an overlay's layout is to ocrpipe.overlay
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
flow = gather(
    "flow",
    Flow,
    click.argument("photos", nargs=-1, type=DASHED),
    output,
    form,
    click.option(
        "--json",
        "json_output",
        type=PATH,
        metavar="OUT",
        help="Write JSON here as well; for photos a file for all, or a folder, as with -o.",
    ),
    click.option(
        "--overlay", type=FOLDER, metavar="DIR", help="Draw what was found: DIR/NAME.overlay.png for each."
    ),
    click.option(
        "--overlay-format",
        type=click.Choice(["png", "jpg", "svg"]),
        default="png",
        show_default=True,
        help="Kind of these pictures; in SVG texts can be selected and searched.",
    ),
    overlay_layout,
    click.option(
        "--crops",
        type=FOLDER,
        metavar="DIR",
        help="Cut every word out, as it was read: DIR/NAME.w0000.png and so on, listed in DIR/labels.tsv.",
    ),
    click.option(
        "--report",
        type=PATH,
        metavar="HTML",
        help="Write one page to look through in a browser: thumbnails, boxes, text, search.",
    ),
    click.option("-r", "--recursive", is_flag=True, help="Take the subfolders of folders too."),
    click.option(
        "--from-file",
        type=DASHED,
        metavar="LIST",
        help="Take the photos that LIST names too, a path a line; - is stdin.",
    ),
    click.option("--pages", metavar="RANGES", help="Of PDFs, TIFFs and GIFs, as 1-3,7.  [default: all]"),
    click.option(
        "--dpi",
        type=click.FloatRange(1, 2400),
        default=200.0,
        show_default=True,
        metavar="N",
        help="Pixels an inch of PDF pages.",
    ),
    click.option("--password", metavar="TEXT", help="Of locked PDFs."),
    click.option("--resume", is_flag=True, help="Go on with OUT: skip what it records already."),
    click.option("--shard", metavar="I/N", help="Take part I of N, the same on every machine."),
    click.option(
        "--workers",
        type=click.IntRange(0),
        metavar="N",
        help="Processes of one thread each; 0 is none.  [default: one a core for 9 photos or more]",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="Give a photo no longer than this.  [default: no limit]",
    ),
    quiet,
)
machine = gather(
    "machine",
    Machine,
    weights,
    device,
    click.option(
        "--engine",
        type=click.Choice(["onnx", "torch"]),
        help="What runs them.  [default: onnx on a CPU, torch on a GPU]",
    ),
    click.option(
        "--precision",
        type=click.Choice(["fp32", "int8"]),
        default="fp32",
        show_default=True,
        help="Exact, or with the models' int8 twins: faster on CPUs with VNNI.",
    ),
)
stage_1 = gather(
    "stage_1",
    Stage1,
    click.option(
        "--detector", metavar="NAME", help="Model id, weight file, or contours, which needs no weights."
    ),
    click.option(
        "--box-threshold",
        type=click.FloatRange(0, 1),
        metavar="F",
        help="Least score of a box.  [default: the model's]",
    ),
    click.option(
        "--unclip",
        type=click.FloatRange(0, 10, min_open=True),
        metavar="F",
        help="How much wider than tight boxes grow; 1 is tight.  [default: the model's]",
    ),
    click.option(
        "--mode",
        type=click.Choice(list(ZOOMS)),
        default="balanced",
        show_default=True,
        help="Look at photos smaller, as the model was measured, or larger.",
    ),
    click.option(
        "--long-side",
        type=click.IntRange(32, 8192),
        metavar="PX",
        help="Size at which photos are looked at, before --mode.  [default: the model's]",
    ),
    click.option(
        "--tile",
        callback=lambda context, option, value: _tiling(value),
        default="auto",
        show_default=True,
        metavar="auto|off|PX",
        help="Look at large photos in tiles of PX too; auto where their words are small.",
    ),
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
decode = gather(
    "decode",
    DecodeOptions,
    click.option(
        "--lexicon",
        type=PATH,
        metavar="FILE",
        help="Words to expect: one a line, optionally a tab and a weight.",
    ),
    click.option(
        "--lexicon-mode",
        type=click.Choice(["strict", "prefer"]),
        default="prefer",
        show_default=True,
        help="Always a word of the lexicon, or only where the crop nearly says one.",
    ),
    click.option(
        "--decoder",
        type=click.Choice(["greedy", "beam"]),
        default="greedy",
        show_default=True,
        help="The best path, or the most probable text.",
    ),
    click.option(
        "--n-best",
        type=click.IntRange(0),
        metavar="N",
        help="Tell the N most probable texts of each word.  [default: 5 with --detail full, else 0]",
    ),
    click.option(
        "--allow", metavar="CHARS", help="Read these characters only.  [default: all the model has]"
    ),
    click.option("--deny", metavar="CHARS", default="", help="Never read these characters."),
    click.option("--pattern", metavar="REGEX", help="Every word matches this in full; uses the beam."),
    click.option(
        "--prior",
        type=PATH,
        metavar="FILE",
        help="Prefer texts spelled like the words of this list; uses the beam.",
    ),
    click.option(
        "--prior-strength",
        type=click.FloatRange(0, 10),
        default=0.3,
        show_default=True,
        metavar="F",
        help="How much the spelling counts beside the picture.",
    ),
    click.option(
        "--detail",
        type=click.Choice(["word", "char", "full"]),
        default="word",
        show_default=True,
        help="Tell of each word its characters too, or these and its alternatives.",
    ),
    click.option(
        "--looks",
        type=click.IntRange(1, 2),
        metavar="1|2",
        help="2 reads unsure words again, cut a little otherwise.  [default: 2 for crops, 1 for photos]",
    ),
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
