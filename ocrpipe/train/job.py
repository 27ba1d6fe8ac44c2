"""What a stage brings to the loop: its network, its batches, its loss, its measure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from torch import Tensor, nn

from ocrpipe.model_index import Kind
from ocrpipe.train.checkpoint import Weights
from ocrpipe.train.settings import LoopSettings

Batch = TypeVar("Batch")


class Job(Protocol[Batch]):
    """One stage's part of a run."""

    @property
    def stage(self) -> Kind:
        """Which stage it is."""
        ...

    @property
    def charset(self) -> str | None:
        """A recogniser's charset, by name."""
        ...

    @property
    def measure(self) -> str:
        """The dev score that chooses best.pt."""
        ...

    @property
    def settings(self) -> LoopSettings:
        """The run's."""
        ...

    @property
    def model(self) -> nn.Module:
        """What is exported."""
        ...

    @property
    def branch(self) -> nn.Module:
        """What is trained beside it and dropped; without parameters where there is nothing."""
        ...

    def batches(self, step: int) -> Iterator[Batch]:
        """Batches from step on, without end; nothing is started before the first is asked for."""
        ...

    def loss(self, batch: Batch, step: int, device: str) -> tuple[Tensor, dict[str, float]]:
        """What model and branch cost on batch, and parts of it worth logging."""
        ...

    def score(self, weights: Weights) -> dict[str, float]:
        """How well a network with those weights does on the dev set, `measure` among them; empty without
        one."""
        ...
