"""Training crops for the detector: real photos and rendered scenes, jittered, as batches from one loading
process.

Sample i of a run depends on its seed and i alone, so a resumed run sees what an unbroken one would have seen.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from detectors.targets import GAP_WEIGHT, SHRINK_RATIO, border_map, make_targets
from ocrpipe.labels import Scene
from ocrpipe.synth.fonts import FontPool, load_faces
from ocrpipe.synth.phrases import load_phrases
from ocrpipe.synth.scenes import SceneRenderer, load_photos
from ocrpipe.synth.writer import Writer
from ocrpipe.train.photo_augment import recolour
from ocrpipe.train.photo_crops import PhotoCache, Sample, cut, tilted
from ocrpipe.train.workers import in_one_line, outlive_interrupts, quiet_forks

# images (N, S, S, 3) RGB, score maps, masks and border maps (N, S, S), all uint8; border maps in 255ths
Batch = tuple[Tensor, Tensor, Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class DetectorMix:
    """What a batch is made of; kinds have relative weights, among photos and among what is rendered."""

    crop: int = 320  # pixels
    real_share: float = 0.80  # photos; benchmarks/detector_ablation.md
    ic15: float = 0.40
    mlt: float = 0.27
    no_text: float = 0.05
    own: float = 0.75  # a user's labelled photos
    page: float = 0.60  # rendered
    street: float = 0.40  # rendered
    smallest: float = 9.0  # pixels, word height in the crop: log-uniform between the two
    largest: float = 140.0  # shop signs fill a photo
    gap_weight: int = GAP_WEIGHT  # what pixels between neighbours count
    clear_until: int = 4000  # samples before which words are at least twice `smallest`: a curriculum


def load_renderer(data: Path) -> SceneRenderer:
    """A renderer from data/fonts (but the held-out families), data/lexicons and data/backgrounds."""
    characters = string.digits + string.ascii_letters + string.punctuation
    fonts = FontPool(load_faces(data / "fonts"), characters)
    return SceneRenderer(
        Writer(load_phrases(data / "lexicons", characters), fonts), load_photos(data / "backgrounds")
    )


@dataclass(frozen=True, slots=True)
class Photos:
    """Labelled photos to train on, by kind; any may be empty. renderer: None where nothing is rendered."""

    ic15: Sequence[Scene] = ()
    mlt: Sequence[Scene] = ()
    no_text: Sequence[Scene] = ()
    own: Sequence[Scene] = ()
    renderer: SceneRenderer | None = None

    def shares(self, mix: DetectorMix) -> NDArray[np.float64]:
        """(6,) probabilities: of the four kinds, of rendered pages and of rendered streets; kinds without
        photos have 0. ValueError where the mix leaves nothing.
        """
        kinds = ((mix.ic15, self.ic15), (mix.mlt, self.mlt), (mix.no_text, self.no_text), (mix.own, self.own))
        real = _share([weight if len(scenes) else 0.0 for weight, scenes in kinds], mix.real_share)
        drawn = (mix.page, mix.street) if self.renderer is not None else (0.0, 0.0)
        weights = np.concatenate([real, _share(drawn, 1 - mix.real_share)])
        if not weights.sum() > 0:
            raise ValueError("nothing to train on: every kind of photo in the mix is empty")
        return np.asarray(weights / weights.sum(), np.float64)


def _share(weights: Sequence[float], share: float) -> NDArray[np.float64]:
    """weights scaled to share in all; zeros as they are."""
    kinds = np.array(weights, np.float64)
    return kinds * share / kinds.sum() if kinds.sum() > 0 else kinds


@dataclass(frozen=True, slots=True)
class Plan:
    """Which samples a run sees, and what is asked of them, by their numbers.

    Border maps are empty before sample `borders_from`. The shrink ratio grows from `shrink_start` to the one
    that the detector undoes, until sample `shrink_until`.
    """

    batch: int
    seed: int
    start: int = 0
    borders_from: int = 0
    shrink_start: float = SHRINK_RATIO
    shrink_until: int = 0

    def ratio(self, index: int) -> float:
        """Shrink ratio of sample `index`."""
        if index >= self.shrink_until:
            return SHRINK_RATIO
        return self.shrink_start + (SHRINK_RATIO - self.shrink_start) * index / self.shrink_until


class SampleStream(IterableDataset[Batch]):
    """Endless batches from the plan's first sample on."""

    def __init__(self, photos: Photos, mix: DetectorMix, plan: Plan) -> None:
        self.photos, self.mix, self.plan = photos, mix, plan
        self.kinds = [photos.ic15, photos.mlt, photos.no_text, photos.own]
        self.shares = photos.shares(mix)
        self.cache = PhotoCache()

    def sample(self, index: int) -> Sample:
        """Sample `index` of the run, before conversion to targets."""
        rng = np.random.default_rng([self.plan.seed, index])
        kind = int(rng.choice(len(self.shares), p=self.shares))
        renderer = self.photos.renderer
        if kind < len(self.kinds) or renderer is None:
            scenes = self.kinds[kind]
            scene = scenes[int(rng.integers(len(scenes)))]
            clear = index < self.mix.clear_until
            low = self.mix.smallest * (2 if clear else 1)
            photo = self.cache.load(scene.image)
            drawn = cut(photo, scene, self.mix.crop, (low, self.mix.largest), rng)
        else:
            draw = renderer.page if kind == len(self.kinds) else renderer.street
            drawn = tilted(draw(self.mix.crop, rng), rng)
        return Sample(recolour(drawn.image, rng), drawn.quads, drawn.ignored)

    def __iter__(self) -> Iterator[Batch]:
        """Batch after batch, without end; of several processes each makes every so many."""
        worker = get_worker_info()
        offset, step = (worker.id, worker.num_workers) if worker else (0, 1)
        self.cache.budget //= step
        index = self.plan.start + offset * self.plan.batch
        while True:
            samples = [self.sample(i) for i in range(index, index + self.plan.batch)]
            borders = index >= self.plan.borders_from
            yield collate(samples, self.mix.crop, borders, self.plan.ratio(index), self.mix.gap_weight)
            index += step * self.plan.batch


def collate(
    samples: Sequence[Sample],
    size: int,
    borders: bool,
    ratio: float = SHRINK_RATIO,
    gap_weight: int = GAP_WEIGHT,
) -> Batch:
    """Samples with their maps as one batch; borders False leaves the border maps empty, which is cheaper."""
    maps = [make_targets(s.quads, s.ignored, size, size, ratio, gap_weight) for s in samples]
    near = np.zeros((len(samples), size, size), np.float32)
    if borders:
        near = np.stack([border_map(s.quads, s.ignored, size, size, ratio) for s in samples])
    return (
        torch.from_numpy(np.stack([s.image for s in samples])),
        torch.from_numpy(np.stack([m.score for m in maps])),
        torch.from_numpy(np.stack([m.mask for m in maps])),
        torch.from_numpy(np.ceil(near * 255).astype(np.uint8)),
    )


def load_batches(stream: SampleStream, workers: int = 1) -> Iterator[Batch]:
    """Batches of stream, made ahead of need in background processes, or in this one if workers is 0.

    What such a process cannot use reaches this one as the same error, in one line.
    """
    batches: Iterable[Batch] = stream
    if workers:
        quiet_forks()
        batches = DataLoader(
            stream, batch_size=None, num_workers=workers, prefetch_factor=6, worker_init_fn=outlive_interrupts
        )
    with in_one_line():
        yield from batches
