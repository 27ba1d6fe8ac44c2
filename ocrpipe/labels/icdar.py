"""ICDAR 2015's text files as ground truth: one for each photo, `x1,y1,...,x4,y4,text` a line.

Written by `ocrpipe.formats.icdar` too. `###` marks an ignore region; an empty text, or none, a word that is
not transcribed. The text is all that follows the eighth comma.
"""

from __future__ import annotations

import math
from pathlib import Path

from ocrpipe.errors import LabelError
from ocrpipe.labels.outline import quad_from_outline
from ocrpipe.labels.photo_files import find_photo, upright_size
from ocrpipe.labels.scene import Scene, SceneWord
from ocrpipe.labels.text_file import read_lines

DO_NOT_CARE = "###"
_PREFIXES = ("gt_", "res_")  # of ground truth and of results, in ICDAR's own archives


def load_icdar(labels: Path, photos: Path | None = None) -> list[Scene]:
    """A scene for each text file in the folder labels, by name; the photos lie in photos, or beside them.

    `gt_img_1.txt`, `res_img_1.txt` and `img_1.txt` belong to `img_1.jpg`, or whatever its suffix. The photos'
    headers are read, for these labels have no sizes. Raises LabelError naming file and line.
    """
    files = sorted(labels.glob("*.txt"))
    if not files:
        raise LabelError(f"{labels}: no label file there; expected one .txt for each photo")
    return [_scene(file, labels if photos is None else photos) for file in files]


def parse_icdar(line: str) -> SceneWord:
    """One line of a label file. Raises LabelError saying what is wrong with it."""
    *corners, text = line.split(",", 8) if line.count(",") >= 8 else [*line.split(","), ""]
    try:
        numbers = [float(corner) for corner in corners]
    except ValueError as error:
        raise LabelError(f"expected x1,y1,x2,y2,x3,y3,x4,y4,text, got {line[:60]!r}") from error
    if len(numbers) != 8 or not all(map(math.isfinite, numbers)):
        raise LabelError(f"expected eight finite numbers and a text, got {line[:60]!r}")
    quad = quad_from_outline(list(zip(numbers[::2], numbers[1::2], strict=True)))
    if text == DO_NOT_CARE:
        return SceneWord(quad, None, ignore=True)
    return SceneWord(quad, text or None)


def _scene(file: Path, photos: Path) -> Scene:
    words = []
    for number, line in enumerate(read_lines(file), 1):
        if not line.strip():
            continue
        try:
            words.append(parse_icdar(line))
        except LabelError as error:
            raise LabelError(f"{file}:{number}: {error}") from error
    stem = file.stem
    for prefix in _PREFIXES:
        stem = stem.removeprefix(prefix)
    try:
        photo = find_photo(photos, stem)
        return Scene(photo, *upright_size(photo), tuple(words))
    except LabelError as error:
        raise LabelError(f"{file}: {error}") from error
