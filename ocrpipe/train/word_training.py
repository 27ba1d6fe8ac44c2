"""Training the recogniser: one loop, stopped by samples or minutes, resumable to the batch."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import torch

from ocrpipe.errors import WeightsError
from ocrpipe.train import checkpoint
from ocrpipe.train.real_crops import RealCrop, fit_height, load_crops, load_scene_crops
from ocrpipe.train.word_data import BATCHES_A_CHUNK, Mix, WordBatch, WordStream, load_renderer, word_loader
from recognizer.charset import charset as named_charset
from recognizer.crnn import CRNN
from recognizer.crnn import config as named_network
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.ctc_loss import ctc_loss
from recognizer.metrics import score_words


@dataclass(frozen=True, slots=True)
class WordTraining:
    """Settings of one run."""

    network: str = "crnn_s"
    charset: str = "ascii94"
    samples: int = 1_000_000  # where the learning rate ends
    decay_share: float = 0.3  # the last part of samples, with cosine decay and more real crops
    rate: float = 1.5e-3
    warmup: int = 300  # steps
    weight_decay: float = 1e-4  # not on norms and biases
    clip: float = 5.0  # gradient norm
    ema: float = 0.999
    batch: int = 32  # 64 was left for it on the plateau, yet the two were never compared on equal terms
    seed: int = 1
    threads: int = 1
    workers: int = 1

    def learning_rate(self, step: int) -> float:
        """Warm-up, flat, cosine to zero."""
        begin, end = self.samples * (1 - self.decay_share) / self.batch, self.samples / self.batch
        fall = min(1.0, max(0.0, (step - begin) / max(1.0, end - begin)))
        return self.rate * min(1.0, (step + 1) / self.warmup) * 0.5 * (1 + math.cos(math.pi * fall))

    def mix(self) -> Mix:
        """The samples' mixture that goes with this schedule."""
        return Mix(batch=self.batch, late_from=int(self.samples * (1 - self.decay_share)))


