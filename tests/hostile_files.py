"""Files as a large folder of photos holds them sooner or later, and what the record of each must say."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

Maker = Callable[[Path], object]


def photo() -> bytes:
    """A small JPEG of noise."""
    pixels = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG whose header announces width x height, with chunks and no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    whole = b"\x89PNG\r\n\x1a\n"
    for name, data in ((b"IHDR", header), *chunks):
        whole += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return whole


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere to be found.jpg"))


def _unreadable(path: Path) -> None:
    """A file that its reader may not open; root may open all, so for root a link that leads to itself."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        path.symlink_to(path.name)
    else:
        path.write_bytes(photo())
        path.chmod(0)


def _zip_bomb(path: Path) -> None:
    """20 MB of text in 20 kB, in front of the pixels."""
    path.write_bytes(png(64, 48, (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(20 << 20), 9))))


# By name: how to make it, and the type of the error in its record.
HOSTILE: dict[str, tuple[Maker, str]] = {
    "empty.jpg": (lambda path: path.write_bytes(b""), "ImageError"),
    "truncated.jpg": (lambda path: path.write_bytes(photo()[:300]), "ImageError"),
    "text.jpg": (lambda path: path.write_bytes(b"Dear diary, no photo today."), "ImageError"),
    "huge.png": (lambda path: path.write_bytes(png(60_000, 60_000)), "ImageTooLargeError"),
    "unreadable.jpg": (_unreadable, "ImageError"),
    "dangling.jpg": (_dangling, "ImageError"),
    "folder.jpg": (lambda path: path.mkdir(), "ImageError"),
    "bomb.png": (_zip_bomb, "ImageError"),
}


def nan_exif(path: Path) -> None:
    """A good photo whose EXIF data has numbers that are none: it is to be read all the same."""
    exif = Image.Exif()
    exif[0x011A] = IFDRational(0, 0)  # XResolution
    exif[0x0112] = 60_000  # Orientation
    with Image.open(io.BytesIO(photo())) as image:
        image.save(path, "JPEG", exif=exif)


def add_hostile(folder: Path, count: int) -> dict[str, str]:
    """Put count hostile files into folder, of all kinds in turn; the error type of each, by its path."""
    expected = {}
    kinds = list(HOSTILE.items())
    for i in range(count):
        name, (make, error) = kinds[i % len(kinds)]
        path = folder / f"bad {i // len(kinds)} {name}"
        make(path)
        expected[str(path)] = error
    return expected
