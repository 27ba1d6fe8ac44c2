"""Lexicons for whole photos, as ICDAR 2015 hands them out: strong, weak and generic.

Strong: 100 words a photo, all of its own among them. Weak: all words of the set. Generic: a large list. Read
from files of ICDAR's names, or made from the labels and a large list, the same each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from ocrpipe.errors import LexiconError
from ocrpipe.evaluate.text_rules import dictionary_form
from ocrpipe.labels import Scene
from ocrpipe.lexicons import read_words

STRONG = 100  # words a photo


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """strong: words for each photo, by its file name without suffix; weak and generic: for all photos.

    Empty where there is none.
    """

    strong: dict[str, tuple[str, ...]]
    weak: tuple[str, ...]
    generic: tuple[str, ...]


def dictionary_words(scene: Scene) -> tuple[str, ...]:
    """The words of scene that ICDAR puts into vocabularies: three letters or more, no numbers; each once."""
    forms = (dictionary_form(word.text) for word in scene.words if word.text and not word.ignore)
    return tuple(dict.fromkeys(form.upper() for form in forms if form))


def make(scenes: Sequence[Scene], generic: Sequence[str]) -> Vocabularies:
    """Vocabularies of scenes and a large list. A photo's distractors are drawn from the words of the other
    photos, and where these are too few from the list, by a generator seeded with the photo's name.
    """
    own = [dictionary_words(scene) for scene in scenes]
    weak = sorted({word for words in own for word in words})
    strong = {}
    for scene, words in zip(scenes, own, strict=True):
        rng = np.random.default_rng(crc32(scene.image.name.encode()))
        drawn = _drawn([word for word in weak if word not in words], STRONG - len(words), rng)
        rest = STRONG - len(words) - len(drawn)
        strong[scene.image.stem] = (*words, *drawn, *_drawn(generic, rest, rng))
    return Vocabularies(strong, tuple(weak), tuple(generic))


def _drawn(words: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """count of words, each at most once; all of them, in another order, if there are no more."""
    places = rng.permutation(len(words))[: max(0, count)]
    return [words[int(place)] for place in places]


def load(folder: Path, scenes: Sequence[Scene]) -> Vocabularies:
    """The vocabularies in folder: `voc_NAME.txt` for the photo NAME, one `*vocabulary.txt` for all,
    `GenericVocabulary.txt`; a word a line.

    Raises LexiconError where there is none of them, or one that cannot be read.
    """
    strong = {
        scene.image.stem: read_words(file)
        for scene in scenes
        if (file := folder / f"voc_{scene.image.stem}.txt").is_file()
    }
    large = [file for file in sorted(folder.glob("*.txt")) if file.stem.lower().endswith("vocabulary")]
    generic = [file for file in large if file.stem.lower().startswith("generic")]
    weak = [file for file in large if file not in generic]
    if not strong and not large:
        raise LexiconError(
            f"{folder}: no vocabulary there; expected voc_NAME.txt for each photo, or GenericVocabulary.txt"
        )
    whole = (read_words(files[0]) if files else () for files in (weak, generic))
    return Vocabularies(strong, *whole)
