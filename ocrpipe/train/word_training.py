"""The recogniser's part of the training loop: words in, CTC loss, word accuracy on dev crops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ocrpipe.model_index import Kind
from ocrpipe.train.checkpoint import Weights
from ocrpipe.train.crop_pool import Crops
from ocrpipe.train.device_words import DeviceWordStream, on_device
from ocrpipe.train.real_crops import fit_height
from ocrpipe.train.settings import LoopSettings
from ocrpipe.train.width_rule import USUAL, WidthRule
from ocrpipe.train.word_data import BATCHES_A_CHUNK, Mix, WordBatch, WordStream, word_loader
from ocrpipe.train.word_sources import WordSources
from recognizer.attention import AttentionDecoder, attention_loss
from recognizer.charset import charset as named_charset
from recognizer.crnn import CRNN
from recognizer.crnn import config as named_network
from recognizer.ctc_loss import ctc_loss
from recognizer.distillation import distillation_loss
from recognizer.metrics import score_words

RENDERERS = ("device", "processes")


@dataclass(frozen=True, slots=True)
class WordTraining(LoopSettings):
    """Settings of a recogniser's run; None of a share or a length is what `Mix` has."""

    network: str = "crnn_s"
    rate: float = 1.5e-3
    charset: str = "ascii94"
    easy_until: int | None = None  # samples over which words grow long and hard; 1 is no curriculum
    real_share: float | None = None  # of real crops; by default more of them in the decay
    attention: float = 0.0  # weight of an attention decoder's loss beside CTC
    distill: float = 0.0  # weight of a teacher's opinion
    squeezed_to: int | None = None  # pixels, of every crop, as the field's 100; None keeps aspects
    widened: bool = True  # narrow crops are, as the recogniser does it
    render: str | None = None  # "device" or "processes"; None is the device where that is a GPU

    @property
    def rule(self) -> WidthRule:
        """How wide crops become."""
        return WidthRule(self.squeezed_to, self.widened)

    def mix(self) -> Mix:
        """The samples' mixture that goes with this schedule."""
        mix = Mix(batch=self.batch, late_from=int(self.samples * (1 - self.decay_share)))
        if self.easy_until is not None:
            mix = replace(mix, easy_until=self.easy_until)
        if self.real_share is not None:
            mix = replace(mix, real_share=self.real_share, late_real_share=self.real_share)
        return mix


PRESETS: dict[str, WordTraining] = {
    # The paper's: VGG, 36 characters without case, ADADELTA at its own rate. Crops keep their aspect here.
    "crnn_vgg": WordTraining(
        "crnn_vgg", charset="alnum36", optimizer="adadelta", rate=1.0, warmup=0, weight_decay=0.0
    ),
    "crnn_xs": WordTraining("crnn_xs"),
    "crnn_s": WordTraining("crnn_s"),
    "crnn_m": WordTraining("crnn_m"),
    "crnn_l": WordTraining("crnn_l"),
}


