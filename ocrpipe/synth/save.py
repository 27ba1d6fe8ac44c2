"""Where rendered samples go: a folder, an LMDB, or a contact sheet to look at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocrpipe import overlay
from ocrpipe.errors import OutputError
from ocrpipe.labels import LABELS
from ocrpipe.outputs import replacing, writing
from ocrpipe.overlay.fonts import font
from ocrpipe.synth.orders import DrawnScene, DrawnWord

_MAP = 1 << 40  # bytes of address space for an LMDB, which takes on disk no more than it holds
_BATCH = 1000  # samples a transaction
_CELL, _ROW, _COLUMNS = 200, 60, 6  # pixels of a word's place on a sheet, words a row
_THUMB, _THUMBS = 480, 3  # pixels of a scene on a sheet, scenes a row
WORD, IGNORED = (225, 0, 0), (0, 170, 220)


def save_words(path: Path, words: Iterable[DrawnWord]) -> None:
    """path/images/*.png and path/labels.tsv, `file`, tab, `text`, which appears when all is written.

    OutputError where the folder is not new or empty, or cannot be written.
    """
    _fresh(path)
    lines = []
    for number, word in enumerate(words):
        name = f"images/{number:09}.png"
        _put(path / name, word.png)
        lines.append(f"{name}\t{word.text}\n")
    with replacing(path / "labels.tsv") as file:
        file.write("".join(lines).encode())


def save_lmdb(path: Path, words: Iterable[DrawnWord]) -> None:
    """An LMDB at path as the field keeps word crops: image-%09d, label-%09d from 1, and, last, num-samples.

    OutputError where the folder is not new or empty or cannot be written, or the package lmdb is missing.
    """
    try:
        import lmdb
    except ImportError as error:
        raise OutputError(f'{path}: an LMDB needs a package: pip install "ocrpipe[datasets]"') from error
    _fresh(path)
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    count, waiting = 0, []
    try:
        with lmdb.open(str(path), map_size=_MAP, lock=False) as environment:
            for count, word in enumerate(words, 1):
                waiting += [(f"image-{count:09}", word.png), (f"label-{count:09}", word.text.encode())]
                if count % _BATCH == 0:
                    _commit(environment, waiting)
                    waiting = []
            _commit(environment, [*waiting, ("num-samples", str(count).encode())])
    except lmdb.Error as error:
        raise OutputError(f"{path}: cannot be written ({error}); choose another place") from error


def save_scenes(path: Path, scenes: Iterable[DrawnScene]) -> None:
    """path/images/*.jpg and path/labels.jsonl, the project's own ground truth, which appears when all is
    written. OutputError where the folder is not new or empty, or cannot be written.
    """
    _fresh(path)
    lines = []
    for number, scene in enumerate(scenes):
        name = f"images/{number:09}.jpg"
        _put(path / name, scene.jpeg)
        words = [{"quad": w.quad, "text": w.text, "ignore": w.ignore} for w in scene.words]
        record = {"image": name, "width": scene.size, "height": scene.size, "words": words}
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    with replacing(path / LABELS) as file:
        file.write("".join(lines).encode())


def save_word_sheet(path: Path, words: Iterable[DrawnWord]) -> None:
    """All words as one PNG to look at, each over its text."""
    drawn = list(words)
    rows = max(1, -(-len(drawn) // _COLUMNS))
    sheet = Image.new("RGB", (_COLUMNS * _CELL, rows * _ROW), "white")
    pen = ImageDraw.Draw(sheet)
    for place, word in enumerate(drawn):
        left, top = place % _COLUMNS * _CELL + 4, place // _COLUMNS * _ROW + 4
        crop = Image.fromarray(_decoded(word.png))
        sheet.paste(crop.resize((min(crop.width, _CELL - 8), crop.height)), (left, top))
        pen.text((left, top + 36), word.text, fill="black", font=font(13))
    overlay.save(np.array(sheet, np.uint8), path)


def save_scene_sheet(path: Path, scenes: Iterable[DrawnScene]) -> None:
    """All scenes as one PNG to look at, with their words in red, ignored ones in blue."""
    drawn = list(scenes)
    rows = max(1, -(-len(drawn) // _THUMBS))
    sheet = Image.new("RGB", (_THUMBS * _THUMB, rows * _THUMB), "white")
    for place, scene in enumerate(drawn):
        factor = _THUMB / scene.size
        size = (_THUMB, _THUMB)
        shrunk = cv2.resize(_decoded(scene.jpeg), size, interpolation=cv2.INTER_AREA if factor < 1 else 1)
        picture = Image.fromarray(np.asarray(shrunk, np.uint8))
        pen = ImageDraw.Draw(picture)
        for word in scene.words:
            corners = [(x * factor, y * factor) for x, y in word.quad]
            pen.polygon(corners, outline=IGNORED if word.ignore else WORD)
        sheet.paste(picture, (place % _THUMBS * _THUMB, place // _THUMBS * _THUMB))
    overlay.save(np.array(sheet, np.uint8), path)


def _commit(environment: object, pairs: Iterable[tuple[str, bytes]]) -> None:
    with environment.begin(write=True) as transaction:  # type: ignore[attr-defined]  # lmdb has no types
        for key, value in pairs:
            transaction.put(key.encode(), value)


def _put(path: Path, data: bytes) -> None:
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _fresh(path: Path) -> None:
    with writing(path):
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise OutputError(f"{path}: is there already; choose another place")


def _decoded(data: bytes) -> NDArray[np.uint8]:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(np.asarray(pixels)[:, :, ::-1], np.uint8)
