"""Options that several commands share, each defined once, so that it means the same everywhere.

A group of them reaches its command as one record: one decorated with `flow` has an argument `flow: Flow`.
Nothing heavy is imported here, for `--help` needs it all.
"""

from __future__ import annotations

from ocrpipe.options.decoding import decode
from ocrpipe.options.gathering import Command, gather
from ocrpipe.options.models import ZOOMS, Machine, Stage1, machine, stage_1
from ocrpipe.options.photos import Flow, flow
from ocrpipe.options.single import (
    DASHED,
    FACING,
    FOLDER,
    PATH,
    data,
    device,
    dpi,
    form,
    lexicon_sidecars,
    min_confidence,
    output,
    overlay_layout,
    password,
    quiet,
    recognizer,
    save_maps,
    turns,
    weights,
)

__all__ = [
    "Command",
    "DASHED",
    "FACING",
    "FOLDER",
    "Flow",
    "Machine",
    "PATH",
    "Stage1",
    "ZOOMS",
    "data",
    "decode",
    "device",
    "dpi",
    "flow",
    "form",
    "gather",
    "lexicon_sidecars",
    "machine",
    "min_confidence",
    "output",
    "overlay_layout",
    "password",
    "quiet",
    "recognizer",
    "save_maps",
    "stage_1",
    "turns",
    "weights",
]
