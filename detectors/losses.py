"""What a DBNet minimises. Source: Liao et al.

2020, "Optimization"; the plain start is our own, see `weighted_bce`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

STEEPNESS = 50.0  # k of the differentiable step, "Differentiable binarization"
_EPSILON = 1e-6


def weighted_bce(logits: Tensor, target: Tensor, mask: Tensor, positive_weight: float = 5.0) -> Tensor:
    """Mean binary cross entropy over the pixels of mask, text pixels counted positive_weight times.

    All (N, 1, H, W) float32, target and mask 0 or 1; a scalar. Measured: mining hard negatives from the
    first step never leaves the plateau, this does.
    """
    weight = mask * (1 + (positive_weight - 1) * target)
    loss = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (loss * weight).sum() / weight.sum().clamp(min=1.0)


def balanced_bce(logits: Tensor, target: Tensor, mask: Tensor, negatives: float = 3.0) -> Tensor:
    """Mean binary cross entropy over text pixels and the hardest others, negatives times as many of those.

    All (N, 1, H, W) float32; a scalar. A batch without text is judged by its hardest 1 %.
    """
    loss = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    positive, negative = target * mask, (1 - target) * mask
    count = int(positive.sum())
    available = int(negative.sum())
    hard = min(available, int(count * negatives) if count else available // 100)
    hardest = torch.topk((loss * negative).flatten(), hard, sorted=False).values
    return ((loss * positive).sum() + hardest.sum()) / max(1, count + hard)


def dice(probability: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """1 - 2 |P T| / (|P| + |T|) over the pixels of mask; all (N, 1, H, W) float32, a scalar 0..1."""
    overlap = (probability * target * mask).sum()
    total = (probability * mask).sum() + (target * mask).sum()
    return 1 - 2 * overlap / (total + _EPSILON)


def masked_l1(value: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference over the pixels of mask; all (N, 1, H, W) float32; 0 where mask is empty."""
    return ((value - target).abs() * mask).sum() / (mask.sum() + _EPSILON)


def step_function(score: Tensor, threshold: Tensor) -> Tensor:
    """Differentiable binarisation 1 / (1 + exp(-k (P - T))) of two probability maps (N, 1, H, W)."""
    return torch.sigmoid(STEEPNESS * (score - threshold))
