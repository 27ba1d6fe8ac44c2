"""Where a detector's photos come from: a data folder, which may be rendered from, and labelled photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ocrpipe.errors import LabelError
from ocrpipe.labels import Scene, load_scenes
from ocrpipe.labels.choose import load_photos
from ocrpipe.train.detector_data import Photos, load_renderer

HELD_OUT = 10  # of a user's own photos, every tenth measures where no dev set is named
HELD_OUT_NEGATIVES = 100  # the last photos of no_text_train, kept for measuring


@dataclass(frozen=True, slots=True)
class DetectorSources:
    """photos: to train on, and what to render; dev: to measure on."""

    photos: Photos
    dev: Sequence[Scene]


def load_sources(data: Sequence[Path], dev: Path | None) -> DetectorSources:
    """The photos of all of data: data folders (with fonts/ or scenes/), and labelled photos of any layout
    that `ocrpipe.labels` knows.

    dev: labelled photos to measure on; by default scenes/ic15_dev of a data folder and every tenth of the
    user's own, which are then not trained on. LabelError and FontError for what cannot be used.
    """
    rooms = [path for path in data if is_data_folder(path)]
    own = [scene for path in data if path not in rooms for scene in load_photos(path)]
    held = [] if dev is None else load_photos(dev)
    if dev is None:
        held = [scene for path in rooms for scene in _scenes(path, "ic15_dev")] + own[::HELD_OUT]
        own = [scene for number, scene in enumerate(own) if number % HELD_OUT]
    rendering = next((path for path in rooms if (path / "fonts").is_dir()), None)
    photos = Photos(
        [scene for path in rooms for scene in _scenes(path, "ic15_train")],
        [scene for path in rooms for scene in _scenes(path, "mlt_boxes_train")],
        [scene for path in rooms for scene in _scenes(path, "no_text_train")[:-HELD_OUT_NEGATIVES]],
        own,
        load_renderer(rendering) if rendering is not None else None,
    )
    if photos.renderer is None and not any((photos.ic15, photos.mlt, photos.no_text, photos.own)):
        raise LabelError(f"{', '.join(map(str, data))}: no photo to train on is left; add labelled photos")
    return DetectorSources(photos, held)


def load_dev(data: Sequence[Path]) -> list[Scene]:
    """The photos of data to measure on: all that is labelled where none are set apart."""
    found = (_scenes(path, "ic15_dev") if is_data_folder(path) else load_photos(path) for path in data)
    return [scene for scenes in found for scene in scenes]


def is_data_folder(path: Path) -> bool:
    """Whether path is laid out as a data folder: fonts to render from, or photos by set."""
    return (path / "fonts").is_dir() or (path / "scenes").is_dir()


def _scenes(path: Path, name: str) -> list[Scene]:
    folder = path / "scenes" / name
    return load_scenes(folder) if folder.is_dir() else []
