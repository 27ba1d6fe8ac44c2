"""Ground truth of any layout, told apart by the names of its files: photos, or words to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ocrpipe.errors import LabelError
from ocrpipe.labels import lmdb_crops
from ocrpipe.labels.coco_text import load_coco_text
from ocrpipe.labels.crop_lists import LISTS, load_list
from ocrpipe.labels.icdar import load_icdar
from ocrpipe.labels.iiit5k import load_iiit5k
from ocrpipe.labels.json_file import labels_in
from ocrpipe.labels.label_studio import load_label_studio
from ocrpipe.labels.scene import LABELS, Scene, load_scenes
from ocrpipe.labels.svt import load_svt
from ocrpipe.labels.word_crop import WordCrop

_NAMES = (*LISTS, LABELS, lmdb_crops.DATA, "test.xml", "testdata.mat", "testCharBound.mat")
_WORDS: dict[str, Callable[[Path], Iterable[WordCrop]]] = {
    ".tsv": load_list,
    ".txt": load_list,
    ".mdb": lmdb_crops.read_crops,
    ".mat": load_iiit5k,
    ".xml": load_svt,
    ".jsonl": lambda path: words_of(load_scenes(path.parent), path.resolve().parent.name),
}


def load_words(path: Path) -> Iterable[WordCrop]:
    """The labelled words at path, a file or the folder of one: labels.tsv, ICDAR's gt.txt, labels.jsonl
    (words cut out by their true quads), an LMDB, SVT's test.xml, IIIT5k's testdata.mat or testCharBound.mat.

    Those of an LMDB are read as they are asked for. Raises LabelError naming what is wrong.
    """
    _check(path)
    file = path
    if path.is_dir():
        there = [path / name for name in _NAMES if (path / name).is_file()]
        if not there:
            raise LabelError(f"{path}: no labelled words; expected one of {', '.join(_NAMES)} in there")
        file = there[0]
    load = _WORDS.get(file.suffix.lower())
    if load is None:
        raise LabelError(f"{path}: is none of {', '.join(_WORDS)}; name a file of labels or its folder")
    return load(file)


def words_of(scenes: Iterable[Scene], source: str = "") -> list[WordCrop]:
    """Every legible, transcribed word of scenes, to be cut out by its true quad."""
    return [
        WordCrop(f"{scene.image.name}#{number}", word.text, scene.image, source, word.quad)
        for scene in scenes
        for number, word in enumerate(scene.words)
        if word.text and not word.ignore
    ]


def load_photos(path: Path, photos: Path | None = None) -> list[Scene]:
    """The labelled photos at path: a folder with labels.jsonl or with ICDAR's text files, a JSON file of
    COCO-Text or Label Studio.

    photos: where they lie, if not where the layout says; labels.jsonl always says it. Raises LabelError
    naming what is wrong.
    """
    _check(path)
    if path.name == LABELS or (path / LABELS).is_file():
        return load_scenes(path.parent if path.name == LABELS else path)
    if path.is_dir():
        return load_icdar(path, photos)
    with labels_in(path) as document:
        listed = isinstance(document.value, list)
    return load_label_studio(path, photos) if listed else load_coco_text(path, photos)


def _check(path: Path) -> None:
    if not path.exists():
        raise LabelError(f"{path}: no such file or folder; name a file of labels or its folder")
