"""What `read`, `detect` and `transcribe` do to a photo, loaded in the process that does it.

Functions of this module travel to worker processes by name, with options as their arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ocrpipe.decode_options import DecodeOptions
from ocrpipe.options import Machine, Stage1

if TYPE_CHECKING:
    from ocrpipe.batch.reading import Load, Work
    from ocrpipe.images import Photo
    from ocrpipe.page import Page


class Pictures(Protocol):
    """Something that draws pictures of a page into files."""

    def write(self, page: Page, photo: Photo) -> None:
        """Draw page, read from photo."""
        ...


def reading(
    stage_1: Stage1,
    recognizer: str | None,
    decode: DecodeOptions,
    machine: Machine,
    min_confidence: float,
    *,
    sidecars: bool,
    turns: bool,
) -> Work:
    """Both stages; with sidecars each photo's own word list, with turns for photos of any way up."""
    from ocrpipe.commands.stages import load_stages
    from ocrpipe.sidecars import read_with_sidecar

    pipeline = load_stages(stage_1, recognizer, decode, machine, min_confidence, turns=turns)
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
    return partial(transcribe_photo, model, info, chars=decode.chars, looks=decode.looks or 2)


def drawing(load: Load, pictures: Pictures) -> Work:
    """What load makes, and pictures of each page, drawn where its photo is at hand."""
    work = load()

    def work_and_draw(photo: Photo) -> Page:
        page = work(photo)
        pictures.write(page, photo)
        return page

    return work_and_draw


@dataclass(frozen=True, slots=True)
class Maps:
    """Score maps are wanted in folder, of this detector."""

    folder: Path
    stage_1: Stage1
    machine: Machine


def mapping(load: Load, maps: Maps, named: dict[str, Path]) -> Work:
    """What load makes, and a picture of each photo's score map. ValueError for a detector that has none."""
    from detectors.db_detector import DBDetector
    from ocrpipe.score_maps import MapOutput
    from ocrpipe.weights import load_detector

    work, stage_1, machine = load(), maps.stage_1, maps.machine
    detector, info = load_detector(stage_1.detector, machine.choose(), machine.weights, stage_1.settings())
    if not isinstance(detector, DBDetector):
        raise ValueError(f"the detector {info.id} has no score map; leave out --save-maps")
    pictures = MapOutput(maps.folder, named, detector)

    def work_and_map(photo: Photo) -> Page:
        page = work(photo)
        pictures.write(page, photo)
        return page

    return work_and_map
