"""One network call, two engines. A network is a plain function from one float32 array to another.

ONNX Runtime is the default on a CPU: on small networks it is two to three times as fast as torch, and
importing torch alone costs more than reading a photo. torch serves GPUs. Neither is imported before it is
needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import WeightsError

if TYPE_CHECKING:
    from torch import nn

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def onnx_network(data: bytes, name: str, *, threads: int = 1, classes: int | None = None) -> Network:
    """The network in data, an ONNX file's contents with one float32 input and one output, run on the CPU.

    name appears in errors. classes, if given, is how long the output's last axis must be. Raises WeightsError
    for anything that ONNX Runtime cannot load, and later for a batch that the network will not take.
    """
    session = _session(data, name, threads)
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1 or inputs[0].type != "tensor(float)":
        raise WeightsError(f"{name}: expected one float32 input and one output; export the model again")
    _check_classes(outputs[0].shape[-1] if outputs[0].shape else None, classes, name)
    feed, fetch = inputs[0].name, [outputs[0].name]

    def network(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            return np.asarray(session.run(fetch, {feed: np.ascontiguousarray(batch)})[0], np.float32)
        except _onnx_errors() as error:
            raise WeightsError(f"{name}: failed on a batch of shape {batch.shape}: {_line(error)}") from error

    return network


def onnx_metadata(data: bytes, name: str) -> dict[str, str]:
    """The metadata that an ONNX file carries; WeightsError if data is none."""
    found: dict[str, str] = _session(data, name, 1, optimise=False).get_modelmeta().custom_metadata_map
    return dict(found)


def safetensors_metadata(data: bytes, name: str) -> dict[str, str]:
    """The metadata that a safetensors file carries; WeightsError if data is none.

    Read by hand, for the library reads it from files only: 8 bytes of length, then as many bytes of JSON.
    """
    try:
        length = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (ValueError, AttributeError, OverflowError) as error:
        raise WeightsError(f"{name}: not a safetensors file; restore it or name another") from error
    return {str(key): str(value) for key, value in metadata.items()} if isinstance(metadata, dict) else {}


def torch_network(module: nn.Module, *, kind: str = "cpu", threads: int = 1) -> Network:
    """module run by torch on kind ("cpu" or "cuda"), in inference mode."""
    import torch

    # nn.Module.to has no stub for memory_format. channels_last is worth 1.1-1.6x for these networks on CPUs;
    # reduced precision only costs there.
    module = module.eval().to(kind).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if kind == "cpu":
        torch.set_num_threads(threads)

    def network(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            out: NDArray[np.float32] = module(torch.from_numpy(batch).to(kind)).float().cpu().numpy()
        return out

    return network


def load_state(module: nn.Module, state: bytes, name: str, *, optional: str | None = None) -> None:
    """Put the weights in state, a safetensors file's contents (any precision), into module.

    Weights whose names begin with optional may be absent: a part of module that serves training only.
    WeightsError for anything else that is missing, superfluous or of another shape.
    """
    import safetensors
    import safetensors.torch

    try:
        missing, unexpected = module.load_state_dict(safetensors.torch.load(state), strict=False)
    except (safetensors.SafetensorError, RuntimeError) as error:
        raise WeightsError(f"{name}: weights do not fit {type(module).__name__}: {_line(error)}") from error
    # Counters of batches seen serve training only, and exporters may drop them.
    absent = [
        key for key in missing if not key.endswith("num_batches_tracked") and not _begins(key, optional)
    ]
    if absent or unexpected:
        odd = (absent or unexpected)[0]
        raise WeightsError(
            f"{name}: made for another architecture, {odd} is {'missing' if absent else 'unknown'}"
        )


def _session(data: bytes, name: str, threads: int, *, optimise: bool = True) -> Any:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4  # its warnings would stand between ours; failures arrive as exceptions
    # Buffers planned in advance serve a shape that comes again; photos differ, and each shape kept its own:
    # without them a 12-megapixel photo peaks at 356 MB instead of 500, in the same processor time.
    options.enable_mem_pattern = False
    # Threads that spin while they wait take the cores from everything else that reads photos on this machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not optimise:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except _onnx_errors() as error:
        raise WeightsError(
            f"{name}: not a model that ONNX Runtime can load: {_line(error)}; restore it"
        ) from error


def _onnx_errors() -> tuple[type[Exception], ...]:
    """ONNX Runtime's own exceptions.

    They have no common base. ValueError and RuntimeError come from its bindings.
    """
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (
        value for value in vars(state).values() if isinstance(value, type) and issubclass(value, Exception)
    )
    return (*own, ValueError, RuntimeError)


def _begins(key: str, prefix: str | None) -> bool:
    return prefix is not None and key.startswith(prefix)


def _check_classes(found: object, wanted: int | None, name: str) -> None:
    """A dynamic axis has a name instead of a number and says nothing."""
    if wanted is not None and isinstance(found, int) and found != wanted:
        raise WeightsError(f"{name}: speaks of {found} classes, its charset of {wanted}; correct the index")


def _line(error: Exception) -> str:
    """The first line of a message, without the code that ONNX Runtime puts before it."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].removeprefix("[ONNXRuntimeError] : ").strip()
