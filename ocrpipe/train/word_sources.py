"""Where a recogniser's words come from: a data folder to render from, and labelled words of any layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import LabelError
from ocrpipe.labels import lmdb_crops
from ocrpipe.labels.choose import load_words
from ocrpipe.labels.scene import LABELS
from ocrpipe.labels.word_crop import WordCrop
from ocrpipe.synth.words import WordRenderer
from ocrpipe.train.crop_pool import CropPool, Crops, LmdbCrops
from ocrpipe.train.real_crops import CASELESS, RealCrop, grey_image, load_crops, load_scene_crops, rectified
from ocrpipe.train.real_rows import load_rows
from ocrpipe.train.spelling import usable
from ocrpipe.train.word_data import load_renderer
from recognizer.charset import SPACE, Charset

HELD_OUT = 10  # of a user's own words, every tenth measures where no dev set is named
MARGIN, TALLEST = 0.25, 64  # of a word cut out of a photo: of its height around it; pixels


@dataclass(frozen=True, slots=True)
class WordSources:
    """renderer: None where there is nothing to render from. real: crops to train on; dev: to measure on."""

    renderer: WordRenderer | None
    real: Crops
    dev: Crops


def load_sources(data: Sequence[Path], dev: Path | None, charset: Charset) -> WordSources:
    """The words of all of data: folders with fonts/, and labelled words as `ocrpipe.labels` knows them.

    dev: labelled words to measure on; by default words/real_dev of a data folder and every tenth of the
    user's own, which are then not trained on. LabelError and FontError for whatever cannot be used.
    """
    rooms = [path for path in data if is_data_folder(path)]
    renderer = load_renderer(rooms[0], charset) if rooms else None
    real, held = CropPool(), CropPool()
    for path in rooms:
        for crops in filter(None, _crops_of_data_folder(path, charset)):
            real.add([crops[i] for i in usable((c.text for c in crops), charset, str(path))])
        if dev is None and (path / "words/real_dev").is_dir():
            held.add(load_crops(path / "words/real_dev"))
    for path in (path for path in data if path not in rooms):
        own = load_labelled(path, charset)
        # Where a tenth of the words is held out, rows would show them.
        if dev is not None and SPACE in charset.characters and (path / LABELS).is_file():
            rows = load_rows(path)
            real.add([rows[i] for i in usable((c.text for c in rows), charset, str(path))] if rows else [])
        whole = len(own) if dev is not None else 0
        real.add(own.part([i for i in range(len(own)) if i < whole or i % HELD_OUT]))
        held.add(own.part([i for i in range(whole, len(own)) if i % HELD_OUT == 0]))
    if dev is not None:
        held.add(load_labelled(dev, charset))
    if renderer is None and not len(real):
        raise LabelError(f"{', '.join(map(str, data))}: no word to train on is left; add labelled words")
    return WordSources(renderer, real, held)


def load_dev(data: Sequence[Path], charset: Charset) -> CropPool:
    """The words of data to measure on: all that is labelled where no dev set is set apart."""
    pool = CropPool()
    for path in data:
        if is_data_folder(path):
            pool.add(load_crops(path / "words/real_dev") if (path / "words/real_dev").is_dir() else [])
        else:
            pool.add(load_labelled(path, charset))
    return pool


def is_data_folder(path: Path) -> bool:
    """Whether path holds fonts to render from."""
    return (path / "fonts").is_dir()


def load_labelled(path: Path, charset: Charset) -> CropPool:
    """The words at path that charset can spell: an LMDB's are decoded as they are needed, others at once.

    LabelError or ImageError naming the crop that cannot be read.
    """
    if path.suffix == ".mdb" or (path / lmdb_crops.DATA).is_file():
        stored = LmdbCrops(path)
        return CropPool(stored).part(usable(stored.texts, charset, str(path)))
    words = list(load_words(path))
    kept = usable((word.text for word in words), charset, str(path))
    return CropPool(_decoded([words[i] for i in kept], path))


def _decoded(words: Sequence[WordCrop], path: Path) -> list[RealCrop]:
    crops: list[RealCrop] = []
    last: tuple[Path | bytes, NDArray[np.uint8]] | None = None
    for word in words:
        if last is None or word.image is not last[0]:
            name = str(word.image) if isinstance(word.image, Path) else word.name
            last = word.image, grey_image(word.image, name)
        # A user's files may be called anything: only a set whose labels have no case is known by its name.
        source = word.source if word.source in CASELESS else path.resolve().stem
        if word.quad is None:
            crops.append(RealCrop(last[1], word.text, source))
        else:
            crop, inset = rectified(last[1], np.array(word.quad, np.float32), MARGIN, TALLEST)
            crops.append(RealCrop(crop, word.text, source, inset))
    return crops


def _crops_of_data_folder(path: Path, charset: Charset) -> list[list[RealCrop]]:
    """Crops, and words and rows of them rectified from labelled photos, where there are any."""
    found = []
    if (path / "words/real_train").is_dir():
        found.append(load_crops(path / "words/real_train"))
    photos = path / "scenes/ic15_train"
    if photos.is_dir():
        found.append(load_scene_crops(photos))
        found.append(load_rows(photos) if SPACE in charset.characters else [])
    return found
