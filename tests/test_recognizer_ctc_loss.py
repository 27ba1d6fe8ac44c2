"""The CTC loss against the plain sum over paths, and its safety against impossible targets."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from recognizer.charset import Charset
from recognizer.ctc import labelling_probability, softmax
from recognizer.ctc_loss import ctc_loss, frames_needed, pad_targets

AB = Charset("ABab")


def logits(frames: int, count: int = 1, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 1.5, (count, frames, 5)).astype(np.float32))


def test_it_is_the_mean_negative_log_likelihood_a_character() -> None:
    x = logits(4, count=2)
    targets = [[1, 2], [3]]
    chances = [labelling_probability(softmax(row), t) for row, t in zip(x.numpy(), targets, strict=True)]
    expected = (-np.log(chances[0]) / 2 - np.log(chances[1]) / 1) / 2
    assert float(ctc_loss(x, pad_targets(targets), torch.zeros(2, dtype=torch.bool), AB)) == pytest.approx(
        expected, rel=1e-5
    )


def test_a_label_without_case_sums_over_both_cases() -> None:
    x = logits(1)
    chance = softmax(x.numpy())[0, 0, [1, 3]].sum()  # "A" or "a"
    loss = float(ctc_loss(x, pad_targets([[1]]), torch.tensor([True]), AB))
    assert loss == pytest.approx(-np.log(chance), rel=1e-5)
    assert float(ctc_loss(x, pad_targets([[3]]), torch.tensor([True]), AB)) == pytest.approx(loss)


def test_words_too_long_for_their_frames_are_left_out() -> None:
    x = torch.cat([logits(2), logits(2, seed=1)]).requires_grad_()
    mixed = ctc_loss(
        x, pad_targets([[1, 1], [2]]), torch.zeros(2, dtype=torch.bool), AB
    )  # "AA" needs three frames
    alone = ctc_loss(x[1:], pad_targets([[2]]), torch.zeros(1, dtype=torch.bool), AB)
    assert float(mixed.detach()) == pytest.approx(float(alone.detach()))
    mixed.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert x.grad is not None
    assert bool(torch.isfinite(x.grad).all())
    assert float(ctc_loss(logits(1), pad_targets([[1, 2]]), torch.zeros(1, dtype=torch.bool), AB)) == 0.0


def test_frames_needed_counts_a_blank_between_repeats() -> None:
    assert frames_needed(pad_targets([[], [1], [1, 1], [1, 2, 2, 2]])).tolist() == [0, 1, 3, 6]


def test_targets_are_padded_with_blanks_to_the_longest() -> None:
    assert pad_targets([[1, 2], [], [3]]).tolist() == [[1, 2], [0, 0], [3, 0]]
    assert (pad_targets([[]]).shape, pad_targets([]).shape) == ((1, 1), (0, 1))


def test_more_padding_costs_nothing() -> None:
    x, free = logits(4, count=2), torch.tensor([False, True])
    wide = pad_targets([[1, 2], [3], [1] * 9])[:2]
    assert torch.equal(ctc_loss(x, pad_targets([[1, 2], [3]]), free, AB), ctc_loss(x, wide, free, AB))


def test_a_charset_without_pairs_of_cases_needs_no_merging() -> None:
    x, free = logits(3), torch.tensor([True])
    plain = Charset("1234")
    assert torch.equal(
        ctc_loss(x, pad_targets([[1, 2]]), free, plain), ctc_loss(x, pad_targets([[1, 2]]), ~free, plain)
    )
