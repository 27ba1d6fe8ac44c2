"""Word lists on disk: one word a line, optionally a tab and its weight; and the BK-tree built over one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ocrpipe.errors import LexiconError
from recognizer.bk_tree import BKTree
from recognizer.charset import Charset
from recognizer.lexicon import Lexicon


def load_lexicon(path: Path, charset: Charset, *, case_sensitive: bool = False) -> Lexicon:
    """The words in path, UTF-8 text: a word a line, or word, tab, weight (positive; 1 where none is given).

    Empty lines are passed over. Raises LexiconError, naming the line, for anything else: a missing file, a
    weight that is no positive number, no word at all, characters outside the charset.
    """
    words, weights = [], []
    for number, line in enumerate(_read(path).splitlines(), start=1):
        word, tab, weight = line.strip().partition("\t")
        if not word:
            continue
        words.append(word)
        weights.append(_weight(weight, f"{path}:{number}") if tab else 1.0)
    try:
        return Lexicon(words, charset, weights, case_sensitive=case_sensitive)
    except ValueError as error:
        raise LexiconError(f"{path}: {error}; correct the list") from error


def read_words(path: Path) -> tuple[str, ...]:
    """The words in path, without their weights, each once: for lists that are chosen from before use.

    Raises LexiconError for a missing file, and for one without a word.
    """
    lines = (line.strip().partition("\t")[0] for line in _read(path).splitlines())
    words = tuple(dict.fromkeys(filter(None, lines)))
    if not words:
        raise LexiconError(f"{path}: holds no word; expected a word a line")
    return words


def save_tree(path: Path, tree: BKTree) -> None:
    """Write tree to path, a .npy file, so that `load_tree` need not build it."""
    try:
        with path.open("wb") as file:
            np.save(file, tree.nodes)
    except OSError as error:
        raise LexiconError(f"{path}: cannot be written: {error.strerror or error}") from error


def load_tree(path: Path, lexicon: Lexicon) -> BKTree:
    """The tree in path; LexiconError if it cannot be read or was built over another lexicon."""
    try:
        return BKTree(lexicon.keys, np.load(path, allow_pickle=False))
    except (OSError, ValueError) as error:
        raise LexiconError(f"{path}: no tree of this lexicon: {error}; build it again") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LexiconError(f"{path}: {error.strerror or error}; name a text file, a word a line") from error
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path}: not UTF-8 text; save the list as UTF-8, a word a line") from error


def _weight(text: str, where: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = 0.0
    if not 0 < weight < float("inf"):
        raise LexiconError(f"{where}: expected a positive weight after the tab, got {text!r}")
    return weight
