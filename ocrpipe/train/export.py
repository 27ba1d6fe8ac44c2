"""A checkpoint as the two files that are released: fp16 safetensors (to train on) and ONNX (to read with).

The weights are rounded to fp16 first, so that both files hold the same numbers; what serves training only (a
branch, the threshold head) stays out. ONNX Runtime must agree with torch on real inputs.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import nn

from detectors.dbnet import ScoreNet, build
from detectors.resize import normalise, resize
from ocrpipe import images
from ocrpipe.errors import LabelError, WeightsError
from ocrpipe.labels import Scene
from ocrpipe.model_index import InputRule, Kind, ModelEntry, Training
from ocrpipe.outputs import writing
from ocrpipe.runtime import onnx_network, torch_network
from ocrpipe.train import checkpoint, detector_sources, word_sources
from ocrpipe.train.checkpoint import Checkpoint, Weights
from ocrpipe.train.crop_pool import Crops
from ocrpipe.train.real_crops import fit_height
from ocrpipe.train.word_training import network
from recognizer.batching import batches
from recognizer.charset import charset as named_charset

CHECKED = 16  # crops; photos cost more
CHECKED_PHOTOS = 2
LOGIT_TOLERANCE = 2e-3  # between torch and ONNX Runtime: rounding of the fused kernels
SCORE_TOLERANCE = 1e-3  # of a probability, the same


INPUT_RULES: dict[Kind, str] = {
    "recognizer": "grey crop, height 32, aspect kept, narrower than 96 px widened half way to 96, "
    "(g - mean) / (deviation + 6), padded with its last column",
    "detector": "RGB / 255, ImageNet mean and deviation, NCHW float32, sides multiples of 32, padded at the "
    "bottom and right; output: probability that a pixel lies in a shrunk word",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """The files and what they hold; gap: the most that the engines differ by on `inputs` inputs."""

    state: Checkpoint
    tensors: Path
    onnx: Path
    gap: float
    inputs: int


def export_checkpoint(path: Path, out: Path, data: Sequence[Path], name: str | None = None) -> Exported:
    """The running mean of the checkpoint at path as out/NAME.safetensors and out/NAME.onnx.

    name: by default that of the network.

    data: as for training; its dev crops or photos are what the engines are compared on. WeightsError, and no
    file, where they disagree; LabelError where data has nothing to compare on.
    """
    state = checkpoint.load(path)
    half = {key: _rounded(value) for key, value in state.ema.items() if not key.startswith("threshold.")}
    model, config = _network(state, half)
    inputs = list(_inputs(state, data))
    stem = name or state.network
    tensors, onnx = out / f"{stem}.safetensors", out / f"{stem}.onnx"
    part = onnx.with_name(f".{onnx.name}.part")
    with writing(onnx):
        out.mkdir(parents=True, exist_ok=True)
        try:
            _to_onnx(state, model, part)
            gap = _largest_gap(state, model, part, inputs)
            metadata = {"architecture": config, "kind": state.stage}
            metadata |= {} if state.charset is None else {"charset": state.charset}
            save_file({key: value.contiguous() for key, value in half.items()}, tensors, metadata)
            part.replace(onnx)
        finally:
            part.unlink(missing_ok=True)
    return Exported(state, tensors, onnx, gap, len(inputs))


def card(done: Exported, today: date) -> ModelEntry:
    """What the weights say of themselves: enough to be read with."""
    state = done.state
    samples = state.step * state.settings["batch"]
    return ModelEntry(
        done.tensors.stem,
        state.stage,
        state.network,
        charset=state.charset,
        input=InputRule(INPUT_RULES[state.stage]),
        training=Training(samples=samples, command=f"ocrpipe train {state.stage}", date=today.isoformat()),
    )


def _rounded(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() else value


def _network(state: Checkpoint, half: Weights) -> tuple[nn.Module, str]:
    """The network as it is exported, and its configuration as JSON."""
    weights = {key: value.float() if value.is_floating_point() else value for key, value in half.items()}
    if state.stage == "recognizer":
        crnn = network(state.network, str(state.charset))
        crnn.load_state_dict(weights)
        return crnn.eval(), json.dumps(asdict(crnn.config))
    net = build(state.network)
    net.load_state_dict(weights, strict=False)  # but the threshold head
    return ScoreNet(net).eval(), json.dumps(asdict(net.config))


def _inputs(state: Checkpoint, data: Sequence[Path]) -> Iterator[NDArray[np.float32]]:
    """Batches as the network gets them in use, of several sizes."""
    if state.stage == "recognizer":
        found = word_sources.load_dev(data, named_charset(str(state.charset)))
        yield from (batch.images for batch in batches(_views(found)))
    else:
        scenes = detector_sources.load_dev(data)[:CHECKED_PHOTOS]
        yield from (_view(scene, side) for scene in scenes for side in (320, 736))


def _views(crops: Crops) -> list[NDArray[np.uint8]]:
    """Some of crops as the recogniser gets them, from all over the set."""
    places = range(0, len(crops), max(1, len(crops) // CHECKED))
    return [fit_height(crops[i].word) for i in places][:CHECKED]


def _view(scene: Scene, long_side: int) -> NDArray[np.float32]:
    return normalise(resize(images.load(scene.image).pixels, long_side).image[None])


def _to_onnx(state: Checkpoint, model: nn.Module, path: Path) -> None:
    """Any batch and width of crops, (N, 1, 32, W) -> (N, T, C); any photo, (1, 3, H, W) -> (1, 1, H, W) in
    multiples of 32.
    """
    if state.stage == "recognizer":
        example, names = torch.randn(2, 1, 32, 128), ("images", "logits")
        axes = {"images": {0: "n", 3: "w"}, "logits": {0: "n", 1: "t"}}
    else:
        example, names = torch.zeros(1, 3, 64, 96), ("image", "score")
        axes = {name: {2: "height", 3: "width"} for name in names}
    with warnings.catch_warnings():
        # The exporter warns of deprecation and of sizes read from the example; other sizes are compared.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (example,),
            path,
            input_names=[names[0]],
            output_names=[names[1]],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,  # the newer exporter unrolls the LSTMs and fixes their length
        )


def _largest_gap(
    state: Checkpoint, model: nn.Module, path: Path, inputs: Sequence[NDArray[np.float32]]
) -> float:
    """WeightsError unless both engines agree on inputs; LabelError without any."""
    if not inputs:
        raise LabelError("nothing to compare the exported files on; name labelled words or photos by --data")
    onnx, live = onnx_network(path.read_bytes(), str(path)), torch_network(model)
    gap = max(float(np.abs(onnx(batch) - live(batch)).max()) for batch in inputs)
    if gap > (LOGIT_TOLERANCE if state.stage == "recognizer" else SCORE_TOLERANCE):
        raise WeightsError(f"{path}: ONNX Runtime and torch differ by {gap:.2g}; nothing was exported")
    return gap
