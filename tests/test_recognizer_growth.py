"""recognizer.growth: a deeper network that says what the trained one said."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from recognizer.crnn import CRNN, CRNNConfig, config
from recognizer.growth import grown

SMALL = CRNNConfig("small", stem=8, stages=(8, 12, 16, 16), blocks=(1, 1, 2, 1), hidden=8)
DEEPER = replace(SMALL, name="deeper", blocks=(1, 2, 3, 2))


def trained() -> CRNN:
    torch.manual_seed(3)
    net = CRNN(SMALL)
    for name, value in net.state_dict().items():
        if name.endswith("running_mean"):
            value += 0.1
    return net.eval()


def test_a_grown_network_says_the_same_and_can_learn() -> None:
    small, large = trained(), CRNN(DEEPER)
    large.load_state_dict(grown(small.state_dict(), SMALL, DEEPER))
    crops = torch.randn(2, 1, 32, 64)
    assert torch.allclose(small(crops), large.eval()(crops), atol=1e-6)
    large.train()(crops).square().mean().backward()
    added = dict(large.named_parameters())["cnn.6.second_norm.weight"]  # the second block of the second stage
    assert added.grad is not None
    assert added.grad.abs().max() > 0


def test_only_blocks_may_be_added() -> None:
    weights = trained().state_dict()
    for other in (replace(DEEPER, hidden=16), replace(DEEPER, blocks=(1, 1, 1, 1)), config("crnn_vgg")):
        with pytest.raises(ValueError, match="small cannot grow into"):
            grown(weights, SMALL, other)


def test_the_released_shape_grows_into_the_deeper_one() -> None:
    small = CRNN(config("crnn_s"))
    names = grown(small.state_dict(), config("crnn_s"), config("crnn_m")).keys()
    assert names == CRNN(config("crnn_m")).state_dict().keys()
