"""Words rendered in batches: distances are right, effects match their scalar twins, words say their text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from synth_world import build
from synth_world import renderer as word_renderer

from ocrpipe.device import choose
from ocrpipe.errors import FontError
from ocrpipe.synth import device_effects as effects
from ocrpipe.synth.device_words import DeviceRenderer, background_texture, generator_of
from ocrpipe.synth.fonts import load_faces, open_font
from ocrpipe.synth.phrases import load_phrases
from ocrpipe.synth.sdf_atlas import CELL, EM, PEN, REACH, build_atlas
from ocrpipe.synth.word_plan import BEFORE, Dice, draw_texts
from ocrpipe.train.device_words import on_device
from ocrpipe.weights import load_recognizer
from recognizer.charset import ASCII_94
from recognizer.metrics import normalise as plain

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("world") / "data")


@pytest.fixture(scope="module")
def renderer(data: Path) -> DeviceRenderer:
    return on_device(word_renderer(data), CPU, texts=300)


def grey(seed: int, height: int = 24, width: int = 40) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return np.asarray(cv2.GaussianBlur(rng.uniform(0, 255, (height, width)), (0, 0), 1.5), np.float32)


def stacked(*images: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(np.stack(images))[:, None]


def test_a_field_of_distances_gives_back_the_glyph_it_came_from(data: Path) -> None:
    face = load_faces(data / "fonts")[0]
    atlas = build_atlas([face], "gW8")
    for column, char in enumerate("gW8"):
        cell = atlas.texture[0, 0, :CELL, column * CELL : (column + 1) * CELL]
        image = Image.new("L", (CELL * 2, CELL * 2))
        ImageDraw.Draw(image).text((PEN * 2, PEN * 2), char, fill=255, font=open_font(face.path, EM * 2))
        true = np.asarray(image.resize((CELL, CELL), Image.Resampling.BOX), np.float32) / 255
        assert np.abs((0.5 + cell).clamp(0, 1).numpy() - true).mean() < 0.01
        assert float(cell.abs().max()) <= REACH


def test_faces_that_lack_a_character_are_left_out_and_none_left_is_an_error(data: Path) -> None:
    with pytest.raises(FontError, match="no face among 1 draws all of"):
        build_atlas(load_faces(data / "fonts"), "a\u4e2d")


def test_glyphs_and_texts_are_the_same_however_many_processes_draw_them(data: Path) -> None:
    faces = load_faces(data / "fonts") * 3
    one, three = (build_atlas(faces, "gW8", processes) for processes in (0, 3))
    assert torch.equal(one.texture, three.texture)
    assert torch.equal(one.advance, three.advance)
    phrases = load_phrases(data / "lexicons", ASCII_94)
    some, same = (draw_texts(phrases, ASCII_94, 60, np.random.default_rng(4), n) for n in (0, 2))
    assert torch.equal(some.letters, same.letters)


def test_a_family_of_many_faces_is_drawn_no_oftener_than_another(data: Path) -> None:
    (face,) = load_faces(data / "fonts")
    family = [face, face, face, replace(face, family="another")]
    assert build_atlas(family, "g").share.tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])


def test_documents_are_set_in_the_faces_that_documents_have(data: Path) -> None:
    (face,) = load_faces(data / "fonts")
    kinds = [replace(face, family=kind, category=kind) for kind in ("script", "serif", "mono")]
    assert build_atlas(kinds, "g").printed.tolist() == pytest.approx(
        [0.2 / 3, 0.55 + 0.2 / 3, 0.25 + 0.2 / 3]
    )
    assert build_atlas(kinds[:1], "g").printed.tolist() == [1.0]


def test_texts_drawn_are_never_longer_than_asked(renderer: DeviceRenderer) -> None:
    longest = torch.tensor([1, 3, 25] * 50)
    chosen = renderer.texts.draw(longest, torch.Generator().manual_seed(0))
    assert (renderer.texts.lengths[chosen] <= longest).all()
    assert len(set(chosen.tolist())) > 20


def test_a_texture_is_sampled_where_its_pixels_are() -> None:
    image = grey(0)
    x, y = torch.meshgrid(torch.arange(40) + 0.5, torch.arange(24) + 0.5, indexing="xy")
    found = effects.sample(stacked(image), x[None], y[None])
    assert np.allclose(found[0].numpy(), image, atol=1e-3)
    between = effects.sample(stacked(image), torch.tensor([[[1.0]]]), torch.tensor([[[0.5]]]))
    assert float(between) == pytest.approx((image[0, 0] + image[0, 1]) / 2, abs=1e-3)


def test_round_blur_is_a_gaussian_blur_and_each_image_has_its_own() -> None:
    images, sigma = stacked(grey(1), grey(2)), torch.tensor([0.8, 1.4])
    blurred = effects.blur(images, sigma, sigma, torch.tensor([0.3, 0.0]))
    for image, s, found in zip(images[:, 0].numpy(), (0.8, 1.4), blurred[:, 0].numpy(), strict=True):
        wanted = cv2.GaussianBlur(image, (11, 11), s, borderType=cv2.BORDER_REPLICATE)
        assert np.abs(found - wanted).max() < 0.1


def test_long_blur_smears_along_its_direction_only() -> None:
    images = torch.zeros(1, 1, 21, 21)
    images[0, 0, 10, 10] = 1.0
    smeared = effects.blur(images, torch.tensor([2.0]), torch.tensor([0.0]), torch.tensor([0.0]))[0, 0]
    assert float(smeared[10].sum()) == pytest.approx(1.0, abs=1e-5)
    assert float(smeared[10, 12]) > 0.1


@pytest.mark.parametrize("quality", [30, 50, 90])
def test_jpeg_loses_what_a_jpeg_file_loses(quality: int) -> None:
    image = grey(3).round()
    found = effects.jpeg(stacked(image), torch.tensor([float(quality)]))[0, 0].numpy()
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality]
    wanted = cv2.imdecode(cv2.imencode(".jpg", image.astype(np.uint8), flags)[1], cv2.IMREAD_GRAYSCALE)
    assert np.abs(found - np.asarray(wanted, np.float32)).mean() < 0.5
    assert np.abs(found - image).mean() > 0


def test_light_and_gamma_at_rest_change_nothing() -> None:
    images = stacked(grey(4))
    assert torch.allclose(effects.uneven_light(images, torch.ones(1, 2, 2)), images)
    assert torch.allclose(effects.gamma(images, torch.ones(1)), images, atol=1e-3)


def test_the_same_generator_renders_the_same_pixels(renderer: DeviceRenderer) -> None:
    crops = []
    for _ in range(2):
        generator = generator_of(7, 3, CPU)
        plan = renderer.plan(6, 1.0, generator)
        crops.append(renderer.render(plan, 384, 1.0, generator))
    assert torch.equal(*crops)
    assert crops[0].shape == (6, 1, 32, 384)
    assert 0 <= float(crops[0].min()) < float(crops[0].max()) <= 255


def test_a_source_size_that_is_known_changes_nothing(renderer: DeviceRenderer) -> None:
    plan = renderer.plan(6, 1.0, generator_of(7, 3, CPU))
    source = int(plan.height.max()), int(plan.width.max())
    crops = [renderer.render(plan, 96, 1.0, generator_of(7, 4, CPU), size) for size in (None, source)]
    assert torch.equal(*crops)


def test_without_photos_the_background_is_flat() -> None:
    assert (background_texture([]).shape, float(background_texture([]).abs().max())) == (
        (1, 1, 256, 256),
        0.0,
    )


def test_beyond_its_own_width_a_crop_repeats_its_last_column(renderer: DeviceRenderer) -> None:
    generator = generator_of(1, 0, CPU)
    plan = renderer.plan(8, 0.0, generator)
    crops = renderer.render(plan, 384, 0.0, generator)
    for crop, final in zip(crops[:, 0], plan.final.tolist(), strict=True):
        assert (crop[:, final:] == crop[:, final - 1 : final]).all()


def test_the_box_of_a_plan_holds_the_words_ink(renderer: DeviceRenderer, data: Path) -> None:
    font = open_font(data / "fonts/Aileron.ttf", EM * 2)
    plan = renderer.plan(20, 0.0, generator_of(2, 0, CPU))
    for row, text in enumerate(renderer.spell(plan)):
        left, top, right, bottom = (edge / 2 for edge in font.getmask2(text)[0].getbbox())
        found = plan.box[row]
        assert float(found[2] - found[0]) == pytest.approx(right - left, abs=0.08 * EM)
        assert float(found[3] - found[1]) == pytest.approx(bottom - top, abs=1.0)


def test_clean_words_are_read_by_the_released_weights(renderer: DeviceRenderer) -> None:
    generator = generator_of(5, 0, CPU)
    plan = renderer.plan(48, 0.0, generator)
    crops = renderer.render(plan, 128, 0.0, generator).numpy().astype(np.uint8)
    model, _ = load_recognizer(None, choose("cpu"))
    seen = [np.repeat(crop[0, :, :final, None], 3, 2) for crop, final in zip(crops, plan.final, strict=True)]
    read = [plain(found.text) for found in model.transcribe(seen)]
    true = [plain(text) for text in renderer.spell(plan)]
    assert sum(a == b for a, b in zip(read, true, strict=True)) >= 40


def test_slots_run_from_left_to_right_and_the_word_begins_at_nought(renderer: DeviceRenderer) -> None:
    plan = renderer.plan(30, 1.0, generator_of(4, 0, CPU))
    assert (plan.pen[:, 1:] >= plan.pen[:, :-1]).all()
    starts = ((plan.pen == 0) & (plan.glyph >= 0)).any(dim=1)
    assert starts.all()
    assert plan.glyph.shape[1] > 2 * BEFORE


def test_dice_of_one_seed_fall_alike_and_within_bounds() -> None:
    one, other = (Dice(1000, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(one.uniform(2, 3), other.uniform(2, 3))
    assert float(one.uniform(2, 3).min()) >= 2
    assert float(one.uniform(2, 3).max()) <= 3
    assert set(one.below(4).tolist()) == {0, 1, 2, 3}
    assert 400 < int(one.chance(0.5).sum()) < 600


def test_shares_are_drawn_in_proportion() -> None:
    drawn = Dice(1000, torch.Generator().manual_seed(1)).among(torch.tensor([0.25, 0.0, 0.75]))
    assert (int((drawn == 1).sum()), 200 < int((drawn == 0).sum()) < 300) == (0, True)


def test_texts_hold_only_what_the_atlas_can_draw(data: Path) -> None:
    texts = draw_texts(load_phrases(data / "lexicons", ASCII_94), "opendfr", 200, np.random.default_rng(0))
    assert int(texts.letters.max()) < 7
    assert (texts.lengths[1:] >= texts.lengths[:-1]).all()
