"""detectors.backbone, dbnet and losses: shapes, sizes, and numbers worked by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from detectors import losses
from detectors.backbone import Backbone, BackboneConfig
from detectors.dbnet import PRIOR, ScoreNet, build


def multiplications(net: nn.Module, height: int, width: int) -> int:
    """Multiply-accumulates of every convolution for one picture."""
    counted: list[int] = []

    def count(conv: nn.Module, _: object, out: torch.Tensor) -> None:
        assert isinstance(conv, nn.Conv2d)
        counted.append(out.numel() * conv.weight[0].numel())

    for part in net.modules():
        if isinstance(part, nn.Conv2d):
            part.register_forward_hook(count)
    with torch.inference_mode():
        net(torch.zeros(1, 3, height, width))
    return sum(counted)


def test_backbone_gives_features_at_strides_4_8_16_32() -> None:
    with torch.inference_mode():
        maps = Backbone(BackboneConfig())(torch.zeros(2, 3, 64, 96))
    assert [tuple(x.shape) for x in maps] == [
        (2, 16, 16, 24),
        (2, 32, 8, 12),
        (2, 64, 4, 6),
        (2, 128, 2, 3),
    ]


def test_db_r18q_keeps_its_size_and_its_work_in_bounds() -> None:
    net = build("db_r18q").eval()
    assert sum(p.numel() for p in net.parameters()) == 790_864
    small = multiplications(ScoreNet(net), 64, 64)  # every layer grows with the pixels
    assert small * (736 * 1280) / (64 * 64) < 3.1e9


def test_forward_gives_two_maps_of_logits_of_the_photos_size() -> None:
    with torch.inference_mode():
        score, threshold = build("db_r18q").eval()(torch.zeros(2, 3, 64, 96))
    assert (tuple(score.shape), tuple(threshold.shape)) == ((2, 1, 64, 96), (2, 1, 64, 96))


def test_score_net_is_the_sigmoid_of_the_score_logits() -> None:
    net = build("db_r18q").eval()
    photo = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(ScoreNet(net)(photo), torch.sigmoid(net(photo)[0]), rtol=0, atol=1e-6)


def test_an_untrained_network_announces_little_text() -> None:
    with torch.inference_mode():
        score = ScoreNet(build("db_r18q").eval())(torch.randn(1, 3, 64, 64))
    assert float(score.mean()) == pytest.approx(PRIOR, abs=0.03)


def test_an_unknown_network_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown network 'db_r50'; known: db_r18q"):
        build("db_r50")


def grid(*values: float) -> torch.Tensor:
    return torch.tensor(values).reshape(1, 1, 1, -1)


def test_weighted_bce_counts_text_pixels_as_often_as_told_and_skips_the_masked() -> None:
    logits, target = grid(0.0, math.log(3), 9.0), grid(1.0, 0.0, 0.0)
    expected = (5 * math.log(2) + math.log(4)) / 6  # -ln 1/2 and -ln(1 - 3/4)
    assert float(losses.weighted_bce(logits, target, grid(1, 1, 0))) == pytest.approx(expected)


def test_balanced_bce_takes_the_hardest_negatives_only() -> None:
    logits, target = grid(0.0, 2.0, 1.0, -8.0, -9.0), grid(1.0, 0.0, 0.0, 0.0, 0.0)
    expected = (math.log(2) + math.log(1 + math.e**2) + math.log(1 + math.e)) / 3
    found = losses.balanced_bce(logits, target, torch.ones(1, 1, 1, 5), negatives=2)
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_balanced_bce_of_a_photo_without_text_or_without_pixels_is_finite() -> None:
    logits = torch.zeros(1, 1, 10, 20)
    nothing = torch.zeros_like(logits)
    assert float(losses.balanced_bce(logits, nothing, torch.ones_like(logits))) == pytest.approx(math.log(2))
    assert float(losses.balanced_bce(logits, nothing, nothing)) == 0


def test_dice_of_worked_cases() -> None:
    ones = grid(1.0, 1.0)
    assert float(losses.dice(grid(1, 0), grid(1, 0), ones)) == pytest.approx(0, abs=1e-5)
    assert float(losses.dice(grid(0, 1), grid(1, 0), ones)) == 1
    assert float(losses.dice(grid(1, 1), grid(1, 0), ones)) == pytest.approx(1 / 3, abs=1e-5)
    assert float(losses.dice(grid(1, 1), grid(1, 0), grid(1, 0))) == pytest.approx(0, abs=1e-5)


def test_masked_l1_is_the_mean_over_the_mask_and_zero_without_one() -> None:
    assert float(losses.masked_l1(grid(1, 5), grid(0.25, 0), grid(1, 0))) == pytest.approx(0.75, rel=1e-5)
    assert float(losses.masked_l1(grid(1, 5), grid(0.25, 0), grid(0, 0))) == 0


def test_the_step_function_is_one_half_at_the_threshold_and_steep_around_it() -> None:
    steps = losses.step_function(grid(0.5, 0.6, 0.4), grid(0.5, 0.5, 0.5)).flatten().tolist()
    assert steps == pytest.approx([0.5, 1 / (1 + math.exp(-5)), 1 / (1 + math.exp(5))], rel=1e-4)
