"""The one loop that trains both stages: stopped by samples, steps, minutes or a signal, resumed to the bit.

A run is a folder: config.json, log.jsonl, curve.png; last.pt, every few minutes; best.pt, of the highest dev
score; flat.pt, of the last step before the learning rate decays, for a longer run to go on from.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal

import torch
from torch import Tensor

from ocrpipe.errors import WeightsError
from ocrpipe.outputs import writing
from ocrpipe.train import checkpoint, optimiser, run_log
from ocrpipe.train.checkpoint import Checkpoint
from ocrpipe.train.job import Batch, Job
from ocrpipe.train.progress import Standing

LAST, BEST, FLAT, CONFIG = "last.pt", "best.pt", "flat.pt", "config.json"
MOST_SKIPPED = 100  # steps in a row whose gradient was not finite: nothing will come of it any more
Ending = Literal["samples", "steps", "minutes", "interrupted"]


@dataclass(frozen=True, slots=True)
class Limits:
    """When a call of `train` ends, if not at the schedule's last sample, and how often it saves and measures.

    minutes and steps are this call's own; None is without limit.
    """

    minutes: float | None = None
    steps: int | None = None
    save_minutes: float = 3.0
    dev_minutes: float = 10.0
    log_steps: int = 50


@dataclass(slots=True)
class _Clock:
    """When things were last done, in seconds of `now`; pauses of measuring and saving do not count as
    training."""

    now: Callable[[], float]
    began: float = field(init=False)
    saved: float = field(init=False)
    scored: float = field(init=False)
    logged: float = field(init=False)
    paused: float = 0.0  # since the last record
    losses: list[float] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = self.saved = self.scored = self.logged = self.now()

    def pause(self, work: Callable[[], None]) -> float:
        """Do work; when it was over."""
        start = self.now()
        work()
        end = self.now()
        self.paused += end - start
        return end

    def note(self, loss: float, parts: dict[str, float]) -> None:
        """Add one step's numbers to the next record."""
        self.losses.append(loss)
        for name, value in parts.items():
            self.parts[name] = self.parts.get(name, 0.0) + value

    def speed(self, batch: int) -> float:
        """Samples per second since the last record."""
        return len(self.losses) * batch / max(1e-9, self.now() - self.logged - self.paused)

    def means(self) -> dict[str, float]:
        """Means since the last record."""
        count = max(1, len(self.losses))
        parts = {name: value / count for name, value in self.parts.items()}
        return {"loss": sum(self.losses) / count} | parts

    def restart(self) -> None:
        """Begin the next record."""
        self.losses, self.parts, self.paused, self.logged = [], {}, 0.0, self.now()


