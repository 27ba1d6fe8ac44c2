"""A detector measured on labelled scenes, and the score-map network of a training run to measure it with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch

from detectors.base import Detector
from detectors.dbnet import DBNet, ScoreNet, build
from detectors.metrics import Matching, match, total
from ocrpipe import images
from ocrpipe.labels import Scene
from ocrpipe.runtime import Network, torch_network
from ocrpipe.train import checkpoint


def evaluate_scene(detector: Detector, scene: Scene) -> Matching:
    """Counts of one scene at IoU 0.5; its photo is loaded here. ImageError if that fails."""
    found = detector.detect(images.load(scene.image).pixels)
    return match(found.quads, scene.quads(), scene.ignored())[0]


def evaluate_detector(detector: Detector, scenes: Iterable[Scene]) -> Matching:
    """Counts summed over scenes: ask the result for precision, recall and hmean.

    Photos are loaded one at a time.
    """
    return total(evaluate_scene(detector, scene) for scene in scenes)


def averaged_net(path: Path) -> tuple[str, DBNet]:
    """Name and running mean of the network in a checkpoint, ready for inference.

    WeightsError if there is none.
    """
    state = checkpoint.load(path)
    net = build(state["network"])
    net.load_state_dict(state["ema"])
    return state["network"], net.eval()


def score_network(path: Path) -> Network:
    """The checkpoint's running mean as the callable that `DBDetector` takes."""
    with torch.no_grad():
        return torch_network(ScoreNet(averaged_net(path)[1]))
