"""Batches of word crops: rendered and real ones mixed, the curriculum, and worker processes beside training.

Batches come in *chunks*, and chunk k depends on (seed, k) alone: so any run can be resumed at any chunk, with
any number of workers, and sees what it would have seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from ocrpipe.synth.fonts import FontPool, load_faces
from ocrpipe.synth.levels import NO_PAIRS, real_pairs
from ocrpipe.synth.phrases import load_phrases
from ocrpipe.synth.words import WordRenderer, load_backgrounds
from ocrpipe.train.crop_augment import augment
from ocrpipe.train.crop_pool import Crops
from ocrpipe.train.real_crops import CASELESS, load_crops
from ocrpipe.train.spelling import rendered_characters, spelled
from ocrpipe.train.width_rule import USUAL, WidthRule
from ocrpipe.train.workers import in_one_line, outlive_interrupts, own_chunks, quiet_forks
from recognizer.batching import normalise, pad
from recognizer.charset import SPACE, Charset
from recognizer.ctc_loss import pad_targets

BATCHES_A_CHUNK = 8


@dataclass(frozen=True, slots=True)
class WordBatch:
    """images (N, 1, 32, W) float32; targets (N, L) as of `ctc_loss`; any_case (N,) bool: the label's case
    means nothing.
    """

    images: Tensor
    targets: Tensor
    any_case: Tensor


@dataclass(frozen=True, slots=True)
class Mix:
    """How hard and how real the samples are, by how many have been seen."""

    batch: int = 32
    easy_until: int = 150_000  # difficulty grows linearly to 1 until here
    real_share: float = 0.30
    late_real_share: float = 0.45
    late_from: int = 1 << 60  # samples after which the late share holds
    looks: int = 2
    rows: float = 0.25  # of what is rendered, several words in a row, where the charset has a space

    def difficulty(self, seen: int) -> float:
        """0..1 after `seen` samples."""
        return min(1.0, seen / self.easy_until)

    def real(self, seen: int) -> float:
        """Share of real crops after `seen` samples: few while words are still short and clean."""
        return self.late_real_share if seen >= self.late_from else self.real_share * self.difficulty(seen)


def load_renderer(data: Path, charset: Charset) -> WordRenderer:
    """A renderer from data/fonts (but the held-out families), data/lexicons and data/backgrounds."""
    characters = rendered_characters(charset)
    fonts = FontPool(load_faces(data / "fonts"), characters)
    real = data / "words/real_train"
    return WordRenderer(
        load_phrases(data / "lexicons", characters),
        fonts,
        load_backgrounds(data / "backgrounds"),
        real_pairs(crop.grey for crop in load_crops(real)) if real.is_dir() else NO_PAIRS,
    )


class WordStream(IterableDataset[list[WordBatch]]):
    """An endless stream of chunks from chunk `start` on.

    renderer None: real crops only; no real crops: rendered ones only. charset can spell every text.
    """

    def __init__(
        self,
        renderer: WordRenderer | None,
        real: Crops,
        charset: Charset,
        mix: Mix,
        seed: int,
        start: int = 0,
        rule: WidthRule = USUAL,
    ) -> None:
        self.renderer, self.charset, self.mix, self.seed, self.start = renderer, charset, mix, seed, start
        self.real, self.rule = real, rule

    def __iter__(self) -> Iterator[list[WordBatch]]:
        yield from map(self.chunk, own_chunks(self.start))

    def chunk(self, number: int) -> list[WordBatch]:
        """The batches of one chunk: samples sorted by width, cut into batches, the batches shuffled."""
        rng = np.random.default_rng((self.seed, number))
        size = self.mix.batch * BATCHES_A_CHUNK
        seen = number * size
        samples = self._samples(rng, size, self.mix.difficulty(seen), self.mix.real(seen))
        samples.sort(key=lambda sample: sample[0].shape[1])
        parts = [samples[i : i + self.mix.batch] for i in range(0, size, self.mix.batch)]
        return [self._collate(parts[i]) for i in rng.permutation(len(parts))]

    def _samples(
        self, rng: np.random.Generator, size: int, difficulty: float, real_share: float
    ) -> list[tuple[NDArray[np.uint8], str, bool]]:
        samples: list[tuple[NDArray[np.uint8], str, bool]] = []
        while len(samples) < size:
            if self.renderer is None or (
                len(self.real)
                and rng.random() < real_share * self.mix.looks / (1 + real_share * (self.mix.looks - 1))
            ):
                crop = self.real[int(rng.integers(len(self.real)))]
                samples.append((augment(crop.grey, rng, crop.inset), crop.text, crop.source in CASELESS))
            else:
                words = self.renderer.render(rng, difficulty, self.mix.looks, self._in_a_row(rng))
                samples += [(word.crop, word.text, False) for word in words]
        return samples[:size]

    def _in_a_row(self, rng: np.random.Generator) -> int:
        """How many words; a charset without the space cannot say more than one."""
        if SPACE not in self.charset.characters or rng.random() >= self.mix.rows:
            return 1
        return int(rng.integers(2, 5))

    def _collate(self, samples: list[tuple[NDArray[np.uint8], str, bool]]) -> WordBatch:
        crops = [self.rule.fit(crop) for crop, _, _ in samples]
        width = -(-max(crop.shape[1] for crop in crops) // 16) * 16
        images = np.stack([pad(normalise(crop), width) for crop in crops])[:, None]
        targets = [self.charset.encode(spelled(text, self.charset) or "") for _, text, _ in samples]
        any_case = torch.tensor([free for _, _, free in samples])
        return WordBatch(torch.from_numpy(images), pad_targets(targets), any_case)


def word_loader(stream: WordStream, workers: int, skip: int = 0) -> Iterator[WordBatch]:
    """Batches of stream but the first `skip`, made by `workers` background processes (0: in this one).

    What such a process cannot use reaches this one as the same error, in one line.
    """
    chunks: Iterable[list[WordBatch]] = stream
    if workers:
        quiet_forks()
        chunks = DataLoader(
            stream, batch_size=None, num_workers=workers, prefetch_factor=4, worker_init_fn=outlive_interrupts
        )
    with in_one_line():
        yield from islice(chain.from_iterable(chunks), skip, None)
