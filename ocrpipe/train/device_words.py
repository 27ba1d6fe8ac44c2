"""Batches of words rendered on the device that trains, with real crops among them: `WordStream` for a GPU.

Chunk k depends on (seed, k) alone on one kind of device; another draws other numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ocrpipe.synth.device_words import DeviceRenderer, background_texture, generator_of
from ocrpipe.synth.fonts import load_faces
from ocrpipe.synth.phrases import load_phrases
from ocrpipe.synth.sdf_atlas import build_atlas
from ocrpipe.synth.word_plan import Plan, draw_texts
from ocrpipe.synth.words import load_backgrounds
from ocrpipe.train.crop_augment import augment
from ocrpipe.train.crop_pool import Crops
from ocrpipe.train.real_crops import CASELESS
from ocrpipe.train.spelling import rendered_characters, spelled
from ocrpipe.train.word_data import BATCHES_A_CHUNK, Mix, WordBatch
from recognizer.batching import SOFTEST, normalise, pad, stretch
from recognizer.charset import Charset
from recognizer.ctc_loss import pad_targets

Real = tuple[NDArray[np.uint8], str, bool]  # a crop (32, w), its text, whether its case means nothing


def load_device_renderer(
    data: Path, charset: Charset, device: torch.device, texts: int = 1_000_000, faces: int | None = None
) -> DeviceRenderer:
    """A renderer from data/fonts (but the held-out families), data/lexicons and data/backgrounds.

    texts: how many are drawn beforehand to choose from; faces: how many, evenly spread over the folder; None
    for all, which takes minutes and 1.5 MB of the device each. Raises what loading raises.
    """
    characters = rendered_characters(charset)
    found = load_faces(data / "fonts")
    step = 1 if faces is None else max(1, len(found) // faces)
    atlas = build_atlas(found[::step], characters)
    phrases = load_phrases(data / "lexicons", characters)
    drawn = draw_texts(phrases, characters, texts, np.random.default_rng(0))
    photos = background_texture(load_backgrounds(data / "backgrounds"))
    return DeviceRenderer(atlas.to(device), drawn.to(device), photos.to(device))


class DeviceWordStream:
    """An endless stream of chunks from chunk `start` on, as `WordStream` makes them; images are on the
    renderer's device, targets and any_case are not.
    """

    def __init__(
        self, renderer: DeviceRenderer, real: Crops, charset: Charset, mix: Mix, seed: int, start: int = 0
    ) -> None:
        self.renderer, self.real, self.charset, self.mix = renderer, real, charset, mix
        self.seed, self.start = seed, start

    def __iter__(self) -> Iterator[list[WordBatch]]:
        number = self.start
        while True:
            yield self.chunk(number)
            number += 1

    def chunk(self, number: int) -> list[WordBatch]:
        """The batches of one chunk: samples sorted by width, cut into batches, the batches shuffled."""
        rng = np.random.default_rng((self.seed, number))
        generator = generator_of(self.seed, number, self.renderer.backgrounds.device)
        size = self.mix.batch * BATCHES_A_CHUNK
        difficulty = self.mix.difficulty(number * size)
        real = self._real(int(rng.binomial(size, self.mix.real(number * size))) if len(self.real) else 0, rng)
        plan = self.renderer.plan(size - len(real), difficulty, generator)
        widths = [*plan.final.tolist(), *(crop.shape[1] for crop, _, _ in real)]
        order = np.argsort(widths, kind="stable")
        batches = []
        for start in range(0, size, self.mix.batch):
            chosen = order[start : start + self.mix.batch]
            width = -(-max(widths[i] for i in chosen) // 16) * 16
            drawn = torch.from_numpy(chosen[chosen < len(plan.text)]).to(plan.text.device)
            found = [real[i - len(plan.text)] for i in chosen if i >= len(plan.text)]
            batches.append(self._batch(plan[drawn], found, width, difficulty, generator))
        return [batches[i] for i in rng.permutation(len(batches))]

    def _real(self, count: int, rng: np.random.Generator) -> list[Real]:
        found: list[Real] = []
        for _ in range(count):
            crop = self.real[int(rng.integers(len(self.real)))]
            found.append((stretch(augment(crop.grey, rng, crop.inset)), crop.text, crop.source in CASELESS))
        return found

    def _batch(
        self, plan: Plan, real: list[Real], width: int, difficulty: float, generator: torch.Generator
    ) -> WordBatch:
        parts, device = [], self.renderer.backgrounds.device
        if len(plan.text):
            images = self.renderer.render(plan, width, difficulty, generator)
            parts.append(normalised(images, plan.final))
        if real:
            crops = np.stack([pad(normalise(crop), width) for crop, _, _ in real])[:, None]
            parts.append(torch.from_numpy(crops).to(device))
        texts = [*self.renderer.spell(plan), *(text for _, text, _ in real)]
        targets = [self.charset.encode(spelled(text, self.charset) or "") for text in texts]
        any_case = [False] * len(plan.text) + [free for _, _, free in real]
        return WordBatch(torch.cat(parts), pad_targets(targets), torch.tensor(any_case))


def normalised(images: Tensor, widths: Tensor) -> Tensor:
    """images (N, 1, 32, W), 0..255, of which the first widths (N,) columns are the crop's own, as
    `recognizer.batching.normalise` and `pad` would make them.
    """
    own = (torch.arange(images.shape[3], device=images.device) < widths[:, None])[
        :, None, None
    ]  # (N, 1, 1, W)
    count = (widths * images.shape[2])[:, None, None, None]
    mean = (images * own).sum(dim=(2, 3), keepdim=True) / count
    deviation = (((images - mean) * own) ** 2).sum(dim=(2, 3), keepdim=True).div(count).sqrt()
    return (images - mean) / (deviation + SOFTEST)
