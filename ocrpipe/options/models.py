"""Which weights and which detector, what runs them, and what to change about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocrpipe.options.gathering import gather
from ocrpipe.options.single import device, weights

if TYPE_CHECKING:
    from ocrpipe.device import Device

ZOOMS = {"fast": 0.8, "balanced": 1.0, "accurate": 1.4}  # times the model's long side: docs/detection.md


@dataclass(frozen=True, slots=True)
class Machine:
    """Where weights lie, and what runs them."""

    weights: Path | None
    device: str
    engine: str | None
    precision: str = "auto"

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


def _tiling(text: str) -> str | int:
    if text in ("auto", "off"):
        return text
    if text.isascii() and text.isdigit() and int(text) >= 32:
        return int(text)
    raise click.BadParameter(f"expected auto, off, or pixels from 32, got {text!r}")


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
        type=click.Choice(["auto", "fp32", "int8"]),
        default="auto",
        show_default=True,
        help="Networks of floats, or their int8 twins, which are faster; auto: twins where there are any.",
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
