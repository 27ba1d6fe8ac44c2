"""The score-map network of a training run, to measure it with."""

from __future__ import annotations

from pathlib import Path

import torch

from detectors.dbnet import DBNet, ScoreNet, build
from ocrpipe.errors import WeightsError
from ocrpipe.runtime import Network, torch_network
from ocrpipe.train import checkpoint


def averaged_net(path: Path) -> tuple[str, DBNet]:
    """Name and running mean of the network in a detector's checkpoint, ready for inference.

    WeightsError if there is none.
    """
    state = checkpoint.load(path)
    if state.stage != "detector":
        raise WeightsError(f"{path}: a {state.stage}'s checkpoint; name a detector's")
    net = build(state.network)
    net.load_state_dict(state.ema)
    return state.network, net.eval()


def score_network(path: Path) -> Network:
    """The checkpoint's running mean as the callable that `DBDetector` takes."""
    with torch.no_grad():
        return torch_network(ScoreNet(averaged_net(path)[1]))