class WordJob:
    """One recogniser in training.

    weights: what the network starts from, by default at random. teacher: a trained network of the same
    charset whose opinion is learnt with weight `distill`. device: what trains, "cpu" or "cuda". ValueError
    where words are to be rendered on it and cannot be.
    """

    stage: Kind = "recognizer"
    measure = "mean"

    def __init__(
        self,
        settings: WordTraining,
        sources: WordSources,
        weights: Weights | None = None,
        teacher: CRNN | None = None,
        device: str = "cpu",
    ) -> None:
        torch.manual_seed(settings.seed)
        self.device = torch.device(device)
        self.on_device = renders_on_device(settings, sources, device)
        self.settings: WordTraining = settings
        self.sources, self.charset = sources, settings.charset
        self.characters = named_charset(settings.charset)
        self.model: CRNN = network(settings.network, settings.charset)
        self.branch: nn.Module = nn.ModuleList()
        if settings.attention > 0:
            features = 2 * self.model.config.hidden
            self.branch = AttentionDecoder(features, self.characters.classes)
        self.teacher = None if teacher is None else teacher.eval().requires_grad_(False)
        if weights is not None:
            self.model.load_state_dict(weights)

    def batches(self, step: int) -> Iterator[WordBatch]:
        """From step on: a chunk that was cut short goes on where it was cut."""
        chunk, skip = divmod(step, BATCHES_A_CHUNK)
        settings, sources = self.settings, self.sources
        if sources.renderer is not None and self.on_device:
            made = on_device(sources.renderer, self.device, processes=settings.workers)
            words = DeviceWordStream(made, sources.real, self.characters, settings.mix(), settings.seed)
            yield from words.batches(chunk, skip, settings.workers)
            return
        stream = WordStream(
            sources.renderer, sources.real, self.characters, settings.mix(), settings.seed, chunk,
            settings.rule,
        )  # fmt: skip
        yield from word_loader(stream, settings.workers, skip)

    def loss(self, batch: WordBatch, step: int, device: str) -> tuple[Tensor, dict[str, float]]:
        """CTC, and what the settings add to it."""
        images = batch.images.contiguous(memory_format=torch.channels_last).to(device, non_blocking=True)
        features = self.model.features(images)  # (N, T, F)
        logits = self.model.classify(features)
        total = ctc_loss(logits, batch.targets, batch.any_case, self.characters)
        parts: dict[str, float] = {}
        if isinstance(self.branch, AttentionDecoder):
            guided = attention_loss(self.branch, features, batch.targets, batch.any_case)
            total = total + self.settings.attention * guided
            parts["attention"] = float(guided.detach())
        if self.teacher is not None:
            with torch.no_grad():
                opinion = self.teacher.to(device)(images)
            learnt = distillation_loss(logits, opinion)
            total = total + self.settings.distill * learnt
            parts["distill"] = float(learnt.detach())
        return total, parts

    def score(self, weights: Weights) -> dict[str, float]:
        """Word accuracy by source, and their mean."""
        if not len(self.sources.dev):
            return {}
        model = network(self.settings.network, self.settings.charset)
        model.load_state_dict(weights)
        return score_sources(model, self.settings, self.sources.dev)


def renders_on_device(settings: WordTraining, sources: WordSources, device: str) -> bool:
    """Whether words are rendered in batches by the device that trains, not word by word in processes.

    ValueError where that is asked for without anything to render from, or with a width rule it does not know.
    """
    if settings.render not in (None, *RENDERERS):
        raise ValueError(f"unknown renderer {settings.render!r}; known: {', '.join(RENDERERS)}")
    known = sources.renderer is not None and settings.rule == USUAL
    if settings.render == "device" and not known:
        raise ValueError(
            "rendering on the device needs a data folder with fonts, and crops as wide as the recogniser "
            "wants them; render in processes"
        )
    return known and settings.render != "processes" and (device != "cpu" or settings.render == "device")


def network(name: str, charset: str) -> CRNN:
    """An untrained network with a class for every character. ValueError for unknown names."""
    return CRNN(replace(named_network(name), classes=named_charset(charset).classes))


def score_sources(model: CRNN, settings: WordTraining, dev: Crops) -> dict[str, float]:
    """Word accuracy (case-insensitive alphanumeric) by source, `strict` over all, and `mean` of the
    sources.
    """
    crops = [dev[i] for i in range(len(dev))]
    views = [fit_height(crop.word) for crop in crops]
    with torch.inference_mode():
        model = model.eval()
        texts = settings.rule.read(
            lambda images: model(torch.from_numpy(images)).numpy(), views, named_charset(settings.charset)
        )
    scores = {}
    for source in sorted({crop.source for crop in crops}):
        pairs = [(p, c.text) for p, c in zip(texts, crops, strict=True) if c.source == source]
        scores[source] = score_words([p for p, _ in pairs], [t for _, t in pairs]).accuracy
    scores["mean"] = sum(scores.values()) / len(scores)
    return scores | {"strict": score_words(texts, [crop.text for crop in crops]).strict}
