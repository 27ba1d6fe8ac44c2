"""Rendered words: their shape, their ink, and that a seed tells everything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synth_world import build, renderer

from ocrpipe.errors import ImageError
from ocrpipe.synth import effects
from ocrpipe.synth.fonts import FontPool, open_font
from ocrpipe.synth.raster import Raster, beside, rasterise
from ocrpipe.synth.words import document_faces, load_backgrounds


def test_crops_are_grey_32_px_high_and_say_their_text(tmp_path: Path) -> None:
    words = renderer(build(tmp_path))
    rng = np.random.default_rng(0)
    for difficulty in (0.0, 0.5, 1.0):
        for _ in range(40):
            for word in words.render(rng, difficulty, looks=2):
                assert word.crop.dtype == np.uint8
                assert word.crop.shape[0] == 32
                assert 8 <= word.crop.shape[1] <= 384
                assert 1 <= len(word.text) <= 25


def test_easy_words_are_short_and_of_strong_contrast(tmp_path: Path) -> None:
    words = renderer(build(tmp_path))
    rng = np.random.default_rng(1)
    easy = [words.render(rng, 0.0)[0] for _ in range(50)]
    assert max(len(word.text) for word in easy) <= 5
    assert min(int(np.ptp(word.crop)) for word in easy) >= 100


def test_the_same_seed_renders_the_same_pixels(tmp_path: Path) -> None:
    words = renderer(build(tmp_path))
    first, second = (words.render(np.random.default_rng(3), 1.0, looks=2) for _ in range(2))
    assert [word.text for word in first] == [word.text for word in second]
    assert all(np.array_equal(a.crop, b.crop) for a, b in zip(first, second, strict=True))


def test_two_looks_share_the_text_and_differ_in_light(tmp_path: Path) -> None:
    one, other = renderer(build(tmp_path)).render(np.random.default_rng(4), 1.0, looks=2)
    assert (one.text, one.crop.shape) == (other.text, other.crop.shape)
    assert not np.array_equal(one.crop, other.crop)


def test_the_box_of_a_raster_holds_exactly_the_ink(tmp_path: Path) -> None:
    font = open_font(build(tmp_path) / "fonts/Aileron.ttf", 30)
    for spacing in (0.0, 6.0):
        raster = rasterise("Ford", font, spacing)
        assert raster is not None
        rows, columns = np.nonzero(raster.mask)
        assert raster.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert rasterise(" ", font) is None


def test_letter_spacing_widens_a_word_by_the_gaps(tmp_path: Path) -> None:
    font = open_font(build(tmp_path) / "fonts/Aileron.ttf", 30)
    widths = []
    for spacing in (0.001, 5.0):
        raster = rasterise("HHHH", font, spacing)
        assert raster is not None
        widths.append(raster.box[2] - raster.box[0])
    assert widths[1] - widths[0] == 15


def test_words_in_a_row_are_parted_by_spaces_as_wide_as_asked(tmp_path: Path) -> None:
    words = renderer(build(tmp_path)).render(np.random.default_rng(5), 1.0, 2, words=3)
    assert [w.text.count(" ") for w in words] == [2, 2]
    font = open_font(tmp_path / "fonts/Aileron.ttf", 40)
    wide, usual = rasterise("ab cd", font, gap=3.0), rasterise("ab cd", font)
    assert wide is not None
    assert usual is not None
    assert (wide.box[2] - wide.box[0]) - (usual.box[2] - usual.box[0]) == pytest.approx(
        2 * font.getlength(" "), abs=1.5
    )


@pytest.mark.parametrize(
    ("where", "column", "row"), [("left", 1, 5), ("right", 8, 5), ("above", 5, 1), ("below", 5, 8)]
)
def test_a_neighbour_stands_where_it_is_put(where: str, column: int, row: int) -> None:
    word = Raster(np.zeros((10, 10), np.uint8), (4, 4, 6, 6))
    other = Raster(np.full((2, 2), 255, np.uint8), (0, 0, 2, 2))
    joined = beside(word, other, where, gap=1)
    assert joined.box == word.box
    assert joined.mask[row, column] == 255 or joined.mask[row - 1, column - 1] == 255
    assert int((joined.mask > 0).sum()) == 4


def test_effects_keep_the_shape_and_stay_finite() -> None:
    rng = np.random.default_rng(0)
    image = rng.uniform(0, 255, (17, 43)).astype(np.float32)
    changed = [
        effects.uneven_light(image, rng), effects.defocus(image, 1.2), effects.motion_blur(image, rng, 5),
        effects.noise(image, rng, 9.0), effects.jpeg(image, 40), effects.gamma(image, 0.7),
        effects.threshold_softly(image, rng),
    ]  # fmt: skip
    assert all(c.shape == image.shape and c.dtype == np.float32 and np.isfinite(c).all() for c in changed)
    assert np.array_equal(effects.gamma(image, 1.0), image) or np.allclose(
        effects.gamma(image, 1.0), image, atol=1e-3
    )


def test_blur_keeps_a_flat_picture_flat() -> None:
    flat = np.full((12, 30), 90, np.float32)
    assert np.allclose(effects.motion_blur(flat, np.random.default_rng(0), 5), 90, atol=1e-3)
    assert np.allclose(effects.defocus(flat, 2.0), 90, atol=1e-3)


def test_a_folder_without_backgrounds_says_so(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no background photo of 64 px or more"):
        load_backgrounds(tmp_path)


def test_documents_are_set_in_text_faces_mostly_and_typed_often(tmp_path: Path) -> None:
    words = renderer(build(tmp_path / "data"))
    (face,) = words.fonts.faces
    kinds = ("script", "serif", "typewriter")
    asked = [replace(face, family=kind, category=kind) for kind in kinds]
    rng, drawn = np.random.default_rng(0), FontPool(asked, words.fonts.characters)
    found = [drawn.draw("Ford", rng, document_faces(rng)).category for _ in range(600)]
    shares = [found.count(kind) / 600 for kind in kinds]
    assert shares == pytest.approx([0.2 / 3, 0.55 + 0.2 / 3, 0.25 + 0.2 / 3], abs=0.05)
