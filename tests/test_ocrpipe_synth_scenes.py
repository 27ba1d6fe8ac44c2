"""ocrpipe.synth.scenes and what it draws with: ink where the quads are, and nowhere else."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from synth_world import scene_renderer

from detectors.targets import fill
from ocrpipe.errors import ImageError
from ocrpipe.synth import clutter, displays, documents
from ocrpipe.synth.camera import photograph, scan
from ocrpipe.synth.fonts import open_font
from ocrpipe.synth.forms import form, number_on_its_side
from ocrpipe.synth.glyphs import glyph, ink
from ocrpipe.synth.scenes import SceneRenderer, finished, load_photos
from ocrpipe.synth.sheet import Placed, Sheet
from ocrpipe.synth.stage import Stage, View, any_view
from ocrpipe.synth.writer import Style

WHITE, BLACK = np.full(3, 255, np.float32), np.zeros(3, np.float32)
STRAIGHT = View(0, 0, 0)


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> SceneRenderer:
    return scene_renderer(tmp_path_factory.mktemp("world") / "data")


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def style(renderer: SceneRenderer, size: int = 20) -> Style:
    return renderer.writer.style(size, generator())


def covered(shape: tuple[int, ...], quads: list[NDArray[np.float32]]) -> NDArray[np.uint8]:
    canvas = np.zeros(shape[:2], np.uint8)
    for quad in quads:
        fill(canvas, quad, 1)
    return canvas


def ink_of(sheet: Sheet, ground: float = 255) -> NDArray[np.bool_]:
    return np.asarray(np.abs(sheet.canvas - ground).max(axis=2) > 1)


def test_ink_fills_its_mask_to_every_edge_and_equals_letters_drawn_one_by_one(
    renderer: SceneRenderer,
) -> None:
    path = style(renderer).path
    for text in ("Ford", "j,", "A"):
        drawn = ink(text, path, 20)
        for edge in (drawn.mask[0], drawn.mask[-1], drawn.mask[:, 0], drawn.mask[:, -1]):
            assert edge.any()
    alone, together = glyph(path, 20, "g"), ink("g", path, 20, tracking=3)
    assert np.array_equal(alone.mask, together.mask)
    assert (alone.left, alone.top, alone.advance) == (together.left, together.top, together.advance)


def test_a_glyph_is_where_and_what_pillow_draws(renderer: SceneRenderer) -> None:
    path = style(renderer).path
    for char in "gM.@":
        mask, offset = open_font(path, 20).getmask2(char)
        box = mask.getbbox()
        one = glyph(path, 20, char)
        assert one.mask.shape == (box[3] - box[1], box[2] - box[0])
        assert (one.left, one.top) == (offset[0] + box[0], offset[1] + box[1])
        assert one.mask.sum() == sum(mask)


def test_a_space_has_no_ink_but_an_advance(renderer: SceneRenderer) -> None:
    blank = ink(" ", style(renderer).path, 20)
    assert blank.mask.size == 0
    assert blank.advance > 0


def test_all_ink_of_a_line_lies_in_its_quads_and_every_quad_holds_some(renderer: SceneRenderer) -> None:
    hand, sheet = style(renderer), Sheet.of(60, 400, WHITE)
    end = sheet.line(["open", "ford", "open,"], hand, 5, 8, 390, BLACK)
    quads = [word.quad for word in sheet.words]
    assert [word.text for word in sheet.words] == ["open", "ford", "open,"]
    assert not (ink_of(sheet) & (covered((60, 400), quads) == 0)).any()
    assert end == pytest.approx(quads[-1][1, 0] - 0.05 * hand.size)
    for first, second in pairwise(quads):
        assert second[0, 0] > first[1, 0]


def test_quads_are_tight_to_a_pixel_and_the_air_around(renderer: SceneRenderer) -> None:
    sheet = Sheet.of(60, 200, WHITE)
    sheet.write("Hg", style(renderer), 10, 10, BLACK)
    rows, columns = np.nonzero(ink_of(sheet))
    (left, top), (right, bottom) = sheet.words[0].quad[0], sheet.words[0].quad[2]
    assert (left, top) == (columns.min() - 1, rows.min() - 1)
    assert (right, bottom) == (columns.max() + 2, rows.max() + 2)


def test_a_word_that_does_not_fit_the_line_is_left_out_and_one_off_the_sheet_too(
    renderer: SceneRenderer,
) -> None:
    sheet = Sheet.of(40, 60, WHITE)
    sheet.line(["open", "openopenopen"], style(renderer), 2, 2, 58, BLACK)
    sheet.write("open", style(renderer), 100, 2, BLACK)
    assert [word.text for word in sheet.words] == ["open"]


@pytest.mark.parametrize(
    "draw", [form, documents.book, documents.menu, documents.receipt, displays.poster, displays.screen]
)
def test_every_kind_of_page_writes_words_that_hold_ink(renderer: SceneRenderer, draw: object) -> None:
    assert callable(draw)
    for seed in range(4):
        sheet: Sheet = draw(renderer.writer, 200, 220, 14, generator(seed))
        assert sheet.canvas.shape == (200, 220, 3)
        assert sheet.words
        for word in sheet.words:
            (left, top), (right, bottom) = word.quad.min(axis=0), word.quad.max(axis=0)
            area = sheet.canvas[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1]
            assert area.size == 0 or np.ptp(area) > 5 or word.contrast < 22


def test_bare_lettering_lies_in_its_quads_straight_or_bent(renderer: SceneRenderer) -> None:
    for seed in range(5):
        for sheet in (
            displays.lettering(renderer.writer, 2, 3, 24, generator(seed)),
            displays.arched(renderer.writer, 24, generator(seed)),
        ):
            assert sheet.coverage is not None
            outside = covered(sheet.coverage.shape, [word.quad for word in sheet.words]) == 0
            assert not (sheet.coverage[outside] > 128).any()
            for word in sheet.words:
                assert sheet.coverage[covered(sheet.coverage.shape, [word.quad]) == 1].max() > 128


def block() -> Sheet:
    """A solid word of bare ink, 50 x 20 px, on a sheet of 90 x 40."""
    sheet = Sheet.decal(40, 90)
    assert sheet.coverage is not None
    sheet.coverage[10:30, 20:70] = 255
    quad = np.array([[20, 10], [70, 10], [70, 30], [20, 30]], np.float32)
    sheet.words.append(Placed("word", quad, 0.0))
    return sheet


def test_a_hung_sheet_paints_its_words_exactly_where_their_quads_are() -> None:
    for seed in range(8):
        stage = Stage(np.full((256, 256, 3), 140, np.float32))
        assert stage.hang(block(), any_view(generator(seed)), generator(seed + 3))
        strokes = np.abs(stage.canvas - 140).max(axis=2) > 25
        inside = covered((256, 256), [stage.words[0].quad]) == 1
        assert strokes[inside].mean() > 0.95
        assert stage.words[0].contrast > 22


def test_seen_straight_a_sheet_keeps_its_size_and_a_turned_one_its_reading_order() -> None:
    stage = Stage(np.full((256, 256, 3), 140, np.float32))
    stage.hang(block(), STRAIGHT, generator())
    stage.hang(block(), View(0, 0, 90), generator())
    upright, turned = (word.quad - word.quad[0] for word in stage.words)
    assert np.allclose(upright, [[0, 0], [50, 0], [50, 20], [0, 20]], atol=1e-3)
    assert np.allclose(turned, [[0, 0], [0, 50], [-20, 50], [-20, 0]], atol=1e-3)


def test_sheets_hang_in_free_places_only_and_leave_the_rest_as_it_was() -> None:
    stage = Stage(np.full((256, 256, 3), 140, np.float32))
    assert stage.hang(block(), STRAIGHT, generator())
    far = np.kron(1 - stage.taken, np.ones((4, 4), np.uint8)).astype(np.uint8)
    far = np.asarray(cv2.erode(far, np.ones((9, 9), np.uint8)))
    assert (stage.canvas[far == 1] == 140).all()
    stage.taken[:] = 1
    before = stage.canvas.copy()
    assert not stage.hang(block(), STRAIGHT, generator())
    assert np.array_equal(stage.canvas, before)
    assert len(stage.words) == 1


def test_a_plate_takes_the_light_of_its_place_and_a_screen_hardly() -> None:
    levels = []
    for glow in (False, True):
        stage = Stage(np.full((128, 128, 3), 20, np.float32))
        stage.hang(Sheet.of(60, 60, WHITE), STRAIGHT, generator(), glow=glow)
        levels.append(float(stage.canvas.max()))
    assert levels[0] < 220 < levels[1]


@pytest.mark.parametrize("kind", ["page", "street"])
def test_scenes_are_square_photos_that_repeat_with_their_generator(
    renderer: SceneRenderer, kind: str
) -> None:
    draw = renderer.page if kind == "page" else renderer.street
    first, again = draw(192, generator(3)), draw(192, generator(3))
    assert (first.image.shape, first.image.dtype.name) == ((192, 192, 3), "uint8")
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.quads, again.quads)
    assert first.texts == again.texts
    assert len(first.quads) == len(first.texts) == len(first.ignored) > 0


def test_some_streets_are_empty_and_some_words_are_ignored(renderer: SceneRenderer) -> None:
    scenes = [renderer.street(192, generator(seed)) for seed in range(60)]
    empty = sum(not len(scene.quads) for scene in scenes)
    assert 1 <= empty <= 18
    ignored = np.concatenate([scene.ignored for scene in scenes])
    assert 0 < ignored.mean() < 0.5


def test_small_faint_blurred_and_hidden_words_are_ignored() -> None:
    quad = np.array([[10, 10], [50, 10], [50, 26], [10, 26]], np.float32)
    image = np.zeros((64, 64, 3), np.uint8)
    plain = Placed("a", quad, 100.0)
    low = Placed("b", quad * np.array([1, 0.3], np.float32), 100.0)
    hidden = np.zeros((64, 64), np.uint8)
    hidden[:, :32] = 1
    assert finished(image, [plain, low, Placed("c", quad, 10.0)], 0.0).ignored.tolist() == [False, True, True]
    assert finished(image, [plain], 3.0).ignored.tolist() == [True]
    assert finished(image, [plain], 0.0, hidden).ignored.tolist() == [True]


def test_cameras_and_scanners_keep_the_shape_and_give_bytes() -> None:
    canvas = generator().uniform(0, 255, (48, 56, 3)).astype(np.float32)
    for seed in range(20):
        for image in (photograph(canvas, generator(seed))[0], scan(canvas, generator(seed))):
            assert (image.shape, image.dtype.name) == ((48, 56, 3), "uint8")


def test_every_kind_of_clutter_fills_its_patch_with_levels() -> None:
    for kind in clutter.KINDS:
        for seed in range(5):
            patch = kind(40, 70, generator(seed))
            assert patch.shape == (40, 70, 3)
            assert np.isfinite(patch).all()
            assert np.ptp(patch) > 0


def test_an_occluder_says_where_it_is() -> None:
    canvas = np.full((96, 96, 3), 250, np.float32)
    hidden = clutter.occlude(canvas, generator(1))
    assert hidden.any()
    assert (canvas[hidden == 0] == 250).all()
    assert (canvas[hidden == 1] != 250).any()


def test_a_number_on_its_side_is_read_from_below_or_above(renderer: SceneRenderer) -> None:
    sheet = Sheet.of(200, 100, WHITE)
    number_on_its_side(sheet, style(renderer), "123456", generator())
    quad = sheet.words[0].quad
    along = quad[1] - quad[0]
    assert abs(along[1]) > 4 * abs(along[0])
    assert not (ink_of(sheet) & (covered((200, 100), [quad]) == 0)).any()


def test_a_folder_without_photos_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no background photo"):
        load_photos(tmp_path)
