"""Pillow on a short lead: named formats only, size checked before decoding, each failure one ImageError."""

from __future__ import annotations

import io
import stat
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from ocrpipe.errors import ImageError, ImageTooLargeError

# Named, so that no exotic plug-in (EPS starts Ghostscript, ICO hides pictures larger than its header says)
# ever runs.
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "WEBP", "TIFF", "GIF", "PPM", "JPEG2000", "QOI") + (
    ("AVIF",) if find_spec("PIL.AvifImagePlugin") else ()  # Pillow 11.3 and later
)

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")

# 256 MiB as RGB, Pillow's own line too. An A3 page at 600 dpi (70 megapixels) passes; decoding one at the
# limit takes about 0.9 GB for a moment, which a small machine still has.
MAX_PIXELS = 89_478_485

# What Pillow raises for damaged files: see `test_damaged_files_of_every_format_end_in_an_image_error`.
_DAMAGE = (
    OSError,  # truncated data, broken streams, unknown headers (UnidentifiedImageError)
    EOFError,  # a file that ends inside a frame or directory
    SyntaxError,  # broken PNG chunks, TIFF directories, JPEG markers
    ValueError,  # impossible sizes, modes, tags, over-long text chunks
    struct.error,  # a header cut in the middle
    LookupError,  # TIFF tags and modes that are absent or unknown
    TypeError,  # TIFF tags of the wrong kind
    ArithmeticError,  # sizes that overflow, resolutions with a zero denominator
    MemoryError,  # a strip that announces more bytes than the machine has
    RuntimeError,  # codecs that give up
    zlib.error,  # compressed text and profiles in PNG
)

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_image(file: BinaryIO, name: str, max_pixels: int) -> Image.Image:
    """The picture in file, header read, nothing decoded. file must be seekable; it stays open."""
    head = file.read(32)
    if not head:
        raise ImageError(f"{name}: the file is empty; copy or export the photo again")
    if head.startswith(b"\x89PNG") and len(head) >= 24:  # Pillow wants to see data before it tells the size
        width, height = struct.unpack(">II", head[16:24])
        check_size(width, height, name, max_pixels)
    file.seek(0)
    try:
        with _limit_lifted():
            return Image.open(file, formats=_formats(head))
    except UnidentifiedImageError as error:
        raise ImageError(f"{name}: {_alien(head)}") from error
    except _DAMAGE as error:
        raise ImageError(f"{name}: {_damaged(error)}") from error


def _formats(head: bytes) -> tuple[str, ...]:
    """What Pillow may take a file for that begins with head; HEIC too where its plug-in is installed."""
    if not _is_heic(head) or find_spec("pi_heif") is None:
        return FORMATS
    if "HEIF" not in Image.OPEN:
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
    return ("HEIF",)


def _is_heic(head: bytes) -> bool:
    """Whether head begins a HEIF file of HEVC pictures, by its brand (ISO/IEC 23008-12, annex B)."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _alien(head: bytes) -> str:
    """What a file is that Pillow does not know, by its first bytes, and what to do about it."""
    if head.startswith((b"\xff\xd8", b"\x89PNG", b"BM", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")):
        return "is damaged or cut off (its header makes no sense); copy it again"
    if _is_heic(head):
        if find_spec("pi_heif") is None:
            return 'is a HEIC photo; run: pip install "ocrpipe[heic]", or convert it to JPEG'
        return "is a damaged HEIC photo; copy it again"
    if head[4:8] == b"ftyp":
        return "is a film or a photo of an unknown kind; convert it to JPEG"
    known = ", ".join(f for f in FORMATS if f != "DIB")
    return f"is not a photo in a known format; convert it to one of {known}"


def decode(image: Image.Image, name: str, max_pixels: int) -> tuple[Image.Image, int]:
    """The current frame of image, decoded and upright, and the EXIF orientation (1..8) that was applied."""
    check_size(*image.size, name, max_pixels)
    with _as_image_error(name), _limit_lifted():
        orientation = _orientation(image)
        image.load()
        # Pillow turns a TIFF by itself while it decodes; what is left to do is what it still announces
        # afterwards.
        turn = _TURNS.get(_orientation(image))
        return (image.transpose(turn) if turn is not None else image), orientation


def count_frames(image: Image.Image, name: str) -> int:
    """How many pages or frames image has."""
    with _as_image_error(name), _limit_lifted():
        return int(getattr(image, "n_frames", 1))


def seek_frame(image: Image.Image, index: int, name: str) -> None:
    """Go to frame index (from 0) of image."""
    with _as_image_error(name), _limit_lifted():
        image.seek(index)


def check_size(
    width: int, height: int, name: str, max_pixels: int, remedy: str = "scale it down, or raise"
) -> None:
    """Raise ImageTooLargeError, which asks for remedy, if width x height is more than max_pixels."""
    if width * height > max_pixels:
        raise ImageTooLargeError(
            f"{name}: {width} x {height} is {width * height / 1e6:.1f} megapixels, over the limit of "
            f"{max_pixels / 1e6:.1f}; {remedy} max_pixels in Python"
        )


@contextmanager
def open_path(path: Path, name: str) -> Iterator[BinaryIO]:
    """path opened for reading; pipes and the like are read to their end first, since decoding seeks."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ImageError(f"{name}: is a folder, not a photo; give the photos in it")
        file: BinaryIO = path.open("rb")
        if not stat.S_ISREG(mode):
            with file:
                file = io.BytesIO(file.read())
    except FileNotFoundError as error:
        if path.is_symlink():
            raise ImageError(f"{name}: is a link to a missing file; restore the file or the link") from error
        raise ImageError(f"{name}: no such file; check the name") from error
    except PermissionError as error:
        raise ImageError(f"{name}: may not be read; change its permissions") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ImageError(
            f"{name}: cannot be opened ({_reason(error)}); check the file and its name"
        ) from error
    with file:
        yield file


def _orientation(image: Image.Image) -> int:
    """EXIF orientation of image, 1..8; 1 where there is none or nonsense: bad EXIF costs no photo."""
    try:
        value = image.getexif().get(0x0112, 1)
    except _DAMAGE:
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


@contextmanager
def _as_image_error(name: str) -> Iterator[None]:
    """What Pillow raises for damaged files as one ImageError line."""
    try:
        yield
    except _DAMAGE as error:
        raise ImageError(f"{name}: {_damaged(error)}") from error


def _damaged(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "does not fit into memory; scale it down"
    return f"is damaged or cut off ({_reason(error)}); copy it again"


def _reason(error: BaseException) -> str:
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split())  # one line, whatever the library said


_lifting = threading.Lock()
_lifters = 0
_pillow_limit: int | None = None


@contextmanager
def _limit_lifted() -> Iterator[None]:
    """Pillow's own size warning and error off, in any number of threads, so that only our limit speaks."""
    global _lifters, _pillow_limit
    with _lifting:
        if _lifters == 0:
            _pillow_limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _lifters += 1
    try:
        yield
    finally:
        with _lifting:
            _lifters -= 1
            if _lifters == 0:
                Image.MAX_IMAGE_PIXELS = _pillow_limit
