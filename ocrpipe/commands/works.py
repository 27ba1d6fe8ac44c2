"""What `read`, `detect` and `transcribe` do to a photo, loaded in the process that does it.

Functions of this module travel to worker processes by name, with options as their arguments.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ocrpipe.decode_options import DecodeOptions
from ocrpipe.options import Machine, Stage1

if TYPE_CHECKING:
    from ocrpipe.batch.reading import Load, Work
    from ocrpipe.images import Photo
    from ocrpipe.outputs import OverlayOutput
    from ocrpipe.page import Page


def reading(
    stage_1: Stage1,
    recognizer: str | None,
    decode: DecodeOptions,
    machine: Machine,
    min_confidence: float,
    *,
    sidecars: bool,
) -> Work:
    """Both stages; with sidecars each photo's own word list."""
    from ocrpipe.commands.stages import load_stages
    from ocrpipe.sidecars import read_with_sidecar

    pipeline = load_stages(stage_1, recognizer, decode, machine, min_confidence)
    return partial(read_with_sidecar, pipeline) if sidecars else pipeline.read_photo


def detecting(stage_1: Stage1, machine: Machine) -> Work:
    """The detector alone."""
    from ocrpipe.pipeline import detect_photo
    from ocrpipe.weights import load_detector

    detector, info = load_detector(stage_1.detector, machine.choose(), machine.weights, stage_1.settings())
    return partial(detect_photo, detector, info)


def transcribing(recognizer: str | None, decode: DecodeOptions, machine: Machine) -> Work:
    """The recogniser alone."""
    from ocrpipe.pipeline import transcribe_photo
    from ocrpipe.weights import load_recognizer

    model, info = load_recognizer(recognizer, machine.choose(), machine.weights, decode)
    return partial(transcribe_photo, model, info, chars=decode.chars)


def drawing(load: Load, overlay: OverlayOutput) -> Work:
    """What load makes, and a picture of each page, drawn where its photo is at hand."""
    work = load()

    def work_and_draw(photo: Photo) -> Page:
        page = work(photo)
        overlay.write(page, photo)
        return page

    return work_and_draw
