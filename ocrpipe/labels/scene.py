"""Ground truth for whole photos: `labels.jsonl`, one JSON object a line, beside the folder of its photos."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import LabelError

LABELS = "labels.jsonl"
Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class SceneWord:
    """One word of a photo. quad: as in `detectors.geometry`; text None = not transcribed;
    ignore = counts neither way.
    """

    quad: Quad
    text: str | None = None
    ignore: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """A photo (path, and its upright size in pixels) and every word on it."""

    image: Path
    width: int
    height: int
    words: tuple[SceneWord, ...] = ()

    def quads(self) -> NDArray[np.float32]:
        """(N, 4, 2) float32 quads of all words, ignored ones included."""
        return np.array([word.quad for word in self.words], np.float32).reshape(-1, 4, 2)

    def ignored(self) -> NDArray[np.bool_]:
        """(N,) bool: True where a word is an ignore region."""
        return np.array([word.ignore for word in self.words], np.bool_)


def _word(raw: dict[str, Any]) -> SceneWord:
    corners = np.asarray(raw["quad"], np.float64)
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise ValueError(f"a quad must be four finite points, got {raw['quad']!r}")
    text = raw.get("text")
    if text is not None and not isinstance(text, str):
        raise ValueError(f"text must be a string or null, got {text!r}")
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return SceneWord((a, b, c, d), text, bool(raw.get("ignore", False)))


def parse_scene(line: bytes | str, folder: Path) -> Scene:
    """One line of labels; image paths are relative to folder. LabelError says what is wrong with the line."""
    try:
        raw = json.loads(line)
        words = tuple(_word(word) for word in raw["words"])
        scene = Scene(folder / raw["image"], int(raw["width"]), int(raw["height"]), words)
    except KeyError as error:
        raise LabelError(f"not a scene label: field {error} is missing") from error
    except (ValueError, TypeError) as error:  # JSON errors are ValueErrors
        raise LabelError(f"not a scene label: {error}") from error
    if scene.width < 1 or scene.height < 1:
        raise LabelError(f"not a scene label: size {scene.width} x {scene.height} of {raw['image']}")
    return scene


def load_scenes(folder: Path) -> list[Scene]:
    """Every scene of folder/labels.jsonl, in file order; blank lines are skipped.

    Raises LabelError naming file and line: a missing file, bad JSON, a field missing or of the wrong type.
    Photos are not opened.
    """
    path = folder / LABELS
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise LabelError(
            f"{path}: cannot be read ({error.strerror}); expected one JSON object a line"
        ) from error
    scenes = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            scenes.append(parse_scene(line, folder))
        except LabelError as error:
            raise LabelError(f"{path}:{number}: {error}") from error
    return scenes
