"""Training crops for the detector: real photos and rendered scenes, jittered, as batches from one loading
process.

Sample i of a run depends on its seed and i alone, so a resumed run sees what an unbroken one would have seen.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from detectors.targets import border_map, make_targets
from ocrpipe.labels import load_scenes
from ocrpipe.synth.fonts import FontPool, load_faces
from ocrpipe.synth.phrases import load_phrases
from ocrpipe.synth.scenes import SceneRenderer, load_photos
from ocrpipe.synth.writer import Writer
from ocrpipe.train.photo_augment import recolour
from ocrpipe.train.photo_crops import PhotoCache, Sample, cut, tilted

# images (N, S, S, 3) RGB, score maps, masks and border maps (N, S, S), all uint8; border maps in 255ths
Batch = tuple[Tensor, Tensor, Tensor, Tensor]
HELD_OUT_NEGATIVES = 100  # the last photos of no_text_train, kept for measuring


@dataclass(frozen=True, slots=True)
class DetectorMix:
    """What a batch is made of; shares are relative weights."""

    crop: int = 320  # pixels
    ic15: float = 0.46
    mlt: float = 0.29
    no_text: float = 0.05
    page: float = 0.16  # rendered
    street: float = 0.10  # rendered
    smallest: float = 9.0  # pixels, word height in the crop: log-uniform between the two
    largest: float = 80.0
    clear_until: int = 4000  # samples before which words are at least twice `smallest`: a curriculum


def load_renderer(data: Path) -> SceneRenderer:
    """A renderer from data/fonts (but the held-out families), data/lexicons and data/backgrounds."""
    characters = string.digits + string.ascii_letters + string.punctuation
    fonts = FontPool(load_faces(data / "fonts"), characters)
    return SceneRenderer(
        Writer(load_phrases(data / "lexicons", characters), fonts), load_photos(data / "backgrounds")
    )


class SampleStream(IterableDataset[Batch]):
    """Endless batches from sample `start` on; border maps are empty before sample `borders_from`."""

    def __init__(
        self, data: Path, mix: DetectorMix, batch: int, seed: int, start: int = 0, borders_from: int = 0
    ) -> None:
        self.mix, self.batch, self.seed = mix, batch, seed
        self.start, self.borders_from = start, borders_from
        scenes = data / "scenes"
        self.photos = [
            load_scenes(scenes / "ic15_train"),
            load_scenes(scenes / "mlt_boxes_train"),
            load_scenes(scenes / "no_text_train")[:-HELD_OUT_NEGATIVES],
        ]
        self.renderer = load_renderer(data)
        self.cache = PhotoCache()

    def sample(self, index: int) -> Sample:
        """Sample `index` of the run, before conversion to targets."""
        rng = np.random.default_rng([self.seed, index])
        weights = np.array([self.mix.ic15, self.mix.mlt, self.mix.no_text, self.mix.page, self.mix.street])
        kind = int(rng.choice(len(weights), p=weights / weights.sum()))
        if kind < len(self.photos):
            scene = self.photos[kind][int(rng.integers(len(self.photos[kind])))]
            clear = index < self.mix.clear_until
            low = self.mix.smallest * (2 if clear else 1)
            photo = self.cache.load(scene.image)
            drawn = cut(photo, scene, self.mix.crop, (low, self.mix.largest), rng)
        else:
            draw = self.renderer.page if kind == len(self.photos) else self.renderer.street
            drawn = tilted(draw(self.mix.crop, rng), rng)
        return Sample(recolour(drawn.image, rng), drawn.quads, drawn.ignored)

    def __iter__(self) -> Iterator[Batch]:
        """Batch after batch, without end."""
        index = self.start
        while True:
            samples = [self.sample(i) for i in range(index, index + self.batch)]
            yield collate(samples, self.mix.crop, index >= self.borders_from)
            index += self.batch


def collate(samples: Sequence[Sample], size: int, borders: bool) -> Batch:
    """Samples with their maps as one batch; borders False leaves the border maps empty, which is cheaper."""
    maps = [make_targets(s.quads, s.ignored, size, size) for s in samples]
    near = np.zeros((len(samples), size, size), np.float32)
    if borders:
        near = np.stack([border_map(s.quads, s.ignored, size, size) for s in samples])
    return (
        torch.from_numpy(np.stack([s.image for s in samples])),
        torch.from_numpy(np.stack([m.score for m in maps])),
        torch.from_numpy(np.stack([m.mask for m in maps])),
        torch.from_numpy(np.ceil(near * 255).astype(np.uint8)),
    )


def _quiet_worker(_: int) -> None:
    cv2.setNumThreads(0)  # one process, one core
    torch.set_num_threads(1)


def load_batches(stream: SampleStream, workers: int = 1) -> Iterator[Batch]:
    """Batches of stream, made ahead of need in one background process, or in this one if workers is 0.

    ValueError for more: every process would make the same samples.
    """
    if workers not in {0, 1}:
        raise ValueError(f"workers must be 0 or 1, got {workers}")
    if workers == 0:
        return iter(stream)
    return iter(
        DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=6, worker_init_fn=_quiet_worker)
    )
