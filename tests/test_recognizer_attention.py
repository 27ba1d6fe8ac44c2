"""The attention decoder: what it is asked, what is left out, that it learns and that its features do."""

from __future__ import annotations

import math

import pytest
import torch

from recognizer.attention import AttentionDecoder, attention_loss
from recognizer.ctc_loss import pad_targets

NOBODY = torch.zeros(2, dtype=torch.bool)


def decoder() -> AttentionDecoder:
    torch.manual_seed(0)
    return AttentionDecoder(features=6, classes=4, hidden=16)


def test_every_character_gets_logits_of_every_class() -> None:
    assert decoder()(torch.randn(3, 7, 6), torch.zeros(3, 5, dtype=torch.long)).shape == (3, 5, 4)


def test_an_undecided_decoder_costs_the_logarithm_of_the_classes() -> None:
    undecided = decoder()
    with torch.no_grad():
        for parameter in undecided.head.parameters():
            parameter.zero_()
    loss = attention_loss(undecided, torch.randn(2, 7, 6), pad_targets([[1, 2, 3], [2]]), NOBODY)
    assert float(loss.detach()) == pytest.approx(math.log(4), abs=1e-6)


def test_words_that_are_left_out_and_padding_cost_nothing() -> None:
    features, both = torch.randn(2, 7, 6), decoder()
    alone = attention_loss(both, features[:1], pad_targets([[1, 2]]), NOBODY[:1])
    beside = attention_loss(both, features, pad_targets([[1, 2], [3, 3, 3, 3]]), torch.tensor([False, True]))
    assert torch.allclose(alone, beside)
    assert float(attention_loss(both, features, pad_targets([[1], []]), torch.tensor([True, False]))) == 0.0


def test_it_is_fed_the_word_before_and_never_what_comes() -> None:
    features, net = torch.randn(1, 7, 6), decoder()
    one, other = (net(features, torch.tensor([tokens])) for tokens in ([0, 1, 2], [0, 1, 3]))
    assert torch.equal(one[:, :2], other[:, :2])
    assert not torch.equal(one[:, 2], other[:, 2])


def test_it_learns_two_words_by_heart_and_teaches_the_features() -> None:
    net, features = decoder(), torch.randn(2, 7, 6, requires_grad=True)
    optimiser = torch.optim.Adam(net.parameters(), 0.05)
    losses = []
    for _ in range(40):
        loss = attention_loss(net, features, pad_targets([[1, 2, 3], [3, 3]]), NOBODY)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.1 * losses[0]
    assert features.grad is not None
    assert bool((features.grad.abs().sum(-1) > 0).all())
