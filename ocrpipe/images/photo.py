"""A photo: upright RGB pixels and where they came from; made from a path, bytes, file, Pillow or numpy."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocrpipe.errors import ImageError
from ocrpipe.images.decode import (
    MAX_PIXELS,
    check_size,
    count_frames,
    decode,
    open_image,
    open_path,
    seek_frame,
)
from ocrpipe.images.intake import Intake, check_pages
from ocrpipe.images.pdf import MAGIC, pdf_pages
from ocrpipe.images.pixels import array_to_rgb, image_to_rgb
from ocrpipe.page import ImageInfo, Source

PhotoSource = str | Path | bytes | BinaryIO | Image.Image | NDArray[Any]

_PAGED = ("TIFF", "GIF")  # a second picture in an MPO (depth, preview) or a HEIC (burst) is no page
_ANY = Intake()


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """pixels: (H, W, 3) uint8 RGB, upright; source: where from; info: size and the orientation applied."""

    pixels: NDArray[np.uint8]
    source: Source
    info: ImageInfo


def load(source: PhotoSource, *, max_pixels: int = MAX_PIXELS, name: str | None = None) -> Photo:
    """The photo in source, upright, as RGB; of several frames or pages the first.

    source: a path, the bytes of a file, an open binary file (read from where it stands), a Pillow image, or
    an array as `array_to_rgb` takes it. EXIF orientation is applied for all that carry one. `name` is what
    messages and `Photo.source.path` call it; by default the path, the file's name, or "<bytes>", "<file>",
    "<image>", "<array>". Raises ImageError, one line, for anything that cannot be read, and
    ImageTooLargeError, before decoding, for more than max_pixels.
    """
    return next(load_pages(source, max_pixels=max_pixels, name=name))


def load_pages(
    source: PhotoSource, *, max_pixels: int = MAX_PIXELS, name: str | None = None, intake: Intake = _ANY
) -> Iterator[Photo]:
    """Every page of a TIFF or PDF and every frame of a GIF, one at a time; the one photo of anything else.

    As `load`; intake chooses among pages, and those it does not want are not decoded. An error on page k
    comes after the pages before it, and ends the iteration. A file without a page that `intake.pages` names
    is an ImageError.
    """
    called = name if name is not None else _name(source)
    if isinstance(source, np.ndarray):
        yield _from_array(source, called, max_pixels)
    elif isinstance(source, Image.Image):
        yield from _pages(source, called, max_pixels, intake)
    else:
        with _opened(source, called) as file:
            yield from _file_pages(file, called, max_pixels, intake)


def _name(source: PhotoSource) -> str:
    if isinstance(source, str | Path):
        return str(source)
    if isinstance(source, bytes):
        return "<bytes>"
    if isinstance(source, np.ndarray):
        return "<array>"
    given = getattr(source, "filename" if isinstance(source, Image.Image) else "name", None)
    if isinstance(given, str | Path) and str(given):
        return str(given)
    return "<image>" if isinstance(source, Image.Image) else "<file>"


@contextmanager
def _opened(source: str | Path | bytes | BinaryIO, name: str) -> Iterator[BinaryIO]:
    if isinstance(source, str | Path):
        with open_path(Path(source), name) as file:
            yield file
    elif isinstance(source, bytes):
        yield io.BytesIO(source)
    else:
        try:
            data = source.read()
        except (OSError, ValueError) as error:  # ValueError: the file is closed, or not open for reading
            raise ImageError(f"{name}: cannot be read ({error}); pass a file open for reading") from error
        if not isinstance(data, bytes):
            raise ImageError(f"{name}: is open as text; open it with mode 'rb'")
        yield io.BytesIO(data)


def _from_array(array: NDArray[Any], name: str, max_pixels: int) -> Photo:
    if array.ndim >= 2:
        check_size(array.shape[1], array.shape[0], name, max_pixels)
    try:
        pixels = array_to_rgb(array)
    except ValueError as error:
        raise ImageError(f"{name}: {error}") from error
    return Photo(pixels, Source(name), ImageInfo(pixels.shape[1], pixels.shape[0]))


def _file_pages(file: BinaryIO, name: str, max_pixels: int, intake: Intake) -> Iterator[Photo]:
    head = file.read(32)
    file.seek(0)
    if head.lstrip().startswith(MAGIC):
        for number, pages, pixels in pdf_pages(file.read(), name, max_pixels, intake):
            info = ImageInfo(pixels.shape[1], pixels.shape[0])
            yield Photo(pixels, Source(name, number, pages, "PDF"), info)
        return
    with open_image(file, name, max_pixels) as image:
        yield from _pages(image, name, max_pixels, intake)


def _pages(image: Image.Image, name: str, max_pixels: int, intake: Intake) -> Iterator[Photo]:
    pages = count_frames(image, name) if image.format in _PAGED else 1
    check_pages(pages, name, intake)
    for page in range(1, pages + 1):
        if not intake.wants(page):
            continue
        called = f"{name}, page {page}" if pages > 1 else name
        if pages > 1:
            seek_frame(image, page - 1, called)
        upright, orientation = decode(image, called, max_pixels)
        pixels = image_to_rgb(upright)
        yield Photo(
            pixels,
            Source(name, page, pages, image.format),
            ImageInfo(pixels.shape[1], pixels.shape[0], orientation),
        )
