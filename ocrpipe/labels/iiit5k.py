"""IIIT 5K-word: `testdata.mat` with its lexicons of 50 and 1,000 words, or `testCharBound.mat` without any.

Mishra, Alahari, Jawahar 2012. Needs the package scipy: pip install "ocrpipe[datasets]".
"""

from __future__ import annotations

from pathlib import Path
from sys import intern
from typing import Any

import numpy as np

from ocrpipe.errors import LabelError
from ocrpipe.labels.word_crop import WordCrop

_TEXTS = ("GroundTruth", "chars")  # of ...data.mat, of ...CharBound.mat
_LEXICONS = (("50", "smallLexi"), ("1k", "mediumLexi"))


def load_iiit5k(path: Path) -> list[WordCrop]:
    """The words of the .mat file at path, in its order; images lie relative to it, and are not opened.

    Raises LabelError naming the file, and the word where there is one.
    """
    words = []
    for number, record in enumerate(_records(path), 1):
        text = next((record[field] for field in _TEXTS if field in record), None)
        name = record.get("ImgName")
        if not isinstance(text, str) or not isinstance(name, str):
            raise LabelError(f"{path}: word {number}: expected ImgName and GroundTruth or chars, both texts")
        lexicons = tuple((column, _lexicon(record[field])) for column, field in _LEXICONS if field in record)
        words.append(WordCrop(name, text, path.parent / name, "iiit5k", lexicons=lexicons))
    return words


def _records(path: Path) -> list[dict[str, Any]]:
    """The structures of the one variable in path, as dicts of their fields."""
    try:
        from scipy.io import loadmat
        from scipy.io.matlab import MatReadError
    except ImportError as error:
        raise LabelError(
            f'{path}: reading .mat files needs a package: pip install "ocrpipe[datasets]"'
        ) from error
    try:
        variables = loadmat(str(path), simplify_cells=True)
    except OSError as error:
        raise LabelError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (MatReadError, ValueError, TypeError, NotImplementedError) as error:  # what damage raises
        raise LabelError(f"{path}: is not a MATLAB file of version 5 ({error})") from error
    found = [value for name, value in variables.items() if not name.startswith("__")]
    records = list(np.ravel(np.array(found, object)))  # one structure alone comes without its array
    if len(found) != 1 or not records or not all(isinstance(record, dict) for record in records):
        raise LabelError(f"{path}: expected one array of structures, such as testdata")
    return records


def _lexicon(words: Any) -> tuple[str, ...]:
    """A cell array of words; scipy makes a lone word out of a cell that holds one.

    Interned, for 3,000 lexicons of 1,000 words are drawn from the same few thousand.
    """
    return tuple(intern(str(word)) for word in ([words] if isinstance(words, str) else words))
