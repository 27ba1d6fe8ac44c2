"""A trained recogniser -> the two files that are released: fp16 safetensors (to train on) and ONNX (to read
with).
"""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from ocrpipe.errors import WeightsError
from ocrpipe.train import checkpoint
from ocrpipe.train.word_training import ema_model
from recognizer.crnn import CRNN

TOLERANCE = 2e-3  # of a logit, between torch and ONNX Runtime: rounding of the fused kernels


def export(run: Path, out: Path) -> tuple[Path, Path]:
    """The best EMA weights of run into out/NAME.safetensors and out/NAME.onnx; both paths.

    The weights are rounded to fp16 first, so that both files hold the same numbers. WeightsError if ONNX
    Runtime disagrees with torch.
    """
    state = checkpoint.load(run / "best.pt")
    network, charset = state["settings"]["network"], state["settings"]["charset"]
    half = {
        name: value.half() if value.is_floating_point() else value for name, value in state["ema"].items()
    }
    model = ema_model(network, {k: v.float() if v.is_floating_point() else v for k, v in half.items()})
    out.mkdir(parents=True, exist_ok=True)
    tensors, onnx = out / f"{network}.safetensors", out / f"{network}.onnx"
    metadata = {"architecture": json.dumps(asdict(model.config)), "charset": charset, "kind": "recognizer"}
    save_file({name: value.contiguous() for name, value in half.items()}, tensors, metadata)
    to_onnx(model, onnx)
    return tensors, onnx


def to_onnx(model: CRNN, path: Path) -> None:
    """model as an ONNX file with any batch and width: "images" (N, 1, 32, W) -> "logits" (N, T, C)."""
    example = torch.randn(2, model.config.in_channels, 32, 128)
    with warnings.catch_warnings():
        # The exporter warns of deprecation and of batch sizes; `_check` runs other sizes than it saw.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (example,),
            path,
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes={"images": {0: "n", 3: "w"}, "logits": {0: "n", 1: "t"}},
            opset_version=17,
            dynamo=False,  # the newer exporter unrolls the LSTMs and fixes their length
        )
    _check(model, path)


def _check(model: CRNN, path: Path) -> None:
    """WeightsError unless ONNX Runtime and torch agree, for other sizes than the exporter saw."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for count, width in ((1, 32), (5, 336)):
        images = np.random.default_rng(width).normal(0, 1, (count, 1, 32, width)).astype(np.float32)
        with torch.inference_mode():
            expected = model(torch.from_numpy(images)).numpy()
        gap = float(np.abs(session.run(None, {"images": images})[0] - expected).max())
        if gap > TOLERANCE:
            raise WeightsError(
                f"{path}: ONNX Runtime and torch differ by {gap:.2g}; do not release this file"
            )
