"""The overlay: colours by score, labels beside words and apart, the facing page, the legend, PNG files."""

from __future__ import annotations

import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, features

from ocrpipe.errors import OutputError, ResultError
from ocrpipe.overlay import draw, save
from ocrpipe.overlay.colours import PAPER, STEPS, colour, legend, tint
from ocrpipe.overlay.facing import facing_page
from ocrpipe.overlay.fonts import font
from ocrpipe.overlay.layout import extents, place_labels, word_height
from ocrpipe.page import ImageInfo, Page, Source, Word

GREY = 120


def photo(width: int, height: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), GREY, np.uint8)


def box(x: float, y: float, width: float, height: float) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def page(*words: Word, size: tuple[int, int] = (640, 480)) -> Page:
    return Page(Source("photo.jpg"), ImageInfo(*size), words)


def word(text: str, quad: tuple[tuple[float, float], ...], confidence: float = 0.9) -> Word:
    return Word(0, 0, text, confidence, 0.99, quad)


def dense(count: int, width: int, height: int) -> Page:
    """A grid of words in close lines."""
    words = (
        Word(i, 0, f"word{i}", i / count, 0.9, box(10 + i % 12 * 100, 20 + i // 12 * 40, 84, 24))
        for i in range(count)
    )
    return page(*words, size=(width, height))


def quads_of(*boxes: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    return np.array(boxes, np.float64).reshape(-1, 4, 2)


def where_nearly(picture: NDArray[np.uint8], rgb: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Where picture has nearly that colour (lines are smoothed): (H, W)."""
    return np.asarray(np.abs(picture.astype(int) - rgb).sum(axis=2) < 150)


@pytest.mark.parametrize(
    ("score", "step"), [(1.0, 0), (0.95, 0), (0.9499, 1), (0.8, 1), (0.5, 2), (0.4999, 3), (0.0, 3)]
)
def test_each_score_has_the_colour_of_its_step(score: float, step: int) -> None:
    assert colour(score) == STEPS[step][1]


def test_dark_letters_contrast_on_every_label() -> None:
    for _, shade in STEPS:
        linear = (np.array(tint(shade)) / 255) ** 2.2
        assert (linear @ [0.2126, 0.7152, 0.0722] + 0.05) / 0.055 > 7  # WCAG 2.2, level AAA


def test_colours_differ_for_eyes_that_lack_red_or_green_receptors() -> None:
    # Vienot, Brettel and Mollon 1999, "Digital video colourmaps for checking the legibility of displays by
    # dichromats": linear RGB as a protanope and as a deuteranope sees it.
    for first, second in [
        ((0.11238, 0.88762), (0.00401, -0.00401)),
        ((0.29275, 0.70725), (-0.02234, 0.02234)),
    ]:
        matrix = np.array([[*first, 0.0], [*first, 0.0], [*second, 1.0]])
        seen = [matrix @ (np.array(shade) / 255) ** 2.2 for _, shade in STEPS]
        assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 0.1


def test_labels_are_set_in_a_truetype_face() -> None:
    assert features.check("freetype2")
    assert font(16).getname() == ("Aileron", "Regular")


def test_a_page_without_words_is_the_photo_and_a_legend() -> None:
    image = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    drawn = draw(image, page())
    assert np.array_equal(drawn[:480], image)
    assert drawn.shape[0] > 480
    assert drawn.shape[1:] == (640, 3)


def test_the_given_photo_is_left_as_it_is() -> None:
    image = photo(640, 480)
    draw(image, page(word("FORD", box(200, 200, 100, 40))))
    assert (image == GREY).all()


def test_a_word_is_outlined_outside_its_quad_in_the_colour_of_its_confidence() -> None:
    drawn = draw(photo(640, 480), page(word("FORD", box(200, 200, 100, 40), 0.99)))[:480]
    where = np.argwhere(where_nearly(drawn, STEPS[0][1]))
    assert where.max(axis=0).tolist() == [242, 302]
    assert (drawn[201:239, 201:299] == GREY).all()


def test_a_detection_without_text_is_coloured_by_its_detection_score_and_has_no_label() -> None:
    drawn = draw(photo(640, 480), page(word("", box(200, 200, 100, 40), 0.0)))[:480]
    assert where_nearly(drawn, STEPS[0][1]).any()
    assert (drawn[:190] == GREY).all()


def test_the_label_stands_above_its_word_where_that_is_free() -> None:
    placed = place_labels(quads_of(box(200, 200, 100, 40)), np.array([[(60.0, 20.0)]]), 640, 480, gap=2)
    assert placed.boxes.tolist() == [[200, 178, 260, 198]]
    assert placed.hiding.tolist() == [0]


def test_the_label_goes_below_where_another_word_is_above() -> None:
    quads = quads_of(box(200, 200, 100, 40), box(150, 160, 300, 36))
    placed = place_labels(quads, np.array([[(60.0, 20.0)], [(60.0, 20.0)]]), 640, 480, gap=2)
    assert placed.boxes.tolist() == [[200, 242, 260, 262], [150, 138, 210, 158]]


def test_the_label_of_a_word_at_the_top_goes_below_it() -> None:
    placed = place_labels(quads_of(box(200, 0, 100, 40)), np.array([[(60.0, 20.0)]]), 640, 480, gap=2)
    assert placed.boxes.tolist() == [[200, 42, 260, 62]]


def test_the_label_of_a_word_that_fills_the_picture_lies_on_it() -> None:
    placed = place_labels(quads_of(box(0, 0, 100, 30)), np.array([[(60.0, 20.0)]]), 100, 30, gap=2)
    x0, y0, x1, y1 = placed.boxes[0]
    assert 0 <= x0 < x1 <= 100
    assert 0 <= y0 < y1 <= 30


def test_a_label_shrinks_where_only_a_smaller_one_fits() -> None:
    walls = [box(0, 0, 300, 76), box(0, 124, 300, 76), box(0, 76, 100, 48), box(180, 76, 120, 48)]
    quads = quads_of(box(100, 96, 80, 28), *walls)
    sizes = np.zeros((5, 2, 2))
    sizes[0] = [(70, 30), (50, 16)]
    placed = place_labels(quads, sizes, 300, 200, gap=2)
    assert placed.steps[0] == 1
    assert placed.boxes[0].tolist() == [100, 78, 150, 94]
    assert placed.boxes[1:].tolist() == [[0, 0, 0, 0]] * 4


def test_labels_of_neighbours_do_not_lie_on_each_other_or_on_words() -> None:
    quads = quads_of(*(box(20 + i % 6 * 100, 60 + i // 6 * 60, 90, 24) for i in range(30)))
    sizes = np.tile(np.array([[(110.0, 20.0), (94.0, 17.0), (77.0, 14.0)]]), (30, 1, 1))
    placed = place_labels(quads, sizes, 640, 400, gap=2)
    assert placed.hiding.tolist() == [0] * 30
    words = [(*quad[0], *quad[2]) for quad in quads]
    for a, b in combinations([*map(tuple, placed.boxes), *words], 2):
        assert min(a[2], b[2]) - max(a[0], b[0]) <= 1e-9 or min(a[3], b[3]) - max(a[1], b[1]) <= 1e-9


def test_labels_of_turned_words_touch_them_and_stay_in_the_picture() -> None:
    angles = np.radians(np.arange(0, 360, 15))
    flat = np.array([(-40, -10), (40, -10), (40, 10), (-40, 10)], np.float64)
    turns = [np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) for a in angles]
    for turn in turns:
        placed = place_labels((flat @ turn + 100)[None], np.array([[(50.0, 14.0)]]), 200, 200, gap=2)
        assert placed.hiding.tolist() == [0]
        assert (placed.boxes >= 0).all()
        assert (placed.boxes <= 200).all()


def test_no_labels_are_placed_for_no_words() -> None:
    placed = place_labels(np.zeros((0, 4, 2)), np.zeros((0, 3, 2)), 10, 10, gap=1)
    assert (placed.boxes.shape, placed.steps.shape, placed.hiding.shape) == ((0, 4), (0,), (0,))


def test_small_words_make_the_photo_larger_and_large_ones_do_not() -> None:
    small, large = page(word("a", box(9, 9, 30, 8))), page(word("a", box(9, 9, 90, 24)))
    assert draw(photo(640, 480), small).shape[:2] > (1440, 1920)
    assert draw(photo(640, 480), small).shape[1] == 1920  # three times, for 8 pixels to become 24
    assert draw(photo(640, 480), large).shape[1] == 640


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 300), (300, 1), (100, 32), (4000, 30)])
@pytest.mark.parametrize("text", ["", "a", "averyverylongword" * 20])
def test_pictures_of_any_shape_can_be_drawn(width: int, height: int, text: str) -> None:
    words = page(word(text, box(0, 0, width, height)), size=(width, height))
    drawn = draw(photo(width, height), words)
    assert (drawn.ndim, drawn.dtype.name, drawn.shape[2]) == (3, "uint8", 3)
    assert drawn.shape[0] > height


def test_a_quad_without_area_or_partly_outside_can_be_drawn() -> None:
    words = page(
        word("point", ((5, 5),) * 4), word("line", box(9, 9, 50, 0)), word("out", box(-30, -30, 60, 40))
    )
    assert draw(photo(640, 480), words).shape[2] == 3


def test_a_dense_page_faces_its_text_and_a_sparse_one_carries_labels() -> None:
    crowded = draw(photo(1280, 640), dense(150, 1280, 640))
    sparse = draw(photo(1280, 640), dense(8, 1280, 640))
    assert crowded.shape[0] > 2 * 640
    assert sparse.shape[0] < 720


def test_the_facing_page_lies_right_of_a_tall_photo_and_below_a_wide_one() -> None:
    tall = draw(photo(640, 700), page(word("FORD", box(99, 99, 99, 30)), size=(640, 700)), facing=True)
    wide = draw(photo(700, 640), page(word("FORD", box(99, 99, 99, 30)), size=(700, 640)), facing=True)
    assert tall.shape[1] == 1280
    assert wide.shape[1] == 700
    assert wide.shape[0] > 1280
    assert draw(photo(1280, 640), dense(150, 1280, 640), facing=False).shape[0] < 720


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 30])
def test_text_on_the_facing_page_stays_inside_its_turned_quad(degrees: int) -> None:
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    quad = np.array([(-60, -15), (60, -15), (60, 15), (-60, 15)], np.float64) @ matrix + 100
    drawn = facing_page(["Wg,"], quad[None], [STEPS[0][1]], 200, 200)
    back = (np.argwhere(drawn.astype(int).sum(axis=2) < 200)[:, ::-1] + 0.5 - 100) @ matrix.T
    assert len(back) > 100
    assert (np.abs(back) <= (61, 16)).all()


def test_text_in_a_tall_quad_that_nobody_turned_runs_downwards() -> None:
    upright = facing_page(["81619511"], quads_of(box(80, 20, 20, 120)), [STEPS[0][1]], 200, 200)
    turned = np.array([[(100, 20), (100, 140), (80, 140), (80, 20)]], np.float64)
    assert np.array_equal(upright, facing_page(["81619511"], turned, [STEPS[0][1]], 200, 200))


def test_the_facing_page_of_no_words_is_blank() -> None:
    assert (facing_page([], np.zeros((0, 4, 2)), [], 30, 20) == PAPER).all()


def test_the_legend_shows_every_step_and_drops_what_does_not_fit() -> None:
    strip = legend(900, "3 words   confidence:", [0.99, 0.7, 0.1])
    assert all(where_nearly(strip, shade).any() for _, shade in STEPS)
    assert (legend(4, "3 words   confidence:", [0.99]) == PAPER).all()


def test_a_result_of_another_photo_is_refused_with_both_sizes() -> None:
    with pytest.raises(ResultError, match=r"^photo\.jpg: .* 640 x 480 pixels, this one has 30 x 20;"):
        draw(photo(30, 20), page())


def test_the_same_page_is_drawn_alike_every_time() -> None:
    words = dense(40, 1280, 640)
    assert np.array_equal(draw(photo(1280, 640), words), draw(photo(1280, 640), words))


def test_a_dense_page_is_drawn_well_under_a_second_of_processor_time() -> None:
    words = dense(150, 1280, 640)
    began = time.process_time()
    draw(photo(1280, 640), words)
    assert time.process_time() - began < 1.0


def test_extents_are_along_and_across_the_text_and_height_is_the_shorter() -> None:
    quad = quads_of(box(3, 4, 10, 30))[0]
    assert extents(quad) == (10, 30)
    assert word_height(quad) == 10


def test_a_saved_picture_holds_the_same_pixels_and_always_the_same_bytes(tmp_path: Path) -> None:
    image = np.random.default_rng(1).integers(0, 256, (9, 7, 3), np.uint8)
    save(image, tmp_path / "a.png")
    save(image, tmp_path / "b.png")
    with Image.open(tmp_path / "a.png") as saved:
        assert saved.format == "PNG"
        assert np.array_equal(np.array(saved), image)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_a_picture_that_cannot_be_written_is_one_clear_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"a\.png: cannot be written: No such file"):
        save(photo(2, 2), tmp_path / "gone" / "a.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError, match=r"folder\.png: cannot be written: Is a directory"):
        save(photo(2, 2), tmp_path / "folder.png")
    assert [file.name for file in tmp_path.iterdir()] == ["folder.png"]
