"""Scan the detector's settings on labelled scenes: a network pass a size, every threshold on its map.

    python benchmarks/detector_scan.py --checkpoint runs/detector/last.pt --data $OCRPIPE_DATA/scenes/ic15_dev

Prints one JSON object a setting, best hmean last. Settings are chosen on dev sets only.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from detectors.geometry import clip
from detectors.metrics import Matching, match
from detectors.postprocess import Decision, postprocess
from detectors.resize import MAX_ENLARGE, Resized, normalise, resize
from ocrpipe import images
from ocrpipe.labels import Scene, load_scenes
from ocrpipe.runtime import Network, onnx_network
from ocrpipe.train.detector_eval import score_network

THRESHOLDS = (0.2, 0.3, 0.4, 0.5)
BOX_THRESHOLDS = (0.4, 0.5, 0.6, 0.7)
UNCLIP_RATIOS = (0.8, 1.0, 1.2)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the scan."""

    long_side: int
    decision: Decision


def score_map(network: Network, scene: Scene, long_side: int) -> tuple[Resized, NDArray[np.float32]]:
    """The photo as the network sees it, and its score map (H, W) without the padding."""
    resized = resize(images.load(scene.image).pixels, long_side, MAX_ENLARGE)
    score = network(normalise(resized.image[None]))[0, 0]
    return resized, score[: resized.height, : resized.width]


def matchings(network: Network, scene: Scene, sides: list[int]) -> Iterator[tuple[Setting, Matching]]:
    """Counts of one scene under every setting."""
    for side in sides:
        resized, score = score_map(network, scene, side)
        for threshold, box, ratio in itertools.product(THRESHOLDS, BOX_THRESHOLDS, UNCLIP_RATIOS):
            if box < threshold:
                continue
            decision = Decision(threshold, box, ratio)
            quads = resized.to_photo(postprocess(score, decision).quads)
            quads = clip(quads, scene.width, scene.height)
            yield Setting(side, decision), match(quads, scene.quads(), scene.ignored())[0]


def main() -> None:
    """Scan and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", type=Path, required=True, help="last.pt of a run, or an .onnx file")
    parser.add_argument("--data", type=Path, required=True, help="a folder of labelled scenes")
    parser.add_argument("--long-sides", type=int, nargs="+", default=[960, 1280, 1600])
    parser.add_argument("--limit", type=int, default=None, help="only so many photos")
    options = parser.parse_args()
    path: Path = options.checkpoint
    network = onnx_network(path.read_bytes(), str(path)) if path.suffix == ".onnx" else score_network(path)
    totals: dict[Setting, Matching] = {}
    for scene in load_scenes(options.data)[: options.limit]:
        for setting, counts in matchings(network, scene, options.long_sides):
            totals[setting] = totals.get(setting, Matching()) + counts
    for setting, counts in sorted(totals.items(), key=lambda row: row[1].hmean):
        scores = {name: round(getattr(counts, name), 4) for name in ("precision", "recall", "hmean")}
        print(json.dumps({**scores, "long_side": setting.long_side, **asdict(setting.decision)}))


if __name__ == "__main__":
    main()
