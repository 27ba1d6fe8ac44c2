"""`ocrpipe read`, `detect` and `transcribe`: photos in, pages out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocrpipe import options
from ocrpipe.commands import works
from ocrpipe.commands.flow import run_flow
from ocrpipe.commands.on_ray import run_flow_on_ray
from ocrpipe.decode_options import DecodeOptions
from ocrpipe.options import Flow, Machine, Stage1

if TYPE_CHECKING:
    from ocrpipe.batch.reading import Load
    from ocrpipe.formats import Format


@click.command()
@options.flow
@options.save_maps
@options.stage_1
@options.turns
@options.recognizer
@options.decode
@options.lexicon_sidecars
@options.min_confidence
@options.machine
def read(
    flow: Flow,
    save_maps: Path | None,
    stage_1: Stage1,
    turns: str,
    recognizer: str | None,
    decode: DecodeOptions,
    lexicon_sidecars: bool,
    min_confidence: float,
    machine: Machine,
) -> int:
    """Read photos: files, folders, globs, or - for stdin.

    \b
    Example: ocrpipe read shop.jpg
    Example: ocrpipe read -r holiday/ -o texts/ --overlay texts/
    Example: ocrpipe read shop.jpg --lexicon words.txt --detail full -f json
    Example: ocrpipe read -r s3://photos/2026 -o s3://texts/2026 --on ray
    """
    if lexicon_sidecars and decode.pattern is not None:
        raise click.UsageError("a lexicon and a pattern cannot both decide the text; use one of them")
    how = {"sidecars": lexicon_sidecars, "turns": turns != "off"}
    load = partial(works.reading, stage_1, recognizer, decode, machine, min_confidence, **how)
    maps = None if save_maps is None else works.Maps(save_maps, stage_1, machine)
    return _run(load, flow, machine, maps=maps)


@click.command()
@options.flow
@options.save_maps
@options.stage_1
@options.machine
def detect(flow: Flow, save_maps: Path | None, stage_1: Stage1, machine: Machine) -> int:
    """Find words without reading them; -f text gives x1,y1,...,x4,y4,score lines.

    \b
    Example: ocrpipe detect shop.jpg -f json
    """
    from ocrpipe.formats.quads import QUADS

    maps = None if save_maps is None else works.Maps(save_maps, stage_1, machine)
    load = partial(works.detecting, stage_1, machine)
    return _run(load, flow, machine, QUADS, maps)


@click.command()
@options.flow
@options.recognizer
@options.decode
@options.machine
def transcribe(flow: Flow, recognizer: str | None, decode: DecodeOptions, machine: Machine) -> int:
    """Read word crops: every photo is one word as a whole.

    \b
    Example: ocrpipe transcribe crops/ -o words.jsonl
    """
    load = partial(works.transcribing, recognizer, decode, machine)
    return _run(load, flow, machine)


def _run(
    load: Load,
    flow: Flow,
    machine: Machine,
    text: Format | None = None,
    maps: works.Maps | None = None,
) -> int:
    """Here or on a cluster, which alone knows what its machines have."""
    if flow.on == "here":
        return run_flow(load, flow, text, several=machine.is_cpu(), maps=maps)
    if maps is not None:
        raise click.UsageError("--on ray does not go with --save-maps")
    return run_flow_on_ray(load, flow, gpus=int(machine.device == "cuda"))
