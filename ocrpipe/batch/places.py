"""Places beside this machine's own folders: object stores, named by URLs such as s3://bucket/photos.

pyarrow opens them, or fsspec where pyarrow does not know the scheme; credentials, regions and endpoints come
from where these look for them (environment, configuration files, the machine's role).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from ocrpipe.errors import ImageError, OutputError
from ocrpipe.images import PHOTO_SUFFIXES, find_photos
from ocrpipe.images.find import listing_key

_URL = re.compile(r"([a-z][a-z0-9+.-]+):/+(.+)", re.IGNORECASE | re.DOTALL)  # of C:/x the scheme is too short
_MAGIC = re.compile(r"[*?\[]")
_WHOLE_OR_NOT_AT_ALL = ("s3", "gcs", "abfs")  # where a file appears when it is closed, under its own name


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder: `root` is scheme://host, or file:// for this machine; `path` what follows it."""

    root: str
    path: str

    def __str__(self) -> str:
        """The URL; of a file here its path."""
        return self.path if self.root == "file://" else f"{self.root}/{self.path}"

    def __truediv__(self, name: str) -> Place:
        return Place(self.root, f"{self.path.rstrip('/')}/{name}")

    def read(self) -> bytes:
        """The whole file. Raises OSError."""
        store, path = self._opened()
        with store.open_input_stream(path) as file:
            data: bytes = file.read()
        return data

    def write(self, data: bytes) -> None:
        """Make a file of data, which appears under its name when it is whole. Raises OutputError."""
        try:
            store, path = self._opened()
            part = path if store.type_name in _WHOLE_OR_NOT_AT_ALL else _part_of(path)
            if part != path:
                store.create_dir(str(PurePosixPath(path).parent), recursive=True)
            with store.open_output_stream(part) as file:
                file.write(data)
            if part != path:
                store.move(part, path)
        except OSError as error:
            raise OutputError(f"{self}: cannot be written: {_reason(error)}; choose another place") from error

    def files(self, *, recursive: bool = False) -> list[Place]:
        """The files in a folder, in any order; none where there is no such folder. Raises OSError."""
        store, path = self._opened()
        from pyarrow import fs  # is there, or that would have told

        above = len(path) - len(self.path)  # how much longer the store's own paths are
        found = store.get_file_info(fs.FileSelector(path, recursive=recursive, allow_not_found=True))
        return [Place(self.root, info.path[above:]) for info in found if info.type == fs.FileType.File]

    def is_folder(self) -> bool:
        """Whether a folder has that name. Raises OSError."""
        store, path = self._opened()
        from pyarrow import fs

        return bool(store.get_file_info(path).type == fs.FileType.Directory)

    def _opened(self) -> tuple[Any, str]:
        store, base = _open(self.root)
        return store, self.path if self.root == "file://" else f"{base.rstrip('/')}/{self.path}"


@dataclass(frozen=True, slots=True)
class FarPhoto:
    """A photo in a store: as much of an open file as `images.load_pages` asks for.

    It travels as a name, and is fetched by the process that reads it.
    """

    place: Place

    def read(self) -> bytes:
        """The bytes of the file. Raises ImageError."""
        try:
            return self.place.read()
        except FileNotFoundError as error:
            raise ImageError(f"{self.place}: no such file; check the name") from error
        except OSError as error:
            raise ImageError(f"{self.place}: cannot be fetched ({_reason(error)}); try again") from error


def parse_place(path: Path) -> Place:
    """The place that a command was given as path, which has folded the // of a URL into one /.

    Raises ValueError for a URL that holds a password, which would end up in every record.
    """
    match = _URL.fullmatch(path.as_posix())
    if match is None or match[1].lower() == "file":
        return Place("file://", str(Path("/", match[2]) if match else path.absolute()))
    host, _, rest = match[2].partition("/")
    if "@" in host:
        raise ValueError(f"{match[1]}://{host.rpartition('@')[2]}: credentials belong in the environment")
    return Place(f"{match[1]}://{host}", rest)


def is_url(path: Path) -> bool:
    """Whether path was a URL."""
    return _URL.fullmatch(path.as_posix()) is not None


def find_far_photos(place: Place, *, recursive: bool = False) -> Iterator[Place]:
    """The photos that a URL means, in the order of `images.find_photos` and by its rules: a file as named, a
    folder's photos, what a glob matches (`*` within a folder; no `**`).

    Raises ImageError for a store that cannot be asked.
    """
    try:
        if _MAGIC.search(place.path):
            found = [file for file in _below(place) if _matches(file, place)] or [place]
        elif _is_called_photo(place) or not place.is_folder():
            found = [place]
        else:
            found = [file for file in _seen(place, recursive=recursive) if _is_called_photo(file)]
    except OSError as error:
        raise ImageError(f"{place}: cannot be listed ({_reason(error)}); check name and rights") from error
    yield from sorted(found, key=lambda file: listing_key(Path(file.path)))


def find_everywhere(inputs: Iterable[Path], *, recursive: bool = False) -> dict[str, Path | FarPhoto]:
    """Every photo that inputs, paths and URLs, name: by what its record calls it, where to read it from.

    Paths are absolute there, for other processes may stand in other folders.
    """
    found: dict[str, Path | FarPhoto] = {}
    for given in inputs:
        if is_url(given):
            for place in find_far_photos(parse_place(given), recursive=recursive):
                found.setdefault(str(place), FarPhoto(place))
        else:
            for path in find_photos([given], recursive=recursive):
                found.setdefault(str(path), path.absolute())
    return found


@lru_cache(maxsize=16)  # opening a bucket may ask the network where it is
def _open(root: str) -> tuple[Any, str]:
    """What pyarrow opens root with, and what its paths begin with there. ValueError for an unknown scheme."""
    try:
        import pyarrow
        from pyarrow import fs
    except ImportError as error:
        raise ValueError(f'{root}: needs pyarrow; run: pip install "ocrpipe[ray]"') from error
    if root == "file://":
        return fs.LocalFileSystem(), ""
    try:
        opened: tuple[Any, str] = fs.FileSystem.from_uri(root)
    except pyarrow.ArrowInvalid:
        import fsspec

        try:
            store, base = fsspec.core.url_to_fs(root)
        except (ValueError, ImportError) as error:
            raise ValueError(f"{root}: cannot be opened ({_reason(error)})") from error
        return fs.PyFileSystem(fs.FSSpecHandler(store)), base
    return opened


def _part_of(path: str) -> str:
    """What a file is called until it is whole: hidden, and the same whenever it is tried again."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/.{name}.part"


def _below(glob: Place) -> list[Place]:
    """The files in the innermost folder that a glob names outright, and below it."""
    return _seen(Place(glob.root, _MAGIC.split(glob.path)[0].rpartition("/")[0]), recursive=True)


def _matches(file: Place, glob: Place) -> bool:
    # From the root, for a relative pattern would match any end of the path.
    return PurePosixPath("/", file.path).match(f"/{glob.path.lstrip('/')}")


def _seen(folder: Place, *, recursive: bool) -> list[Place]:
    """The files in a folder, without those that are hidden."""
    start = len(folder.path)
    files = folder.files(recursive=recursive)
    return [file for file in files if "/." not in f"/{file.path[start:].lstrip('/')}"]


def _is_called_photo(place: Place) -> bool:
    return PurePosixPath(place.path).suffix.lower() in PHOTO_SUFFIXES


def _reason(error: BaseException) -> str:
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split())