class Loop(Generic[Batch]):
    """A job's network, optimiser and running mean, and the folder of its run."""

    def __init__(self, job: Job[Batch], run: Path, device: str = "cpu") -> None:
        torch.set_num_threads(job.settings.threads)
        self.job, self.run, self.device, self.settings = job, run, device, job.settings
        # nn.Module.to has no stub for memory_format; channels_last is 1.5 times faster for these on a CPU.
        self.model = job.model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        job.branch.to(device)
        self.optimiser = optimiser.build(self.model, job.branch, self.settings)
        self.ema = checkpoint.Ema(self.model, self.settings.ema)
        self.step, self.best, self.skipped = 0, -1.0, 0
        self.dev: float | None = None
        self._skipped_in_a_row = 0

    def restore(self, state: Checkpoint, *, same_run: bool = True) -> None:
        """Go on where state was saved; what was best counts for the same run only.

        WeightsError if it is another stage's, network's or charset's. Moments of another optimiser are left
        behind.
        """
        own = (self.job.stage, self.settings.network, self.job.charset)
        if (state.stage, state.network, state.charset) != own:
            theirs = " ".join(filter(None, (state.stage, state.network, state.charset)))
            raise WeightsError(
                f"the checkpoint is a {theirs}, this run a {' '.join(filter(None, own))}; "
                "start a new run, from its weights with --init"
            )
        try:
            self.model.load_state_dict(state.weights)
            self.ema.restore(state.ema, state.ema_updates)
            if state.branch and any(True for _ in self.job.branch.parameters()):
                self.job.branch.load_state_dict(state.branch)
            if state.settings.get("optimizer", "adamw") == self.settings.optimizer:
                optimiser.restore(self.optimiser, state.optimiser)
        except (RuntimeError, KeyError, ValueError) as error:
            raise WeightsError(
                f"the checkpoint does not fit {state.network} as it is now: {str(error).splitlines()[0]}"
            ) from error
        self.step, self.best = state.step, state.best if same_run else -1.0
        torch.set_rng_state(state.rng)

    def state(self) -> Checkpoint:
        """Everything that `restore` needs."""
        return Checkpoint(
            self.job.stage, self.settings.network, self.job.charset, asdict(self.settings),
            self.step, self.best, self.model.state_dict(), self.ema.state, self.ema.updates,
            self.job.branch.state_dict(), self.optimiser.state_dict(), torch.get_rng_state(),
        )  # fmt: skip

    def train(
        self,
        limits: Limits,
        *,
        stopped: Callable[[], bool] = bool,
        show: Callable[[Standing], None] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> Ending:
        """Until the schedule's end, a limit, or stopped(); last.pt is left behind, and why it ended returned.

        Unless interrupted, the dev score is taken once more. OcrError for data and disks that fail: the
        checkpoints on the disk stay whole.
        """
        self._open()
        clock, first, batches = _Clock(now), self.step, self.job.batches(self.step)
        scored_at = -1
        while (ending := self._ending(limits, clock, first, stopped)) is None:
            if self.step == self.settings.decay_from > 0 < self.settings.decay_share:
                self.save(FLAT)
            clock.note(*self.learn(next(batches)))
            if show is not None:
                show(self._standing(limits, clock, first))
            if self.step % limits.log_steps == 0:
                self._log(clock)
            if now() - clock.scored > limits.dev_minutes * 60:
                clock.scored, scored_at = clock.pause(self.evaluate), self.step
            if now() - clock.saved > limits.save_minutes * 60:
                clock.saved = clock.pause(self.save)
        if clock.losses:
            self._log(clock)
        if ending != "interrupted" and scored_at != self.step:
            self.evaluate()
        self.save()
        return ending

    def learn(self, batch: Batch) -> tuple[float, dict[str, float]]:
        """One step on batch; its loss and parts of it.

        A step whose gradient is not finite changes nothing.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate(self.step)
        self.model.train()
        statistics = [buffer.clone() for buffer in self.model.buffers()]
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device == "cuda"):  # slower on these CPUs
            loss, parts = self.job.loss(batch, self.step, self.device)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        trained = [*self.model.parameters(), *self.job.branch.parameters()]
        norm = torch.nn.utils.clip_grad_norm_(trained, self.settings.clip)
        self._apply(bool(torch.isfinite(norm)) and bool(torch.isfinite(loss)), statistics)
        self.step += 1
        return float(loss.detach()), parts

    def _apply(self, finite: bool, statistics: list[Tensor]) -> None:
        """Take the step, or put the norms' statistics back: one bad batch must not poison what is learnt."""
        if finite:
            self.optimiser.step()
            self.ema.update(self.model)
            self._skipped_in_a_row = 0
            return
        with torch.no_grad():
            for buffer, before in zip(self.model.buffers(), statistics, strict=True):
                buffer.copy_(before)
        self.skipped += 1
        self._skipped_in_a_row += 1
        if self._skipped_in_a_row == MOST_SKIPPED:
            raise WeightsError(
                f"{self.run}: no finite gradient for {MOST_SKIPPED} steps; resume with a lower --rate"
            )

    def evaluate(self) -> None:
        """Take the dev score of the running mean, log it, keep it if it is the best, draw the curve."""
        scores = self.job.score(self.ema.state)
        if not scores:
            return
        self._append({f"dev_{name}": value for name, value in scores.items()})
        self.dev = scores[self.job.measure]
        if self.dev > self.best:
            self.best = self.dev
            self.save(BEST)
        run_log.draw_curve(self.run, self.settings.batch, self.job.measure)

    def save(self, name: str = LAST) -> None:
        """The run as it stands. WeightsError when the disk will not take it."""
        checkpoint.save(self.run / name, self.state())

    def _open(self) -> None:
        config: dict[str, Any] = {"stage": self.job.stage, **asdict(self.settings)}
        with writing(self.run / CONFIG):
            self.run.mkdir(parents=True, exist_ok=True)
            (self.run / CONFIG).write_text(json.dumps(config, indent=1) + "\n")

    def _ending(
        self, limits: Limits, clock: _Clock, first: int, stopped: Callable[[], bool]
    ) -> Ending | None:
        if stopped():
            return "interrupted"
        if self.step * self.settings.batch >= self.settings.samples:
            return "samples"
        if limits.steps is not None and self.step - first >= limits.steps:
            return "steps"
        over = limits.minutes is not None and clock.now() - clock.began >= limits.minutes * 60
        return "minutes" if over else None

    def _standing(self, limits: Limits, clock: _Clock, first: int) -> Standing:
        batch = self.settings.batch
        speed = clock.speed(batch)
        ends = [self.settings.samples / batch]
        if limits.steps is not None:
            ends.append(first + limits.steps)
        left = (min(ends) - self.step) * batch / max(1e-9, speed)
        if limits.minutes is not None:
            left = min(left, clock.began + limits.minutes * 60 - clock.now())
        loss = clock.means()["loss"]
        total = self.settings.samples
        return Standing(self.step * batch, total, loss, self.dev, speed, max(0.0, left))

    def _log(self, clock: _Clock) -> None:
        record = clock.means() | {
            "rate": self.settings.learning_rate(self.step),
            "samples_per_s": clock.speed(self.settings.batch),
            "minutes": (clock.now() - clock.began) / 60,
        }
        self._append(record | ({"skipped": self.skipped} if self.skipped else {}))
        clock.restart()

    def _append(self, values: dict[str, float]) -> None:
        seen = {"step": self.step, "samples": self.step * self.settings.batch}
        run_log.append(self.run, seen | values)
