"""Distillation: zero for the same opinion, a hand-worked case, and a student that comes to agree."""

from __future__ import annotations

import math

import pytest
import torch

from recognizer.distillation import distillation_loss


def test_agreement_costs_nothing_whatever_is_added_to_all_logits() -> None:
    logits = torch.randn(2, 5, 4)
    assert float(distillation_loss(logits, logits + 3)) == pytest.approx(0, abs=1e-6)


def test_one_frame_worked_by_hand() -> None:
    teacher, student = torch.tensor([[[math.log(3.0), 0.0]]]), torch.zeros(1, 1, 2)
    expected = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert float(distillation_loss(student, teacher, temperature=1)) == pytest.approx(expected)
    # At temperature 2 the teacher says 1.7320508 : 1, and the divergence counts four times.
    p = math.sqrt(3) / (1 + math.sqrt(3))
    softened = p * math.log(p / 0.5) + (1 - p) * math.log((1 - p) / 0.5)
    assert float(distillation_loss(student, teacher)) == pytest.approx(4 * softened)


def test_more_frames_of_the_same_do_not_cost_more() -> None:
    student, teacher = torch.zeros(1, 1, 3), torch.tensor([[[2.0, 0.0, 1.0]]])
    once = distillation_loss(student, teacher)
    assert torch.allclose(distillation_loss(student.expand(4, 6, 3), teacher.expand(4, 6, 3)), once)


def test_frames_or_classes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match=r"the teacher says \(1, 6, 3\), the network \(1, 5, 3\)"):
        distillation_loss(torch.zeros(1, 5, 3), torch.zeros(1, 6, 3))


def test_a_student_comes_to_agree() -> None:
    torch.manual_seed(0)
    teacher, student = 3 * torch.randn(2, 5, 4), torch.zeros(2, 5, 4, requires_grad=True)
    optimiser = torch.optim.Adam([student], 0.1)
    for _ in range(100):
        loss = distillation_loss(student, teacher)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        optimiser.step()
    assert torch.equal(student.argmax(-1), teacher.argmax(-1))
    assert float(loss.detach()) < 0.01
