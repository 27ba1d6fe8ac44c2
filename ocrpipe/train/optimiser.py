"""The optimisers that a run may have, and their state across runs that differ in what they train."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from ocrpipe.train.checkpoint import State
from ocrpipe.train.settings import LoopSettings

OPTIMIZERS = ("adamw", "adadelta")
RHO = 0.9  # of ADADELTA (arXiv 1507.05717, section 2.4)


def build(model: nn.Module, branch: nn.Module, settings: LoopSettings) -> torch.optim.Optimizer:
    """The optimiser that settings name, over model and then over branch, which may be empty.

    Weight decay is for matrices and kernels, not for norms and biases. ValueError for an unknown name.
    """
    groups = _groups(model, settings.weight_decay)
    if any(True for _ in branch.parameters()):
        groups += _groups(branch, settings.weight_decay)
    if settings.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=settings.rate, fused=True)
    if settings.optimizer == "adadelta":
        return torch.optim.Adadelta(groups, lr=settings.rate, rho=RHO)
    raise ValueError(f"unknown optimizer {settings.optimizer!r}; known: {', '.join(OPTIMIZERS)}")


def restore(optimiser: torch.optim.Optimizer, saved: State) -> None:
    """Put a saved state into optimiser, whose model is the same but whose branch may have come or gone.

    The network's groups come first, so their moments are kept; a new branch starts without any.
    """
    own = optimiser.state_dict()
    decays = [group["weight_decay"] for group in optimiser.param_groups]
    shared = min(len(own["param_groups"]), len(saved["param_groups"]))
    groups = saved["param_groups"][:shared] + own["param_groups"][shared:]
    kept = {index for group in groups[:shared] for index in group["params"]}
    moments = {index: value for index, value in saved["state"].items() if index in kept}
    optimiser.load_state_dict({"state": moments, "param_groups": groups})
    for group, decay in zip(optimiser.param_groups, decays, strict=True):
        group["weight_decay"] = decay  # a resumed run may have another


def _groups(module: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    parameters = list(module.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
