"""The real crops of each chunk, made ready for a device by processes beside training.

What a device renders is mixed with them there (`device_words`); nothing here touches one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from ocrpipe.train.crop_augment import augment
from ocrpipe.train.crop_pool import Crops
from ocrpipe.train.real_crops import CASELESS
from ocrpipe.train.spelling import spelled
from ocrpipe.train.word_data import BATCHES_A_CHUNK, Mix
from ocrpipe.train.workers import in_one_line, outlive_interrupts, own_chunks, quiet_forks
from recognizer.batching import stretch
from recognizer.charset import Charset
from recognizer.ctc_loss import pad_targets


@dataclass(frozen=True, slots=True, eq=False)
class RealPart:
    """R crops beside each other in one picture, so that they travel as one piece whatever their widths.

    pixels: (32, S) uint8, S the sum of widths (R,); targets: (R, L) as of `ctc_loss`; any_case: (R,) bool.
    """

    pixels: Tensor
    widths: Tensor
    targets: Tensor
    any_case: Tensor

    def pin_memory(self) -> RealPart:
        """The same in memory that a GPU copies from without waiting; torch's loader calls it by this name."""
        return RealPart(self.pixels.pin_memory(), self.widths, self.targets, self.any_case)


class RealStream(IterableDataset[RealPart]):
    """The real crops of chunk `start` and all after it; those of chunk k depend on (seed, k) alone."""

    def __init__(self, real: Crops, charset: Charset, mix: Mix, seed: int, start: int = 0) -> None:
        self.real, self.charset, self.mix, self.seed, self.start = real, charset, mix, seed, start

    def __iter__(self) -> Iterator[RealPart]:
        yield from map(self.part, own_chunks(self.start))

    def part(self, number: int) -> RealPart:
        """Those of one chunk: as many as the mix wants of its samples on the average."""
        rng = np.random.default_rng((self.seed, number))
        size = self.mix.batch * BATCHES_A_CHUNK
        count = int(rng.binomial(size, self.mix.real(number * size))) if len(self.real) else 0
        chosen = [self.real[int(rng.integers(len(self.real)))] for _ in range(count)]
        views = [stretch(augment(crop.grey, rng, crop.inset)) for crop in chosen]
        pixels = np.concatenate([np.zeros((32, 0), np.uint8), *views], axis=1)
        texts = [spelled(crop.text, self.charset) or "" for crop in chosen]
        return RealPart(
            torch.from_numpy(pixels),
            torch.tensor([view.shape[1] for view in views], dtype=torch.int64),
            pad_targets([self.charset.encode(text) for text in texts]),
            torch.tensor([crop.source in CASELESS for crop in chosen], dtype=torch.bool),
        )


def real_parts(stream: RealStream, workers: int, pinned: bool) -> Iterator[RealPart]:
    """The parts of stream in order, made by `workers` background processes (0: in this one) and, for a GPU,
    in pinned memory.

    What such a process cannot use reaches this one as the same error, in one line.
    """
    if not workers:
        yield from stream
        return
    quiet_forks()
    with in_one_line():
        yield from DataLoader(
            stream, batch_size=None, num_workers=workers, prefetch_factor=4, pin_memory=pinned,
            worker_init_fn=outlive_interrupts,
        )  # fmt: skip
