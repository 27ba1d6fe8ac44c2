"""A text file of labels, one a line, read so that every complaint is a LabelError that names it."""

from __future__ import annotations

from pathlib import Path

from ocrpipe.errors import LabelError


def read_lines(path: Path) -> list[str]:
    """The lines of the UTF-8 file at path, a byte order mark taken off, without their line ends."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: is not UTF-8 text") from error
    return [line.removesuffix("\r") for line in text.split("\n")]  # not splitlines: a text may hold U+2028
