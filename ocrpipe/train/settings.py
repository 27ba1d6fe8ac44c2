"""What both stages' runs are set by: the schedule, the optimiser, the batch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

Settings = TypeVar("Settings", bound="LoopSettings")


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """Settings of one run; the stages add theirs and choose the defaults."""

    network: str
    samples: int = 1_000_000  # where the learning rate ends
    decay_share: float = 0.3  # the last part of samples, with cosine decay
    rate: float = 1e-3
    warmup: int = 300  # steps
    optimizer: str = "adamw"  # or "adadelta", the CRNN paper's
    weight_decay: float = 1e-4  # not on norms and biases
    clip: float = 5.0  # gradient norm
    ema: float = 0.999
    batch: int = 32
    seed: int = 1
    threads: int = 1
    workers: int = 1  # processes that make samples; 0 makes them in this one

    @property
    def decay_from(self) -> int:
        """The first step of the decay."""
        return math.ceil(self.samples * (1 - self.decay_share) / self.batch)

    def learning_rate(self, step: int) -> float:
        """Warm-up, flat, cosine to zero."""
        begin, end = self.samples * (1 - self.decay_share) / self.batch, self.samples / self.batch
        fall = min(1.0, max(0.0, (step - begin) / max(1.0, end - begin)))
        warm = min(1.0, (step + 1) / max(1, self.warmup))
        return self.rate * warm * 0.5 * (1 + math.cos(math.pi * fall))


def settings_from(kind: type[Settings], saved: Mapping[str, Any], given: Mapping[str, Any]) -> Settings:
    """A run's saved settings with those given in their place; saved ones that kind no longer has are passed
    over."""
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in {**saved, **given}.items() if name in known})
