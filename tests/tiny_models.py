"""Networks of a few weights whose answers are known by hand: real files for real engines, with no training.

The detector sees words where the photo is dark; the recogniser says the same letters to every crop.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ocrpipe.model_index import InputRule, ModelEntry, Score, Training
from ocrpipe.release import add_model

LETTERS = "ab"
DETECTOR = ModelEntry(
    "dark-spots", "detector", "db_r18q", licence="MIT", scores=(Score("hmean", 0.5, "nowhere"),)
)
RECOGNIZER = ModelEntry(
    "always-a",
    "recognizer",
    "crnn_xs",
    charset="ascii94",
    input=InputRule("grey, 32 high", {"temperature": 1.0}),
    training=Training(("none",), 0, "by hand", "2026-01-01"),
)


def _model(nodes: list[Any], weights: dict[str, Any], shape_in: list[Any], shape_out: list[Any]) -> bytes:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape_in)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, shape_out)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(made)
    data: bytes = made.SerializeToString()
    return data


def detector_onnx() -> bytes:
    """(1, 3, H, W) -> (1, 1, H, W).

    Sigmoid(-20 x sum of the channels - 10), near 1 where they are far below 0.
    """
    nodes = [
        helper.make_node("Conv", ["image", "weight", "bias"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["out"]),
    ]
    weights = {"weight": np.full((1, 3, 1, 1), -20, np.float32), "bias": np.array([-10], np.float32)}
    return _model(nodes, weights, [1, 3, "h", "w"], [1, 1, "h", "w"])


def recognizer_onnx(char_class: int = 65, classes: int = 95) -> bytes:
    """(N, 1, 32, W) -> (N, W / 4, classes).

    Logit 9 for char_class in every frame (65 is "a" of ascii94), else 0.
    """
    bias = np.zeros(classes, np.float32)
    bias[char_class] = 9
    nodes = [
        helper.make_node("Conv", ["image", "weight", "bias"], ["map"], strides=[32, 4]),
        helper.make_node("Squeeze", ["map", "axis"], ["rows"]),
        helper.make_node("Transpose", ["rows"], ["out"], perm=[0, 2, 1]),
    ]
    weights = {
        "weight": np.zeros((classes, 1, 32, 4), np.float32),
        "bias": bias,
        "axis": np.array([2], np.int64),
    }
    return _model(nodes, weights, ["n", 1, 32, "w"], ["n", "t", classes])


def weights_folder(folder: Path) -> Path:
    """A folder of weights with both models, registered as real ones are."""
    made = folder / "made"
    made.mkdir(parents=True)
    (made / "dark.onnx").write_bytes(detector_onnx())
    (made / "a.onnx").write_bytes(recognizer_onnx())
    add_model(folder / "weights", DETECTOR, [made / "dark.onnx"])
    add_model(folder / "weights", RECOGNIZER, [made / "a.onnx"])
    return folder / "weights"


def edit_index(folder: Path, **changes: Any) -> None:
    """Overwrite top-level fields of the index in folder."""
    path = folder / "index.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
