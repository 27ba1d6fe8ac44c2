"""int8 twins of fp32 networks, for processors that multiply bytes faster than floats.

Static quantisation by ONNX Runtime: activations as bytes within the ranges seen on real photos, weights with
a scale a channel. Weights take 7 of their 8 bits: processors without VNNI add pairs of products in 16 bits,
which 8 would overflow (ONNX Runtime, "Quantize ONNX models"). LSTMs stay in fp32, and so do
the first convolutions and the last layer: what the first lose all others see, and the last one's outputs are
finer than 256 steps. The very first takes longer as bytes anyway, for it has few channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.db_detector import DBDetector
from ocrpipe import model_index
from ocrpipe.errors import WeightsError
from ocrpipe.model_index import Kind, ModelEntry
from ocrpipe.pipeline import Pipeline, load_pipeline
from ocrpipe.runtime import Network, onnx_network
from recognizer.crnn_recognizer import CRNNRecognizer

Batch = NDArray[np.float32]
OPERATORS = ("Conv", "ConvTranspose", "Relu", "Add", "MaxPool", "Concat", "Resize", "MatMul", "Gemm")
EXACT: dict[Kind, int] = {"detector": 1, "recognizer": 3}  # so many first convolutions, by what dev sets lose
WEIGHTED = ("Conv", "ConvTranspose", "MatMul", "Gemm")  # layers with a kernel, of which the last stays exact


@dataclass(frozen=True, slots=True)
class Twin:
    """data: the int8 network of model, an ONNX file's contents. difference: the mean distance between its
    outputs and the fp32 network's on the first batch that the photos showed them.
    """

    model: ModelEntry
    data: bytes
    difference: float


def quantise_defaults(folder: Path, photos: Sequence[Path]) -> Iterator[Twin]:
    """Twins of the default detector and of the default recogniser in folder, calibrated on what they see in
    photos, which are read one at a time.

    Raises WeightsError for a folder without such models, or where the package onnx is missing, ImageError for
    a photo that cannot be read, and ValueError where the photos show a network nothing.
    """
    index = model_index.read(folder)
    pipeline = load_pipeline(weights_folder=folder, device="cpu", precision="fp32")
    detector, recognizer = pipeline.detector, pipeline.recognizer
    if not isinstance(detector, DBDetector) or not isinstance(recognizer, CRNNRecognizer):
        raise WeightsError(f"{folder}: the default models have no networks; name others as defaults")
    looking, reading = _Recorder(detector.network), _Recorder(recognizer.network)
    pipeline.detector, recognizer.network = replace(detector, network=looking), reading
    recorders: dict[Kind, _Recorder] = {"detector": looking, "recognizer": reading}
    for kind, recorder in recorders.items():
        entry = model_index.entry(index, kind, None)
        data = model_index.verified(folder, entry.files["onnx"])
        first, batches = _peek(_seen(recorder, recorders.values(), pipeline, photos), entry.id)
        made = quantise(data, batches, entry.id, EXACT[kind])
        gap = onnx_network(made, entry.id)(first) - recorder.network(first)
        yield Twin(entry, made, float(np.abs(gap).mean()))


def quantise(data: bytes, batches: Iterable[Batch], name: str, exact: int = 0) -> bytes:
    """The int8 twin of the network in data, an fp32 ONNX file's contents with one input, which takes batches.

    name appears in errors. exact: so many first convolutions stay in fp32, with all between them. Raises
    WeightsError where the package onnx is missing.
    """
    try:
        import onnx
        from onnxruntime import quantization
        from onnxruntime.quantization.shape_inference import quant_pre_process
    except ImportError as error:
        raise WeightsError(f'{name}: quantising needs onnx; run: pip install "ocrpipe[train]"') from error

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]  # its base has no types
        def get_next(self) -> dict[str, Batch] | None:
            return next(feeds, None)

    graph = onnx.load_model_from_string(data).graph
    feed, floats = graph.input[0].name, _floats(graph.node, exact)
    feeds = ({feed: batch} for batch in batches)
    with TemporaryDirectory() as place:
        source, plain, out = (Path(place) / f"{step}.onnx" for step in ("fp32", "plain", "int8"))
        source.write_bytes(data)
        quant_pre_process(source, plain, skip_symbolic_shape=True)
        quantization.quantize_static(plain, out, Reader(), nodes_to_exclude=floats, **_settings(quantization))
        return out.read_bytes()


def _floats(nodes: Sequence[Any], exact: int) -> list[str]:
    """Names of those nodes of a graph, in its order, that stay in fp32; none of a graph without others."""
    layers = [i for i, node in enumerate(nodes) if node.op_type in WEIGHTED]
    if len(layers) < exact + 2:
        return []
    return [node.name for node in [*nodes[: layers[exact]], *nodes[layers[-1] :]]]


def _settings(quantization: Any) -> dict[str, Any]:
    """What every twin is made with."""
    return {
        "quant_format": quantization.QuantFormat.QDQ,
        "activation_type": quantization.QuantType.QUInt8,
        "weight_type": quantization.QuantType.QInt8,
        "calibrate_method": quantization.CalibrationMethod.MinMax,
        "op_types_to_quantize": list(OPERATORS),
        "per_channel": True,
        "reduce_range": True,
        "extra_options": {"CalibMovingAverage": True},
    }


class _Recorder:
    """A network that keeps the batches it is given."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.seen: list[Batch] = []

    def __call__(self, batch: Batch) -> Batch:
        self.seen.append(batch)
        return self.network(batch)


def _seen(
    recorder: _Recorder, recorders: Iterable[_Recorder], pipeline: Pipeline, photos: Sequence[Path]
) -> Iterator[Batch]:
    """What recorder's network is given while pipeline reads photos; of one photo at a time."""
    for photo in photos:
        for each in recorders:
            each.seen.clear()
        pipeline.read(photo)
        yield from list(recorder.seen)


def _peek(batches: Iterator[Batch], name: str) -> tuple[Batch, Iterator[Batch]]:
    """The first of batches, and all of them. ValueError for none."""
    first = next(batches, None)
    if first is None:
        raise ValueError(f"{name}: the photos show it nothing; give photos with text")

    def every() -> Iterator[Batch]:
        yield first
        yield from batches

    return first, every()
