"""Photo intake: every source and turn gives the same upright RGB; every broken file gives one clear line."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import threading
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ocrpipe.errors import ImageError, ImageTooLargeError
from ocrpipe.images import FORMATS, MAX_PIXELS, load, load_pages
from ocrpipe.page import ImageInfo, Source

ORIENTATION = 0x0112
LEFT_RED = np.zeros((4, 6, 3), np.uint8)
LEFT_RED[:, :3, 0] = 255
LEFT_RED[0, :, 2] = 255  # the upper edge is marked too, so that no turn or mirror looks like another


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def png() -> bytes:
    return encoded(Image.fromarray(LEFT_RED), "PNG")


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces width x height pixels and holds none."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk


def message(source: Any, **options: Any) -> str:
    with pytest.raises(ImageError) as caught:
        load(source, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_every_kind_of_source_gives_the_same_pixels(tmp_path: Path) -> None:
    path = tmp_path / "sign.png"
    path.write_bytes(png())
    with path.open("rb") as file:
        from_file = load(file)
    sources = [load(s) for s in (path, str(path), png(), Image.fromarray(LEFT_RED), LEFT_RED)]
    for photo in [from_file, *sources]:
        np.testing.assert_array_equal(photo.pixels, LEFT_RED)
        assert photo.info == ImageInfo(6, 4, 1)


def test_a_photo_says_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "sign.png"
    path.write_bytes(png())
    assert load(path).source == Source(str(path), 1, 1, "PNG")
    assert load(png()).source == Source("<bytes>", 1, 1, "PNG")
    assert load(io.BytesIO(png())).source.path == "<file>"
    assert load(LEFT_RED).source == Source("<array>", 1, 1, None)
    assert load(Image.fromarray(LEFT_RED)).source.path == "<image>"
    assert load(png(), name="camera 1").source.path == "camera 1"


@pytest.mark.parametrize("format", sorted({*FORMATS} - {"DIB"}))
def test_every_format_is_read_and_named(format: str) -> None:
    colours = np.kron(LEFT_RED, np.ones((16, 16, 1), np.uint8))
    photo = load(encoded(Image.fromarray(colours), format))
    assert photo.source.format == format
    assert (
        np.abs(photo.pixels[8::16, 8::16].astype(int) - LEFT_RED).max() <= 60
    )  # some are lossy, GIF has a palette


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "F"])
def test_every_kind_of_portable_map_is_read(mode: str) -> None:
    photo = load(encoded(Image.new(mode, (5, 4)), "PPM"))
    assert (photo.source.format, photo.pixels.shape) == ("PPM", (4, 5, 3))


def test_a_pipe_that_cannot_seek_is_read(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation("pipe")

    np.testing.assert_array_equal(load(Pipe(png())).pixels, LEFT_RED)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_exactly_once(format: str, orientation: int) -> None:
    seen = LEFT_RED
    stored = {
        1: seen,
        2: seen[:, ::-1],
        3: seen[::-1, ::-1],
        4: seen[::-1],
        5: seen.swapaxes(0, 1),
        6: np.rot90(seen),
        7: seen[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(seen, -1),
    }[orientation]
    stored = np.kron(stored, np.ones((16, 16, 1), np.uint8))  # whole JPEG blocks keep their colour
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if format == "WEBP" else {}
    data = encoded(Image.fromarray(stored), format, exif=exif, **options)
    for source in (data, Image.open(io.BytesIO(data))):
        photo = load(source)
        assert photo.info == ImageInfo(96, 64, orientation)
        centres = photo.pixels[8::16, 8::16].astype(int)
        assert np.abs(centres - LEFT_RED).max() <= (40 if format == "JPEG" else 0)


@pytest.mark.parametrize("value", [0, 9, 65535, "six", float("nan"), (6, 6)])
def test_a_senseless_orientation_costs_no_photo(value: Any) -> None:
    image = Image.fromarray(LEFT_RED)
    image.getexif()[ORIENTATION] = value
    photo = load(image)
    np.testing.assert_array_equal(photo.pixels, LEFT_RED)
    assert photo.info.exif_orientation == 1


def test_malformed_exif_costs_no_photo() -> None:
    for exif in (b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0junk", b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01"):
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # Pillow tells about the EXIF; the photo is what counts
            photo = load(encoded(Image.fromarray(LEFT_RED), "PNG", exif=exif))
        np.testing.assert_array_equal(photo.pixels, LEFT_RED)


def test_many_pages_come_one_by_one_and_load_takes_the_first() -> None:
    frames = [Image.new("RGB", (3 + i, 2), (80 * i, 0, 0)) for i in range(3)]
    data = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    pages = list(load_pages(data))
    assert [p.source for p in pages] == [Source("<bytes>", k, 3, "TIFF") for k in (1, 2, 3)]
    assert [p.info.width for p in pages] == [3, 4, 5]
    assert [int(p.pixels[0, 0, 0]) for p in pages] == [0, 80, 160]
    assert load(data).info.width == 3


def test_every_frame_of_a_gif_is_a_page() -> None:
    frames = [Image.new("L", (4, 4), v) for v in (0, 255, 0)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert [int(p.pixels[0, 0, 0]) for p in load_pages(data)] == [0, 255, 0]


def test_the_second_picture_of_a_phone_photo_is_no_page() -> None:
    two = [Image.new("RGB", (16, 16), "white"), Image.new("RGB", (8, 8))]
    data = encoded(two[0], "MPO", save_all=True, append_images=two[1:])
    assert [p.info for p in load_pages(data)] == [ImageInfo(16, 16)]


def test_a_header_of_a_hundred_megapixels_is_refused_before_decoding() -> None:
    assert message(png_header(10_000, 10_000), name="h.png") == (
        "h.png: 10000 x 10000 is 100.0 megapixels, over the limit of 89.5; scale it down, or raise"
        " max_pixels in Python"
    )
    with pytest.raises(ImageTooLargeError):
        load(png_header(2**31 - 1, 2**31 - 1))


def test_an_eighty_megapixel_scan_is_within_the_limit_without_a_warning() -> None:
    assert MAX_PIXELS > 9_000 * 9_000
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError, match="damaged or cut off"):
            load(png_header(9_000, 9_000))


def test_only_our_limit_speaks_when_it_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load(png()).info == ImageInfo(6, 4)
        assert load(png(), max_pixels=24).info == ImageInfo(6, 4)
    assert vars(Image)["MAX_IMAGE_PIXELS"] == 4
    with pytest.raises(ImageTooLargeError):
        load(png(), max_pixels=23)
    with pytest.raises(ImageTooLargeError):
        load(LEFT_RED, max_pixels=23)


def test_pillows_own_limit_is_back_after_loading_in_many_threads() -> None:
    before = Image.MAX_IMAGE_PIXELS
    threads = [threading.Thread(target=load, args=(png(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vars(Image)["MAX_IMAGE_PIXELS"] == before


def test_each_broken_file_is_one_line_that_says_what_is_wrong(tmp_path: Path) -> None:
    def file(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    jpeg = encoded(Image.effect_noise((64, 64), 50), "JPEG")
    folder = tmp_path / "folder.jpg"
    folder.mkdir()
    link = tmp_path / "link.jpg"
    link.symlink_to(tmp_path / "gone.jpg")
    expected = {
        file("empty.jpg", b""): "the file is empty",
        file("text.jpg", b"not a photo at all"): "is not a photo in a known format",
        file("cut.jpg", jpeg[: len(jpeg) // 2]): "is damaged or cut off",
        file("cut.png", png()[:50]): "is damaged or cut off",
        file("header.png", png()[:33]): "is damaged or cut off",
        file("page.jpg", b"%PDF-1.7 and so on"): "is a damaged PDF (Data format error)",
        file("phone.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"): "is a damaged HEIC photo",
        folder: "is a folder, not a photo",
        link: "is a link to a missing file",
        tmp_path / "missing.jpg": "no such file",
    }
    for path, reason in expected.items():
        assert message(path).startswith(f"{path}: {reason}")
        assert "; " in message(path)  # what to do about it
    assert message("nul\0.jpg").startswith("nul\0.jpg: cannot be opened")
    assert message(io.StringIO("text")) == "<file>: is open as text; open it with mode 'rb'"


def test_a_file_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "locked.jpg"
    path.write_bytes(png())
    monkeypatch.setattr(Path, "open", refuse)  # root may read everything, so the refusal is played
    assert message(path) == f"{path}: may not be read; change its permissions"


def test_damage_on_a_later_page_comes_after_the_pages_before_it() -> None:
    frames = [Image.effect_noise((32, 32), 50) for _ in range(2)]
    data = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    pages = load_pages(data[:-600], name="fax.tif")
    assert next(pages).source.page == 1
    with pytest.raises(ImageError, match=r"^fax\.tif, page 2: is damaged"):
        next(pages)


@pytest.mark.parametrize(
    "format", ["JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF", "PPM", "JPEG2000", "AVIF", "QOI"]
)
def test_damaged_files_of_every_format_end_in_an_image_error(format: str) -> None:
    rng = random.Random(format)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    options = {"exif": exif} if format in ("JPEG", "PNG", "WEBP", "TIFF") else {}
    whole = encoded(Image.effect_noise((24, 24), 60).convert("RGB"), format, **options)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(min(len(data), 300))] = rng.randrange(256)
        data = data[: rng.randrange(1, len(data))] if rng.random() < 0.3 else data
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            with contextlib.suppress(ImageError):  # anything else fails the test
                assert all(p.pixels.dtype == np.uint8 for p in load_pages(bytes(data), max_pixels=10**5))


@pytest.mark.parametrize(
    "array",
    [np.zeros((2, 2, 2), np.uint8), np.zeros((0, 4), np.uint8), np.zeros(3), np.zeros((2, 2), np.int64)],
)
def test_an_array_that_is_no_photo_is_an_image_error(array: NDArray[Any]) -> None:
    assert message(array).startswith("<array>: ")
