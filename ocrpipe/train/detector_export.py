"""A trained detector as the two files that are released: fp16 safetensors (to train on) and ONNX (to read
with).
"""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from detectors.base import Image
from detectors.dbnet import DBNet, ScoreNet, build
from detectors.resize import normalise, resize
from ocrpipe.errors import WeightsError
from ocrpipe.runtime import onnx_network, torch_network
from ocrpipe.train import checkpoint

TOLERANCE = 1e-3  # of a probability, between torch and ONNX Runtime: rounding of the fused kernels


def export(checkpoint_path: Path, out: Path, photo: Image) -> tuple[Path, Path]:
    """The running mean of a checkpoint as out/NAME.safetensors and out/NAME.onnx; both paths.

    Rounded to fp16 first, so that both files hold the same numbers; the threshold head serves training only
    and stays out. Checked on photo (H, W, 3) uint8 RGB: WeightsError if ONNX Runtime and torch disagree
    about it.
    """
    state = checkpoint.load(checkpoint_path)
    name = state["network"]
    half = {key: _rounded(value) for key, value in state["ema"].items() if not key.startswith("threshold.")}
    net = build(name).eval()
    net.load_state_dict({key: value.to(torch.float32) for key, value in half.items()}, strict=False)
    out.mkdir(parents=True, exist_ok=True)
    tensors, onnx = out / f"{name}.safetensors", out / f"{name}.onnx"
    metadata = {"architecture": json.dumps(asdict(net.config)), "kind": "detector"}
    save_file({key: value.contiguous() for key, value in half.items()}, tensors, metadata)
    to_onnx(net, onnx)
    for long_side in (320, 736):  # other sizes than the exporter saw
        check(net, onnx, normalise(resize(photo, long_side).image[None]))
    return tensors, onnx


def _rounded(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() else value


def to_onnx(net: DBNet, path: Path) -> None:
    """net as an ONNX file for any H and W in multiples of 32: "image" (1, 3, H, W) -> "score" (1, 1, H, W),
    0..1.
    """
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of deprecation, and of sizes read from the example; `check` runs others
        torch.onnx.export(
            ScoreNet(net).eval(),
            (torch.zeros(1, 3, 64, 96),),
            path,
            input_names=["image"],
            output_names=["score"],
            dynamic_axes={"image": {2: "height", 3: "width"}, "score": {2: "height", 3: "width"}},
            opset_version=17,
            dynamo=False,  # folds batch norm into the convolutions, and needs no onnxscript
        )


def check(net: DBNet, path: Path, batch: NDArray[np.float32]) -> None:
    """WeightsError unless ONNX Runtime and torch agree on batch (1, 3, H, W) float32."""
    expected = torch_network(ScoreNet(net))(batch)
    gap = float(np.abs(onnx_network(path.read_bytes(), str(path))(batch) - expected).max())
    if gap > TOLERANCE:
        raise WeightsError(f"{path}: ONNX Runtime and torch differ by {gap:.2g}; do not release this file")
