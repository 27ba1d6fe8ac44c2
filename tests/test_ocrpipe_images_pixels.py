"""Every Pillow mode and array type becomes the RGB that a person would see."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ocrpipe.images import array_to_rgb, image_to_rgb, load

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
GREY = np.repeat(RAMP[:, :, None], 3, axis=2)
COLOURS = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)


def test_grey_and_one_bit_images_are_spread_over_three_channels() -> None:
    np.testing.assert_array_equal(image_to_rgb(Image.fromarray(RAMP)), GREY)
    bits = Image.fromarray(RAMP > 127)
    assert bits.mode == "1"
    np.testing.assert_array_equal(image_to_rgb(bits)[:, :, 0], np.where(RAMP > 127, 255, 0))


@pytest.mark.parametrize("low_high", [(0, 65535), (1000, 4095), (0, 1023)])
def test_deep_grey_is_stretched_from_its_own_range(low_high: tuple[int, int]) -> None:
    low, high = low_high
    deep = np.rint(low + RAMP.astype(np.float64) / 255 * (high - low))
    for image in (
        Image.fromarray(deep.astype(np.uint16)),
        Image.fromarray(deep.astype(np.int32)),
        Image.fromarray(deep.astype(np.float32)),
    ):
        assert image.mode in ("I;16", "I", "F")
        np.testing.assert_array_equal(image_to_rgb(image), GREY)


def test_sixteen_bit_png_and_tiff_files_are_read_right() -> None:
    for format in ("PNG", "TIFF"):
        file = io.BytesIO()
        Image.fromarray(RAMP.astype(np.uint16) * 16).save(file, format)
        np.testing.assert_array_equal(load(file.getvalue()).pixels, GREY)


def test_flat_deep_grey_has_nothing_to_stretch() -> None:
    assert image_to_rgb(Image.fromarray(np.zeros((2, 2), np.uint16))).max() == 0
    assert set(image_to_rgb(Image.fromarray(np.full((2, 2), 900, np.uint16))).ravel().tolist()) == {128}


def test_nan_and_infinity_do_not_spoil_a_float_image() -> None:
    values = np.array([[0, 1, np.nan], [np.inf, 0.5, -np.inf]], np.float32)
    expected = [[0, 255, 0], [255, 128, 0]]
    assert image_to_rgb(Image.fromarray(values))[:, :, 0].tolist() == expected


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (40, 255), (255, 0), (200, 0)])
def test_transparent_images_are_laid_on_what_keeps_contrast(ink: int, paper: int) -> None:
    alpha = np.zeros((4, 4), np.uint8)
    alpha[1:3, 1:3] = 255
    rgba = np.dstack([np.full((4, 4, 3), ink, np.uint8), alpha])
    for image in (
        Image.fromarray(rgba),
        Image.fromarray(rgba).convert("LA"),
        Image.fromarray(rgba).convert("RGBa"),
    ):
        pixels = image_to_rgb(image)
        np.testing.assert_array_equal(pixels[:, :, 0], np.where(alpha > 0, ink, paper))
    np.testing.assert_array_equal(array_to_rgb(rgba)[:, :, 0], np.where(alpha > 0, ink, paper))


def test_half_transparent_ink_is_mixed() -> None:
    rgba = np.zeros((1, 2, 4), np.uint8)
    rgba[0, :, 3] = [255, 128]
    assert array_to_rgb(rgba)[0, :, 0].tolist() == [0, 127]


def test_a_palette_with_a_transparent_colour_is_composited() -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8))
    image.putpalette([255, 0, 255, 10, 10, 10])  # turns L into P
    file = io.BytesIO()
    image.save(file, "PNG", transparency=0)
    assert load(file.getvalue()).pixels.tolist() == [[[255, 255, 255], [10, 10, 10]]]


def test_an_opaque_palette_keeps_its_colours() -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8))
    image.putpalette([255, 0, 255, 10, 20, 30])
    assert image_to_rgb(image).tolist() == [[[255, 0, 255], [10, 20, 30]]]


def test_a_grey_png_with_a_transparent_value_is_composited() -> None:
    file = io.BytesIO()
    Image.fromarray(np.array([[7, 250]], np.uint8)).save(file, "PNG", transparency=7)
    assert load(file.getvalue()).pixels[0, :, 0].tolist() == [0, 250]


def test_a_cmyk_jpeg_is_not_inverted() -> None:
    cmyk = Image.new("CMYK", (16, 16), (0, 255, 255, 0))  # red ink
    file = io.BytesIO()
    cmyk.save(file, "JPEG", quality=95)
    red, green, blue = load(file.getvalue()).pixels[8, 8].tolist()
    assert red > 240
    assert green < 15
    assert blue < 15


def test_ycbcr_hsv_and_lab_keep_their_colours() -> None:
    image = Image.fromarray(COLOURS)
    for mode in ("YCbCr", "HSV"):
        assert np.abs(image_to_rgb(image.convert(mode)).astype(int) - COLOURS).max() <= 6
    lab = Image.frombytes("LAB", (8, 8), cv2.cvtColor(COLOURS, cv2.COLOR_RGB2LAB).tobytes())
    assert (
        np.abs(image_to_rgb(lab).astype(int) - COLOURS).max() <= 10
    )  # 8-bit LAB cannot hold saturated RGB exactly


@pytest.mark.parametrize(
    "array",
    [
        RAMP,
        RAMP[:, :, None],
        GREY,
        RAMP.astype(np.uint16) * 257,
        RAMP.astype(np.float32) / 255,
        RAMP.astype(np.float64) / 255,
        np.dstack([GREY, np.full((16, 16), 255, np.uint8)]),
        np.dstack([GREY, np.full((16, 16), 255, np.uint8)]).astype(np.uint16) * 257,
    ],
)
def test_the_same_picture_in_any_array_type_gives_the_same_pixels(array: NDArray[Any]) -> None:
    np.testing.assert_array_equal(array_to_rgb(array), GREY)


def test_bool_arrays_are_black_and_white_and_nan_is_black() -> None:
    assert array_to_rgb(np.array([[True, False]]))[0, :, 0].tolist() == [255, 0]
    assert array_to_rgb(np.array([[np.nan, 1.0]]))[0, :, 0].tolist() == [0, 255]


def test_float_arrays_beyond_one_are_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.\.255; scale them to 0\.\.1"):
        array_to_rgb(RAMP.astype(np.float32))


def test_rgb_arrays_are_not_copied() -> None:
    assert np.shares_memory(array_to_rgb(COLOURS), COLOURS)
