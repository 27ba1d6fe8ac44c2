"""The detector's part of the training loop: crops in, the DB losses, hmean of real post-processing on dev."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from detectors.db_detector import DBDetector
from detectors.dbnet import DBNet, ScoreNet, build
from detectors.targets import SHRINK_RATIO
from ocrpipe.evaluate import score_detector
from ocrpipe.model_index import Kind
from ocrpipe.runtime import torch_network
from ocrpipe.train.checkpoint import Weights
from ocrpipe.train.detection_loss import detection_loss
from ocrpipe.train.detector_data import Batch, DetectorMix, Plan, SampleStream, load_batches
from ocrpipe.train.detector_sources import DetectorSources
from ocrpipe.train.settings import LoopSettings


@dataclass(frozen=True, slots=True)
class DetectorTraining(LoopSettings):
    """Settings of a detector's run."""

    network: str = "db_r18q"
    samples: int = 64_000
    decay_share: float = 0.35
    rate: float = 2e-3
    warmup: int = 200
    ema: float = 0.998
    batch: int = 8
    hard_share: float = 0.5  # the last part of samples, with hard negatives and the binary map in the loss
    shrink_start: float = SHRINK_RATIO  # grows to `SHRINK_RATIO` until the decay begins
    real_share: float | None = None  # of photos among all samples; by default the mix's
    dev_photos: int = 30  # at most; each costs as much as three training crops
    dev_long_side: int = 1280  # pixels

    @property
    def hard_from(self) -> int:
        """The first step with the late loss."""
        return int(self.samples * (1 - self.hard_share)) // self.batch

    def plan(self, step: int) -> Plan:
        """The samples from step on."""
        return Plan(
            self.batch, self.seed, step * self.batch, self.hard_from * self.batch,
            self.shrink_start, self.decay_from * self.batch,
        )  # fmt: skip


class DetectorJob:
    """One detector in training.

    weights: what the network starts from, by default at random; they may lack the threshold head, which
    released weights are without.
    """

    stage: Kind = "detector"
    measure = "hmean"
    charset = None

    def __init__(
        self,
        settings: DetectorTraining,
        sources: DetectorSources,
        weights: Weights | None = None,
        mix: DetectorMix | None = None,
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings: DetectorTraining = settings
        mix = mix or DetectorMix()
        share = mix.real_share if settings.real_share is None else settings.real_share
        self.sources, self.mix = sources, replace(mix, real_share=share)
        self.model: DBNet = build(settings.network)
        self.branch: nn.Module = nn.ModuleList()
        if weights is not None:
            self.model.load_state_dict(weights, strict=False)

    def batches(self, step: int) -> Iterator[Batch]:
        """From step on: sample i of a run depends on its seed and i alone."""
        stream = SampleStream(self.sources.photos, self.mix, self.settings.plan(step))
        yield from load_batches(stream, self.settings.workers)

    def loss(self, batch: Batch, step: int, device: str) -> tuple[Tensor, dict[str, float]]:
        """The DB losses, early or late ones."""
        images, score, mask, border = (part.to(device, non_blocking=True) for part in batch)
        hard = step >= self.settings.hard_from
        loss, dice = detection_loss(self.model, (images, score, mask, border), hard)
        return loss, {"dice": dice}

    def score(self, weights: Weights) -> dict[str, float]:
        """Precision, recall and hmean at IoU 0.5 on dev photos spread over the set."""
        dev = self.sources.dev[:: max(1, len(self.sources.dev) // self.settings.dev_photos)]
        if not dev:
            return {}
        net = build(self.settings.network)
        net.load_state_dict(weights)
        found = score_detector(
            DBDetector(
                torch_network(ScoreNet(net), threads=self.settings.threads), self.settings.dev_long_side
            ),
            dev[: self.settings.dev_photos],
        )
        return {"precision": found.precision, "recall": found.recall, "hmean": found.hmean}
