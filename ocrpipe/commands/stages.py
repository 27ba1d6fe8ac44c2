"""What commands have in common: both stages as the options say, and bad values told as usage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ocrpipe.decode_options import DecodeOptions
from ocrpipe.options import Machine, Stage1

if TYPE_CHECKING:
    from ocrpipe.pipeline import Pipeline


@contextmanager
def bad_values_are_usage() -> Iterator[None]:
    """A ValueError in here is about what the user asked for."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def build_pipeline(
    stage_1: Stage1,
    recognizer: str | None,
    decode: DecodeOptions,
    machine: Machine,
    min_confidence: float = 0.0,
) -> Pipeline:
    """Both stages as the options say; values that make no sense are a usage error."""
    with bad_values_are_usage():
        return load_stages(stage_1, recognizer, decode, machine, min_confidence)


def load_stages(
    stage_1: Stage1,
    recognizer: str | None,
    decode: DecodeOptions,
    machine: Machine,
    min_confidence: float,
    *,
    turns: bool = True,
) -> Pipeline:
    """Both stages as the options say; ValueError for values that make no sense."""
    from ocrpipe.pipeline import load_pipeline

    return load_pipeline(
        stage_1.detector,
        recognizer,
        weights_folder=machine.weights,
        device=machine.device,
        engine=machine.engine,
        precision=machine.precision,
        settings=stage_1.settings(),
        min_confidence=min_confidence,
        decode=decode,
        turns=turns,
    )
