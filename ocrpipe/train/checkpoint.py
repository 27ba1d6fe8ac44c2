"""Checkpoints: everything an exact resume needs, written so that a crash or a full disk leaves the last one
whole.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ocrpipe.errors import WeightsError
from ocrpipe.model_index import Kind

State = dict[str, Any]
Weights = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run at one step. weights and ema are the network's alone; branch is what serves training only.

    The random state of the data is the step itself; rng is torch's own. best: the highest dev value so far.
    """

    stage: Kind
    network: str
    charset: str | None
    settings: State
    step: int
    best: float
    weights: Weights
    ema: Weights
    ema_updates: int
    branch: Weights
    optimiser: State
    rng: Tensor


class Ema:
    """Running mean of a network's weights; young runs forget faster, so that the first steps do not
    linger.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay, self.updates = decay, 0
        self.state = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """One step towards the weights as they are now; counters and statistics of whole numbers are
        copied.
        """
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        floats: tuple[list[Tensor], list[Tensor]] = ([], [])
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                floats[0].append(self.state[name])
                floats[1].append(value)
            else:
                self.state[name].copy_(value)
        torch._foreach_lerp_(floats[0], floats[1], 1 - decay)

    def restore(self, state: Weights, updates: int) -> None:
        """Go on from a saved mean."""
        for name, value in state.items():
            self.state[name].copy_(value)
        self.updates = updates


def save(path: Path, made: Checkpoint) -> None:
    """made into path, atomically: first beside it, then renamed. WeightsError when the disk will not take
    it.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            torch.save({field.name: getattr(made, field.name) for field in fields(made)}, file)
            file.flush()
            os.fsync(file.fileno())  # a rename may reach the disk before the contents do
        part.replace(path)
    except (OSError, RuntimeError) as error:  # torch's zip writer answers a full disk with a RuntimeError
        part.unlink(missing_ok=True)
        raise WeightsError(
            f"{path}: checkpoint not written ({_line(error)}); the previous one is untouched"
        ) from error


def load(path: Path) -> Checkpoint:
    """What `save` wrote. WeightsError if it is missing, damaged, or something else."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise WeightsError(f"{path}: no checkpoint there; start a run, or name another folder") from error
    except Exception as error:
        raise WeightsError(
            f"{path}: not a checkpoint ({type(error).__name__}); delete it or restore a copy"
        ) from error
    try:
        return Checkpoint(**_modern(state))
    except (TypeError, KeyError, AttributeError) as error:
        raise WeightsError(
            f"{path}: not a checkpoint of this program; delete it or restore a copy"
        ) from error


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _modern(state: State) -> State:
    """state in today's form: the first runs wrote a form of their own for each stage."""
    if "stage" in state:
        return state
    settings = dict(state["settings"])
    shared = {"settings": settings, "step": state["step"], "ema": state["ema"], "branch": {}}
    if "model" in state:  # a recogniser's
        return shared | {
            "stage": "recognizer", "network": settings["network"], "charset": settings["charset"],
            "best": state["best"], "weights": state["model"], "ema_updates": state["ema_updates"],
            "optimiser": state["optimizer"], "rng": state["torch_rng"],
        }  # fmt: skip
    settings["samples"] = settings.pop("steps") * settings["batch"]
    return shared | {
        "stage": "detector", "network": state["network"], "charset": None, "best": -1.0,
        "weights": state["weights"], "ema_updates": state["updates"], "optimiser": state["optimiser"],
        "rng": torch.get_rng_state(),
    }  # fmt: skip
