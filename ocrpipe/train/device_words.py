"""Batches of words rendered on the device that trains, with real crops among them: `WordStream` for a GPU.

Chunk k depends on (seed, k) alone on one kind of device; another draws other numbers. Nothing is done word by
word: what the CPU decides it decides for a chunk at once, and it waits for the device once a chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count, islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ocrpipe import console
from ocrpipe.synth.device_words import DeviceRenderer, background_texture, generator_of
from ocrpipe.synth.sdf_atlas import build_atlas
from ocrpipe.synth.word_plan import draw_texts
from ocrpipe.synth.words import WordRenderer
from ocrpipe.train.crop_pool import Crops
from ocrpipe.train.real_chunks import RealPart, RealStream, real_parts
from ocrpipe.train.spelling import spelled
from ocrpipe.train.word_data import BATCHES_A_CHUNK, Mix, WordBatch
from recognizer.batching import SOFTEST
from recognizer.charset import BLANK, Charset

TEXTS = 1_000_000  # drawn beforehand to choose from, if not said otherwise


def on_device(
    renderer: WordRenderer, device: torch.device, texts: int | None = None, processes: int = 0
) -> DeviceRenderer:
    """The batched counterpart of renderer, of the same faces, words and backgrounds, on device.

    The faces that lack a character or do not fit a cell are left out. Glyphs and words are drawn by
    `processes` beside each other: a thousand faces and a million words are 150 s of one core; each face is
    2 MB of the device. FontError where no face is left.
    """
    characters, faces = renderer.fonts.characters, renderer.fonts.faces
    console.note(f"drawing the glyphs of {len(faces)} faces for rendering on {device}")
    atlas = build_atlas(faces, characters, processes)
    drawn = draw_texts(renderer.phrases, characters, texts or TEXTS, np.random.default_rng(0), processes)
    photos = background_texture(renderer.backgrounds)
    return DeviceRenderer(atlas.to(device), drawn.to(device), photos.to(device))


@dataclass(frozen=True, slots=True, eq=False)
class _Real:
    """A `RealPart` on the device: its crops are found by where each begins (R,)."""

    pixels: Tensor
    begin: Tensor
    widths: Tensor

    def padded(self, chosen: Tensor, width: int) -> Tensor:
        """Those of chosen (n,) as (n, 1, 32, width) float32, 0..255, their last column repeated."""
        column = torch.arange(width, device=self.pixels.device)
        inside = torch.minimum(column, self.widths[chosen][:, None] - 1)  # (n, width)
        return self.pixels[:, self.begin[chosen][:, None] + inside].transpose(0, 1)[:, None].float()


class DeviceWordStream:
    """Chunks of batches as `WordStream` makes them; images are on the renderer's device, targets and any_case
    are not.
    """

    def __init__(self, renderer: DeviceRenderer, real: Crops, charset: Charset, mix: Mix, seed: int) -> None:
        self.renderer, self.mix, self.seed = renderer, mix, seed
        self.real, self.charset, self.device = real, charset, renderer.backgrounds.device
        self._targets = text_targets(renderer, charset)

    def batches(self, start: int, skip: int = 0, workers: int = 0) -> Iterator[WordBatch]:
        """Without end, those of chunk `start` first, but for its first `skip`; workers make the real crops
        ready.
        """
        stream = RealStream(self.real, self.charset, self.mix, self.seed, start)
        parts = real_parts(stream, workers, pinned=self.device.type == "cuda")
        chunks = (self.chunk(number, part) for number, part in zip(count(start), parts, strict=False))
        return islice(chain.from_iterable(chunks), skip, None)

    def chunk(self, number: int, part: RealPart) -> list[WordBatch]:
        """The batches of one chunk with its real crops: samples sorted by width, cut into batches, the
        batches shuffled.
        """
        generator = generator_of(self.seed, number, self.device)
        size = self.mix.batch * BATCHES_A_CHUNK
        difficulty = self.mix.difficulty(number * size)
        plan = self.renderer.plan(size - len(part.widths), difficulty, generator)
        table = torch.stack([plan.text, plan.final, plan.height.long(), plan.width.long()])
        told = table.cpu().numpy()  # the one thing that the device is waited for
        real = self._sent(part)
        widths = np.concatenate([told[1], part.widths.numpy()])
        parts = np.argsort(widths, kind="stable").reshape(BATCHES_A_CHUNK, self.mix.batch)
        order = np.random.default_rng((self.seed, number, 1)).permutation(BATCHES_A_CHUNK)
        batches, rendered = [], len(told[0])
        for chosen in parts[order]:
            width = -(-int(widths[chosen].max()) // 16) * 16
            drawn, found = chosen[chosen < rendered], chosen[chosen >= rendered] - rendered
            images = []
            if len(drawn):
                source = int(told[2, drawn].max()), int(told[3, drawn].max())
                words = plan[self._index(drawn)]
                images.append(self.renderer.render(words, width, difficulty, generator, source))
            if len(found):
                images.append(real.padded(self._index(found), width))
            own = self._index(widths[np.concatenate([drawn, found + rendered])])
            labels = _stacked(self._targets[told[0, drawn]], part.targets[found])
            any_case = torch.cat([torch.zeros(len(drawn), dtype=torch.bool), part.any_case[found]])
            batches.append(WordBatch(normalised(torch.cat(images), own), labels, any_case))
        return batches

    def _sent(self, part: RealPart) -> _Real:
        begin = part.widths.cumsum(0) - part.widths
        return _Real(*(each.to(self.device, non_blocking=True) for each in (part.pixels, begin, part.widths)))

    def _index(self, numbers: NDArray[np.int64]) -> Tensor:
        return torch.from_numpy(numbers).to(self.device, non_blocking=True)


def text_targets(renderer: DeviceRenderer, charset: Charset) -> Tensor:
    """What each of the renderer's texts is to a network of that charset: (K, LONGEST) int64 on the CPU."""
    classes = [charset.encode(spelled(char, charset) or "")[0] for char in renderer.atlas.characters]
    return torch.tensor([*classes, BLANK])[renderer.texts.letters.cpu()]  # place -1 is the last


def _stacked(one: Tensor, other: Tensor) -> Tensor:
    """Targets above targets, as wide as their longest word."""
    length = max(one.shape[1], other.shape[1])
    both = torch.cat([torch.nn.functional.pad(each, (0, length - each.shape[1])) for each in (one, other)])
    return both[:, : max(1, int((both != BLANK).sum(1).max()))]


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