class WordTrainer:
    """A run in a folder: config.json, log.jsonl, last.pt, best.pt."""

    def __init__(self, settings: WordTraining, run: Path, data: Path) -> None:
        torch.set_num_threads(settings.threads)
        cv2.setNumThreads(0)  # before any use: forked renderers would wait for threads that stayed behind
        torch.manual_seed(settings.seed)
        self.settings, self.run, self.data = settings, run, data
        self.charset = named_charset(settings.charset)
        model = CRNN(named_network(settings.network))
        self.model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # 1.5 times faster here
        self.optimizer = torch.optim.AdamW(
            _groups(model, settings.weight_decay), lr=settings.rate, fused=True
        )
        self.ema = checkpoint.Ema(model, settings.ema)
        self.step, self.best = 0, -1.0

    def train(self, minutes: float, save_every: float = 180.0, dev_every: float = 600.0) -> None:
        """Until `samples` or `minutes` are over, whichever comes first; a checkpoint is left behind either
        way.
        """
        self.run.mkdir(parents=True, exist_ok=True)
        (self.run / "config.json").write_text(json.dumps(asdict(self.settings), indent=1))
        real, dev = self._real(), load_crops(self.data / "words/real_dev")
        chunk = self.step // BATCHES_A_CHUNK
        self.step = chunk * BATCHES_A_CHUNK  # a chunk that was cut short is seen again
        renderer = load_renderer(self.data, self.charset)
        stream = WordStream(renderer, real, self.charset, self.settings.mix(), self.settings.seed, chunk)
        began = saved = scored = logged = time.monotonic()
        losses: list[float] = []
        for batch in word_loader(stream, self.settings.workers):
            losses.append(self.learn(batch))
            now = time.monotonic()
            if self.step % 100 == 0:
                rate = len(losses) * self.settings.batch / (now - logged)
                self._log(loss=sum(losses) / len(losses), samples_per_s=rate, minutes=(now - began) / 60)
                losses, logged = [], now
            done = self.step * self.settings.batch >= self.settings.samples or now - began > minutes * 60
            if done or now - scored > dev_every:
                self._score(dev)
                scored = time.monotonic()
            if done or now - saved > save_every:
                checkpoint.save(self.run / "last.pt", self.state())
                saved = time.monotonic()
            if done:
                return

    def _real(self) -> list[RealCrop]:
        """Real words to train on: crops, and words rectified from labelled photos where there are any."""
        scenes = self.data / "scenes/ic15_train"
        return load_crops(self.data / "words/real_train") + (
            load_scene_crops(scenes) if scenes.is_dir() else []
        )

    def learn(self, batch: WordBatch) -> float:
        """One step on batch; its loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate(self.step)
        self.model.train()
        logits = self.model(batch.images.contiguous(memory_format=torch.channels_last))
        loss = ctc_loss(logits, batch.targets, batch.any_case, self.charset)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        if bool(torch.isfinite(norm)):  # one bad batch must not poison weights and moments
            self.optimizer.step()
            self.ema.update(self.model)
        self.step += 1
        return float(loss.detach())

    def _score(self, dev: Sequence[RealCrop]) -> None:
        scores = score_sources(ema_model(self.settings.network, self.ema.state), self.settings.charset, dev)
        self._log(**{f"dev_{name}": value for name, value in scores.items()})
        if scores["mean"] > self.best:
            self.best = scores["mean"]
            checkpoint.save(self.run / "best.pt", self.state())

    def _log(self, **values: float) -> None:
        record: dict[str, float] = {"step": self.step, "samples": self.step * self.settings.batch}
        record |= {name: round(value, 4) for name, value in values.items()}
        with (self.run / "log.jsonl").open("a") as log:
            log.write(json.dumps(record) + "\n")

    def state(self) -> checkpoint.State:
        """Everything that `restore` needs; the random state of the data is the step itself."""
        return {
            "settings": asdict(self.settings), "step": self.step, "best": self.best,
            "model": self.model.state_dict(), "ema": self.ema.state, "ema_updates": self.ema.updates,
            "optimizer": self.optimizer.state_dict(), "torch_rng": torch.get_rng_state(),
        }  # fmt: skip

    def restore(self, state: checkpoint.State) -> None:
        """Go on where state was saved. WeightsError if it is another network's."""
        if state["settings"]["network"] != self.settings.network:
            raise WeightsError(
                f"the checkpoint is a {state['settings']['network']}, this run a {self.settings.network}"
            )
        self.model.load_state_dict(state["model"])
        self.ema.state, self.ema.updates = state["ema"], state["ema_updates"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.best = state["step"], state["best"]
        torch.set_rng_state(state["torch_rng"])


def _groups(model: CRNN, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay on matrices and kernels only."""
    parameters = list(model.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def ema_model(network: str, state: dict[str, torch.Tensor]) -> CRNN:
    """The network with those weights, ready to read."""
    model = CRNN(named_network(network))
    model.load_state_dict(state)
    return model.eval()


def score_sources(model: CRNN, charset: str, crops: Sequence[RealCrop]) -> dict[str, float]:
    """Word accuracy (case-insensitive alphanumeric) by source, `strict` over all, and `mean` of the
    sources.
    """
    with torch.inference_mode():
        reader = CRNNRecognizer(
            lambda images: model(torch.from_numpy(images)).numpy(), named_charset(charset)
        )
        texts = [t.text for t in reader.transcribe([fit_height(crop.grey) for crop in crops])]
    scores = {}
    for source in sorted({crop.source for crop in crops}):
        pairs = [(p, c.text) for p, c in zip(texts, crops, strict=True) if c.source == source]
        scores[source] = score_words([p for p, _ in pairs], [t for _, t in pairs]).accuracy
    scores["mean"] = sum(scores.values()) / len(scores)
    return scores | {"strict": score_words(texts, [crop.text for crop in crops]).strict}
