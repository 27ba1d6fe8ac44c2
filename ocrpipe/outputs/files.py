"""Files that appear under their names only when they are whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ocrpipe.errors import OutputError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write bytes to, which takes the name path in one step if all goes well; else it vanishes.

    Raises OutputError where it cannot be written.
    """
    part = part_of(path)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                yield file
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """An OSError in here becomes an OutputError that names path."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written: {error.strerror or error}; choose another place"
        ) from error


def part_of(path: Path) -> Path:
    """Where the file of that name grows until it is whole.

    Beside path, so that renaming stays within one file system; with the process, so that two do not collide.
    """
    return path.with_name(f".{path.name}.{os.getpid()}.part")
