"""Lists of word crops, a line each: `file`, tab, `text`, or ICDAR's `word_1.png, "text"` (2013 and 2015)."""

from __future__ import annotations

import re
from pathlib import Path

from ocrpipe.errors import LabelError
from ocrpipe.labels.icdar import DO_NOT_CARE
from ocrpipe.labels.text_file import read_lines
from ocrpipe.labels.word_crop import WordCrop

LISTS = ("labels.tsv", "gt.txt")
_QUOTED = re.compile(r'([^,"]+),\s*"(.*)"\s*')
_ESCAPED = re.compile(r'\\(["\\])')


def load_list(path: Path) -> list[WordCrop]:
    """The words of the list at path, in its order; crops lie relative to it, and are not opened.

    A word's source is what its file name has before the first underscore, else the folder's name. Words that
    ICDAR marks `###` are left out. Raises LabelError naming file and line.
    """
    words = []
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        name, text = _parse(line, f"{path}:{number}")
        if text != DO_NOT_CARE:
            file = path.parent / name
            prefix, underscore, _ = file.name.partition("_")
            words.append(WordCrop(name, text, file, prefix if underscore else path.resolve().parent.name))
    if not words:
        raise LabelError(f"{path}: lists no word; expected a line for each: file, tab, text")
    return words


def _parse(line: str, where: str) -> tuple[str, str]:
    name, tab, text = line.partition("\t")
    if not tab:
        quoted = _QUOTED.fullmatch(line)
        if quoted is None:
            raise LabelError(f'{where}: expected file, tab, text, or word.png, "text", got {line[:60]!r}')
        name, text = quoted[1], _ESCAPED.sub(r"\1", quoted[2])
    if not name.strip() or not text:
        raise LabelError(f"{where}: expected a file and a text, got {line[:60]!r}")
    return name.strip(), text
