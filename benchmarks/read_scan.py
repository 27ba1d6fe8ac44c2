"""Scan what finding and cutting boxes is set by for end-to-end F1 on a folder of labelled scenes.

    python benchmarks/read_scan.py --data $OCRPIPE_DATA/scenes/ic15_dev --split 0.65 --split 1 --space 2

One network pass a photo; every setting then works on the same score map. Settings are chosen on dev sets
only.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from detectors.db_detector import DBDetector
from ocrpipe import images, load_pipeline
from ocrpipe.decode_options import DecodeOptions
from ocrpipe.evaluate import score_reading
from ocrpipe.labels import Scene, load_scenes
from ocrpipe.page import Page
from ocrpipe.pipeline import Pipeline

LEAST = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3)


class Remembered:
    """A score-map network that runs once a photo; `photo` says which one comes next."""

    def __init__(self, detector: DBDetector) -> None:
        self.network, self.photo = detector.network, Path()
        self.maps: dict[Path, NDArray[np.float16]] = {}  # half the memory, and far finer than any threshold

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.photo not in self.maps:
            self.maps[self.photo] = self.network(batch).astype(np.float16)
        return self.maps[self.photo].astype(np.float32)


def certain(page: Page, least: float) -> Page:
    """page without the words below least."""
    return replace(page, words=tuple(word for word in page.words if word.confidence >= least))


def scan(
    pipeline: Pipeline, detector: DBDetector, scenes: list[Scene], settings: Sequence[Sequence[float]]
) -> None:
    """Print a row for each combination of settings: of the score threshold, box threshold, ..."""
    network = Remembered(detector)
    for cut, box, unclip, split, ratio, pixels, space in itertools.product(*settings):
        pipeline.space = space
        pipeline.detector = replace(
            detector,
            network=network,
            threshold=cut,
            box_threshold=box,
            unclip_ratio=unclip,
            split_threshold=split,
            fit_ratio=ratio,
            fit_pixels=pixels,
        )
        pages: dict[Path, Page] = {}
        for scene in scenes:
            network.photo = scene.image
            pages[scene.image] = pipeline.read_photo(images.load(scene.image))
        for least in LEAST:
            scores = score_reading(lambda s, p=pages, m=least: certain(p[s.image], m), scenes)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            both = (scores.detection, scores.end_to_end)
            values = [v for found in both for v in (found.precision, found.recall, found.hmean)]
            cells = [f"{v}" for v in (cut, box, unclip, split, ratio, pixels, space, least)] + [
                f"{100 * v:.1f}" for v in values
            ]
            print(f"| {' | '.join(cells)} |", flush=True)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--every", type=int, default=1, help="Only every so many of the photos.")
@click.option("--long-side", type=int, default=None, help="Another size than the model's own.")
@click.option("--threshold", type=float, multiple=True, help="Score thresholds; by default the model's own.")
@click.option("--box", type=float, multiple=True, help="Box thresholds, likewise.")
@click.option("--unclip", type=float, multiple=True, help="Unclip ratios, likewise.")
@click.option("--split", type=float, multiple=True, help="Valleys at which neighbours are parted, likewise.")
@click.option("--fit-ratio", type=float, multiple=True, help="How much smaller boxes are told, likewise.")
@click.option("--fit-pixels", type=float, multiple=True, help="How many pixels larger, likewise.")
@click.option("--space", type=float, multiple=True, help="Probability of a space to cut at; 2 cuts nowhere.")
@click.option("--looks", type=int, default=1, help="2 reads unsure words again.")
@click.option("--weights", type=click.Path(path_type=Path, exists=True), default=None, help="Their folder.")
def main(
    data: Path,
    every: int,
    long_side: int | None,
    threshold: Sequence[float],
    box: Sequence[float],
    unclip: Sequence[float],
    split: Sequence[float],
    fit_ratio: Sequence[float],
    fit_pixels: Sequence[float],
    space: Sequence[float],
    looks: int,
    weights: Path | None,
) -> None:
    """Print a Markdown table of every setting."""
    # Not turned: the map of a photo is remembered as it stands.
    pipeline = load_pipeline(
        min_confidence=0.0, decode=DecodeOptions(looks=looks), turns=False, weights_folder=weights
    )
    detector = pipeline.detector
    if not isinstance(detector, DBDetector):
        raise click.UsageError("the default detector has no thresholds to scan")
    if long_side is not None:
        detector = replace(detector, long_side=long_side)
    own = (
        detector.threshold, detector.box_threshold, detector.unclip_ratio, detector.split_threshold,
        detector.fit_ratio, detector.fit_pixels,
    )  # fmt: skip
    given = (threshold, box, unclip, split, fit_ratio, fit_pixels)
    settings = [values or (usual,) for values, usual in zip(given, own, strict=True)]
    print(f"{data.name}, long side {detector.long_side}, looks {looks}\n")
    names = "threshold | box | unclip | split | fit ratio | fit pixels | space | least"
    print(f"| {names} | P | R | H | e2e P | e2e R | e2e F1 |")
    print("|---" * 14 + "|")
    scan(pipeline, detector, load_scenes(data)[::every], [*settings, space or (pipeline.space,)])


if __name__ == "__main__":
    main()
