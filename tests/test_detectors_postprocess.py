"""detectors.targets and detectors.postprocess, each the inverse of the other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.geometry import quad_iou, shrink, sides
from detectors.postprocess import Decision, grow_distance, pixel_margin, postprocess
from detectors.targets import SHRINK_RATIO, make_targets


def rectangle(
    centre: tuple[float, float], width: float, height: float, degrees: float
) -> NDArray[np.float32]:
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2)
    angle = np.deg2rad(degrees)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(corners @ spin.T + centre, np.float32)


def round_trip(quads: NDArray[np.float32], decision: Decision | None = None) -> NDArray[np.float32]:
    targets = make_targets(quads, np.zeros(len(quads), np.bool_), 400, 400)
    return postprocess(targets.score.astype(np.float32), decision).quads


@pytest.mark.parametrize("degrees", [0, 3, 17, 40, -12, -40])
@pytest.mark.parametrize(("width", "height"), [(40, 24), (90, 24), (200, 30), (150, 60), (300, 40)])
def test_postprocess_gives_back_the_quads_that_targets_were_made_from(
    width: float, height: float, degrees: float
) -> None:
    quad = rectangle((200.3, 199.6), width, height, degrees)
    found = round_trip(quad[None])
    assert len(found) == 1
    assert quad_iou(found[0], quad) > 0.9
    assert np.abs(found[0] - quad).max() < 2.5  # the same corner first


def test_small_words_come_back_too_if_less_exactly() -> None:
    quad = rectangle((50.5, 50.5), 40, 10, 0)
    assert quad_iou(round_trip(quad[None])[0], quad) > 0.8


def test_neighbouring_words_come_back_apart() -> None:
    quads = np.stack([rectangle((60 + 90 * i, 100), 84, 30, 0) for i in range(3)])
    found = sorted(round_trip(quads), key=lambda quad: float(quad[0, 0]))
    assert [quad_iou(a, b) > 0.9 for a, b in zip(found, quads, strict=True)] == [True] * 3


def test_an_empty_map_gives_no_words() -> None:
    assert len(postprocess(np.zeros((64, 64), np.float32))) == 0
    assert len(round_trip(np.zeros((0, 4, 2), np.float32))) == 0


def test_a_word_scores_the_mean_of_the_map_over_its_core_and_the_best_comes_first() -> None:
    score = np.zeros((60, 120), np.float32)
    score[20:30, 10:40] = 0.75
    score[20:30, 60:100] = 0.5
    score[20:30, 80:100] = 1.0
    found = postprocess(score)
    assert found.scores.tolist() == [0.75, 0.75]
    score[20:30, 10:40] = 1.0
    assert postprocess(score).scores.tolist() == [1.0, 0.75]


def test_parts_below_the_box_threshold_are_no_words() -> None:
    score = np.zeros((60, 120), np.float32)
    score[20:30, 10:40] = 0.4
    assert len(postprocess(score)) == 0
    assert len(postprocess(score, Decision(box_threshold=0.3))) == 1


def test_specks_are_dropped_by_size() -> None:
    score = np.zeros((60, 60), np.float32)
    score[20, 20] = 1.0
    assert len(postprocess(score, Decision(min_size=3))) == 0
    assert len(postprocess(score, Decision(min_size=0))) == 1


def test_a_thin_line_keeps_its_direction() -> None:
    score = np.zeros((60, 120), np.float32)
    score[30, 20:100] = 1.0
    width, height = sides(postprocess(score, Decision(min_size=0)).quads[0])
    assert (round(width) > 80, height < 5) == (True, True)


def test_unclip_ratio_scales_the_growth_only() -> None:
    quad = rectangle((100, 100), 100, 30, 0)
    tight = round_trip(quad[None], Decision(unclip_ratio=0))[0]
    inner = shrink(quad, SHRINK_RATIO)
    assert inner is not None
    assert quad_iou(tight, inner) > 0.9


def test_grow_distance_undoes_the_shrinking_exactly() -> None:
    width, height, ratio = np.array([30.0, 100.0, 10.0]), np.array([30.0, 20.0, 80.0]), 0.4
    distance = width * height * (1 - ratio**2) / (2 * (width + height))
    undone = grow_distance(width - 2 * distance, height - 2 * distance, ratio)
    assert undone == pytest.approx(distance)


def test_pixel_margin_is_half_a_pixel_for_upright_boxes_and_never_negative() -> None:
    margins = pixel_margin(np.array([9.0, 10.0]), np.array([4.0, 5.0]), np.array([50, 30]))
    assert margins == pytest.approx([0.5, 0])


def test_many_words_come_back_as_each_one_does_alone() -> None:
    quads = np.stack(
        [rectangle((70 + 85 * i, 60 + 90 * j), 60, 24, 11 * i - 30 * j) for i in range(4) for j in range(4)]
    )
    alone = np.concatenate([round_trip(quad[None]) for quad in quads])
    together = round_trip(quads)
    order = np.lexsort(together.mean(axis=1).T)
    assert np.array_equal(together[order], alone[np.lexsort(alone.mean(axis=1).T)])


def test_wrong_shapes_and_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="score map"):
        postprocess(np.zeros((1, 8, 8), np.float32))
    with pytest.raises(ValueError, match="thresholds"):
        Decision(threshold=1.5)
    with pytest.raises(ValueError, match="negative"):
        Decision(unclip_ratio=-1)


@pytest.mark.parametrize("degrees", [0, 30])
def test_the_box_told_lies_inside_the_one_to_be_read_or_outside_as_its_height_says(degrees: float) -> None:
    large, small = rectangle((200, 120), 200, 60, degrees), rectangle((200, 300), 60, 12, degrees)
    both = np.stack([large, small])
    score = make_targets(both, np.zeros(2, np.bool_), 400, 400).score.astype(np.float32)
    plain, told = postprocess(score), postprocess(score, Decision(fit_ratio=0.1, fit_pixels=2))
    np.testing.assert_allclose(told.to_read(), plain.quads, atol=1e-3)
    np.testing.assert_allclose(plain.to_read(), plain.quads)
    heights = [sides(quad)[1] for quad in plain.quads]
    np.testing.assert_allclose(told.margins, [0.1 * height - 2 for height in heights], atol=1e-4)
    shrunk = [sides(a)[1] - sides(b)[1] for a, b in zip(plain.quads, told.quads, strict=True)]
    np.testing.assert_allclose(shrunk, 2 * told.margins, atol=1e-3)


@pytest.mark.parametrize("wrong", [{"fit_ratio": 0.5}, {"fit_ratio": -0.1}, {"fit_pixels": -1}])
def test_a_fit_that_turns_boxes_inside_out_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        Decision(**wrong)
