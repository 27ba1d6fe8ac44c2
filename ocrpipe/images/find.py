"""Which files a call means: names as given, folders and globs expanded, in the order a person counts."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ocrpipe.errors import ImageError

PHOTO_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "bmp", "dib", "webp", "tif", "tiff", "gif"),
        *("ppm", "pgm", "pbm", "pnm", "pfm", "jp2", "j2k", "jpx", "jpf", "j2c", "jpc", "avif", "qoi"),
        *(
            "heic",
            "heif",
            "hif",
            "pdf",
        ),  # with extras; without them each is an error that says what to install
    )
)


def find_photos(inputs: Iterable[str | Path], *, recursive: bool = False) -> Iterator[Path]:
    """The photo files that inputs name, each once, in the order of inputs.

    A file is yielded as named, whatever its suffix and even if it does not exist, so that its failure becomes
    a record. A folder yields the files in it whose suffix is in `PHOTO_SUFFIXES` (hidden ones left out), and
    those of its subfolders if recursive; a glob (`*`, `?`, `[...]`, `**`) yields every file and folder that
    it matches. A folder called like a photo (`x.jpg`) is yielded where it is not searched, or holds none: its
    record then says what it is. Files of one folder or glob come in natural order: img2 before img10. Links
    to folders are not followed downwards, so a loop of links ends. A folder that cannot be listed, and a glob
    without a match, is yielded itself: loading it then says what is wrong.
    """
    seen: set[Path] = set()
    for given in inputs:
        for path in _expand(given, recursive):
            if path not in seen:
                seen.add(path)
                yield path


def is_glob(path: Path) -> bool:
    """Whether path is a pattern, and not the very name of a file: of what `find_photos` yields, one that
    matched nothing.
    """
    return glob.has_magic(str(path)) and not os.path.lexists(path)


def read_list(path: Path, stdin: BinaryIO) -> list[Path]:
    """The paths in the file at path, or in stdin for `-`: one a line, or, as `find -print0` writes them, each
    ended by a NUL. Blank lines are passed over.

    Raises ImageError for a file that cannot be read, ValueError for a list without a path.
    """
    try:
        data = stdin.read() if path == Path("-") else path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path}: the list cannot be read: {error.strerror or error}") from error
    pieces = data.split(b"\0") if b"\0" in data else data.splitlines()
    paths = [Path(os.fsdecode(piece)) for piece in pieces if piece.strip()]
    if not paths:
        raise ValueError(f"{path}: no path in this list")
    return paths


def natural_key(path: Path) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sort key of path: numbers by value, letters without case, part by part; the exact name breaks ties."""
    parts = tuple(_piece(p) for part in path.parts for p in (*re.split(r"(\d+)", part), ""))
    return parts, str(path)


def listing_key(path: Path) -> tuple[object, ...]:
    """Sort key of path that gives the order of `find_photos`: files of a folder before those below it."""
    folders = tuple((1, natural_key(Path(part))) for part in path.parts[:-1])
    return (*folders, (0, natural_key(Path(path.name))))


def _piece(text: str) -> tuple[int, int, str]:
    # isdecimal, not isdigit: "²" is a digit that int() refuses.
    return (1, int(text), "") if text.isdecimal() else (0, 0, text.casefold())


def _expand(given: str | Path, recursive: bool) -> Iterator[Path]:
    path = Path(given)
    if path.is_dir():
        yield from _photos_or_itself(path, recursive)
    elif is_glob(path):
        matches = sorted(map(Path, glob.glob(str(given), recursive=True)), key=natural_key)  # noqa: PTH207
        for match in matches:
            yield from _folder(match, recursive) if match.is_dir() else (match,)
        if not matches:
            yield path
    else:
        yield path


def _folder(folder: Path, recursive: bool) -> Iterator[Path]:
    """Photo files of folder in natural order, its own before those of its subfolders."""
    try:
        entries = sorted((p for p in folder.iterdir() if not p.name.startswith(".")), key=natural_key)
    except OSError:
        yield folder
        return
    for entry in entries:
        if _is_called_photo(entry) and not (recursive and entry.is_dir()):
            yield entry
    if recursive:
        for entry in entries:
            if entry.is_dir() and not entry.is_symlink():
                yield from _photos_or_itself(entry, recursive)


def _photos_or_itself(folder: Path, recursive: bool) -> Iterator[Path]:
    """The photos of folder; folder itself if there is none, and it is called like one."""
    first = next(photos := _folder(folder, recursive), None)
    if first is not None:
        yield first
        yield from photos
    elif _is_called_photo(folder):
        yield folder


def _is_called_photo(path: Path) -> bool:
    return path.suffix.lower() in PHOTO_SUFFIXES
