"""Training the detector: one loop, scheduled by steps, resumable to the batch."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from detectors.dbnet import DBNet, build
from ocrpipe.errors import WeightsError
from ocrpipe.train import checkpoint
from ocrpipe.train.detection_loss import detection_loss
from ocrpipe.train.detector_data import Batch, DetectorMix, SampleStream, load_batches


@dataclass(frozen=True, slots=True)
class DetectorTraining:
    """Settings of one run."""

    network: str = "db_r18t"
    steps: int = 8000  # where the learning rate ends
    decay_share: float = 0.35  # the last part of steps, with cosine decay
    hard_share: float = 0.5  # the last part of steps, with hard negatives and the binary map in the loss
    rate: float = 2e-3
    warmup: int = 200  # steps
    weight_decay: float = 1e-4  # not on norms and biases
    clip: float = 5.0  # gradient norm
    ema: float = 0.998
    batch: int = 8
    seed: int = 1
    threads: int = 1
    workers: int = 1  # loading and rendering processes; 0 does it in this one

    def learning_rate(self, step: int) -> float:
        """Warm-up, flat, cosine to zero."""
        begin = self.steps * (1 - self.decay_share)
        fall = min(1.0, max(0.0, (step - begin) / max(1.0, self.steps - begin)))
        return self.rate * min(1.0, (step + 1) / self.warmup) * 0.5 * (1 + math.cos(math.pi * fall))

    def hard(self, step: int) -> bool:
        """Whether the late loss is on."""
        return step >= self.steps * (1 - self.hard_share)


def parameter_groups(net: DBNet, weight_decay: float) -> list[dict[str, object]]:
    """Weights with decay, norms and biases without."""
    kernels = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    return [{"params": kernels, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


class DetectorTrainer:
    """Network, optimiser, running mean and log of one run folder."""

    def __init__(
        self, settings: DetectorTraining, run: Path, data: Path, mix: DetectorMix | None = None
    ) -> None:
        torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self.settings, self.run, self.data = settings, run, data
        self.mix = mix or DetectorMix()
        self.net = build(settings.network).train()
        # nn.Module.to has no stub for memory_format; worth 1.45x in a training step of 320 px crops.
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.AdamW(parameter_groups(self.net, settings.weight_decay), settings.rate)
        self.ema = checkpoint.Ema(self.net, settings.ema)
        self.step = 0

    def restore(self, state: checkpoint.State) -> None:
        """Go on where state was saved; its network must be this run's."""
        if state.get("network") != self.settings.network:
            raise WeightsError(
                f"checkpoint is of network {state.get('network')!r}, not {self.settings.network!r}"
            )
        self.net.load_state_dict(state["weights"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.ema.state, self.ema.updates = state["ema"], state["updates"]
        self.step = state["step"]

    def save(self, name: str = "last.pt") -> None:
        """Everything that `restore` needs.

        Samples depend on the step alone, so it is the whole random state.
        """
        state = {
            "network": self.settings.network,
            "settings": asdict(self.settings),
            "weights": self.net.state_dict(),
            "ema": self.ema.state,
            "updates": self.ema.updates,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        checkpoint.save(self.run / name, state)

    def batches(self) -> Iterator[Batch]:
        """What is still to be seen, from the present step on."""
        settings = self.settings
        borders_from = int(settings.steps * (1 - settings.hard_share)) * settings.batch
        first = self.step * settings.batch
        stream = SampleStream(self.data, self.mix, settings.batch, settings.seed, first, borders_from)
        return load_batches(stream, settings.workers)

    def advance(self, batch: Batch) -> tuple[float, float]:
        """One step; its loss and its dice part."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate(self.step)
        loss, dice = detection_loss(self.net, batch, self.settings.hard(self.step))
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.settings.clip)
        self.optimiser.step()
        self.ema.update(self.net)
        self.step += 1
        return float(loss.detach()), dice

    def train(
        self, minutes: float, stop: Callable[[], bool] = bool, log_every: int = 50, save_seconds: float = 180
    ) -> None:
        """Until the last step, for so many minutes, or until stop() is true.

        The run folder gets config.json, log.jsonl and last.pt, every save_seconds and at the end.
        """
        self.run.mkdir(parents=True, exist_ok=True)
        settings = {**asdict(self.settings), "mix": asdict(self.mix)}
        (self.run / "config.json").write_text(json.dumps(settings, indent=1) + "\n")
        begun = saved = noted = time.monotonic()
        losses_seen: list[tuple[float, float]] = []
        for batch in self.batches():
            if self.step >= self.settings.steps or time.monotonic() - begun > minutes * 60 or stop():
                break
            losses_seen.append(self.advance(batch))
            if len(losses_seen) == log_every:
                self._log(losses_seen, time.monotonic() - noted)
                losses_seen, noted = [], time.monotonic()
            if time.monotonic() - saved > save_seconds:
                self.save()
                saved = time.monotonic()
        self.save()

    def _log(self, seen: list[tuple[float, float]], seconds: float) -> None:
        record = {
            "step": self.step,
            "loss": round(sum(loss for loss, _ in seen) / len(seen), 4),
            "dice": round(sum(dice for _, dice in seen) / len(seen), 4),
            "rate": round(self.settings.learning_rate(self.step), 7),
            "crops_per_second": round(len(seen) * self.settings.batch / seconds, 1),
        }
        with (self.run / "log.jsonl").open("a") as log:
            log.write(json.dumps(record) + "\n")
