"""Which format and which output a path means."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from ocrpipe.formats import FORMATS, Format, find
from ocrpipe.outputs.base import Output
from ocrpipe.outputs.documents import FileOutput, FolderOutput, LinesOutput, StreamOutput, has_lines


def open_output(
    path: Path | None,
    form: Format,
    named: dict[str, Path],
    stream: TextIO,
    *,
    several: bool,
    resume: bool = False,
) -> Output:
    """What path means: None the stream, a folder a file for each photo, else one file for all.

    resume: go on with a file of JSONL. Raises OutputError when it cannot be written.
    """
    if path is None:
        return StreamOutput(stream, form, several=several)
    if has_lines(form) and not is_folder(path):
        return LinesOutput(path, form, resume=resume)
    return FolderOutput(path, form, named) if is_folder(path) else FileOutput(path, form, several=several)


def choose_format(path: Path | None, asked: str | None, text: Format | None = None) -> Format:
    """The format asked for by name, else the one that path's suffix means, else text for stdout, JSON for a
    folder.

    text is what "text" and .txt mean, if not the words. Raises ValueError for a suffix that means none.
    """
    text = text or FORMATS["text"]
    if asked is not None:
        return text if asked == "text" else find(asked)
    if path is None:
        return text
    if is_folder(path):
        return FORMATS["json"]
    by_suffix: dict[str, Format] = {}
    for form in (text, *FORMATS.values()):  # of several with one suffix the first is meant
        by_suffix.setdefault(form.suffix, form)
    ends = [suffix for suffix in by_suffix if path.name.lower().endswith(suffix)]
    if not ends:
        known = ", ".join(by_suffix)
        raise ValueError(f"{path}: no format ends with {path.suffix!r}; use -f, or one of {known}")
    return by_suffix[max(ends, key=len)]  # x.coco.json is more than x.json


def is_folder(path: Path) -> bool:
    """Whether results go into path, a file each: it is a folder, or would be, for it has no suffix."""
    return path.is_dir() or not path.suffix
