"""Networks and data small enough to train inside a test, and a job of three weights to try the loop on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from synth_world import build
from torch import Tensor, nn

from detectors import dbnet
from detectors.backbone import BackboneConfig
from detectors.base import Image
from ocrpipe.labels import Scene, SceneWord
from ocrpipe.model_index import Kind
from ocrpipe.train.checkpoint import Weights
from ocrpipe.train.settings import LoopSettings
from recognizer import crnn

TINY_CRNN = crnn.CRNNConfig("tiny", stem=8, stages=(8, 8, 8, 8), blocks=(1, 1, 1, 1), hidden=8)
TINY_DBNET = dbnet.DBNetConfig(BackboneConfig((16, 16, 16, 16), (1, 1, 1, 1)), pyramid=16, head=16)


def make_tiny_networks_known(patch: pytest.MonkeyPatch) -> None:
    """Both stages get a network called "tiny"."""
    patch.setitem(crnn.CONFIGS, "tiny", TINY_CRNN)
    patch.setitem(dbnet.CONFIGS, "tiny", TINY_DBNET)


def signboard() -> tuple[Image, Scene]:
    """A grey photo with one white word box at (40, 30) .. (120, 60), and its label."""
    image = np.full((120, 200, 3), 90, np.uint8)
    image[30:60, 40:120] = 255
    quad = ((40.0, 30.0), (120.0, 30.0), (120.0, 60.0), (40.0, 60.0))
    return image, Scene(Path("images/sign.png"), 200, 120, (SceneWord(quad, "Ford"),))


def build_photos(folder: Path, count: int = 1, *, words: bool = True) -> Path:
    """folder with labels.jsonl that tells of the signboard count times."""
    image, scene = signboard()
    labelled = [{"quad": word.quad, "text": word.text, "ignore": word.ignore} for word in scene.words]
    (folder / "images").mkdir(parents=True)
    cv2.imwrite(str(folder / "images/sign.png"), image)
    record = {"image": "images/sign.png", "width": 200, "height": 120, "words": labelled if words else []}
    (folder / "labels.jsonl").write_text(f"{json.dumps(record)}\n" * count)
    return folder


def build_data(folder: Path) -> Path:
    """folder laid out as the data folder, for both stages."""
    build(folder)
    for name in ("ic15_train", "mlt_boxes_train", "no_text_train", "ic15_dev"):
        build_photos(folder / "scenes" / name, 101, words=not name.startswith("no"))
    return folder


class ToyJob:
    """Learns y = 2 x; batch k of it depends on k alone. `broken` batches have an infinite loss."""

    stage: Kind = "recognizer"
    charset = "toy"
    measure = "fit"

    def __init__(self, settings: LoopSettings, broken: tuple[int, ...] = ()) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.broken = settings, broken
        self.model: nn.Module = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))
        self.branch: nn.Module = nn.ModuleList()
        self.scores = [0.25, 0.75, 0.5]

    def batches(self, step: int) -> Iterator[Tensor]:
        """(batch, 1) each."""
        while True:
            yield torch.randn(self.settings.batch, 1, generator=torch.Generator().manual_seed(step))
            step += 1

    def loss(self, batch: Tensor, step: int, device: str) -> tuple[Tensor, dict[str, float]]:
        """Mean square, and a part that counts steps."""
        loss = ((self.model(batch) - 2 * batch) ** 2).mean()
        return loss * (float("inf") if step in self.broken else 1.0), {"seen": float(step)}

    def score(self, weights: Weights) -> dict[str, float]:
        """The next of a list."""
        return {"fit": self.scores.pop(0), "other": 0.0} if self.scores else {}


def add_clear_photo(folder: Path) -> None:
    """A photo more, with a word that any detector finds."""
    folder.mkdir(exist_ok=True)
    photo = cv2.putText(np.full((500, 900, 3), 255, np.uint8), "LONDON", (80, 130), 2, 1.6, (0, 0, 0), 3)
    cv2.imwrite(str(folder / "clear.png"), photo)
    words = [{"quad": [[80, 94], [288, 94], [288, 132], [80, 132]], "text": "LONDON", "ignore": False}]
    record = {"image": "clear.png", "width": 900, "height": 500, "words": words}
    with (folder / "labels.jsonl").open("a", encoding="utf-8") as labels:
        labels.write(json.dumps(record) + "\n")
