"""Checkpoints: everything an exact resume needs, written so that a crash or a full disk leaves the last one
whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ocrpipe.errors import WeightsError

State = dict[str, Any]


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


def save(path: Path, state: State) -> None:
    """state into path, atomically: first beside it, then renamed. WeightsError when the disk will not take
    it.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, part)
        part.replace(path)
    except (OSError, RuntimeError) as error:  # torch's zip writer answers a full disk with a RuntimeError
        part.unlink(missing_ok=True)
        raise WeightsError(
            f"{path}: checkpoint not written ({error}); the previous one is untouched"
        ) from error


def load(path: Path) -> State:
    """What `save` wrote. WeightsError if it is missing, damaged, or something else."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise WeightsError(f"{path}: no checkpoint there; start a run, or name another folder") from error
    except Exception as error:
        raise WeightsError(
            f"{path}: not a checkpoint ({type(error).__name__}); delete it or restore a copy"
        ) from error
    if not isinstance(state, dict):
        raise WeightsError(f"{path}: not a checkpoint of this program; delete it or restore a copy")
    return state
