"""Which processor runs the networks, and with which engine.

Nothing here imports torch unless a GPU may be there.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ocrpipe.errors import DeviceError

DEVICES = ("auto", "cpu", "cuda")
ENGINES = ("onnx", "torch")
PRECISIONS = ("auto", "fp32", "int8")
MOST_THREADS = 8  # small networks on one photo gain nothing beyond


@dataclass(frozen=True, slots=True)
class Device:
    """Where networks run: kind is "cpu" or "cuda"; engine "onnx" or "torch" ("onnx" only on the CPU);
    precision "fp32", "int8" (only with "onnx"), or "auto": int8 with "onnx", of models that list such a twin.
    """

    kind: str
    engine: str
    threads: int
    precision: str = "auto"


def choose(device: str = "auto", engine: str | None = None, precision: str = "auto") -> Device:
    """The device to use. "auto" is a GPU that torch can use, else the CPU; engine None is the fastest one
    there, and for "int8" always "onnx" on the CPU.

    Raises ValueError for an unknown name or an engine that cannot run there, DeviceError where "cuda" is
    asked for and there is none: what was asked for is never replaced silently.
    """
    if device not in DEVICES:
        raise ValueError(f"unknown device {device!r}; known devices: {', '.join(DEVICES)}")
    if engine is not None and engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; known engines: {', '.join(ENGINES)}")
    if precision not in PRECISIONS:
        raise ValueError(f"unknown precision {precision!r}; known precisions: {', '.join(PRECISIONS)}")
    if precision == "int8" and (device == "cuda" or engine == "torch"):
        raise ValueError("precision 'int8' runs with engine 'onnx' on the CPU only; leave the others out")
    engine = "onnx" if precision == "int8" else engine
    if device == "cuda" and engine == "onnx":
        raise ValueError("engine 'onnx' runs on the CPU only; use engine 'torch' with device 'cuda'")
    if device == "cuda" and not _cuda_works():
        raise DeviceError(
            "cuda: torch finds no usable GPU here; use --device cpu, or install torch with CUDA"
        )
    on_gpu = device == "cuda" or (device == "auto" and engine != "onnx" and _has_driver() and _cuda_works())
    chosen = "torch" if on_gpu else engine or "onnx"
    return Device("cuda" if on_gpu else "cpu", chosen, cpu_threads(), precision)


def cpu_threads() -> int:
    """Threads for one network.

    $OMP_NUM_THREADS if it is set, else the cores this process may use, at most 8.
    """
    wish = os.environ.get("OMP_NUM_THREADS", "")
    if wish.isdecimal() and int(wish) > 0:
        return int(wish)
    return min(usable_cores(), MOST_THREADS)


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _has_driver() -> bool:
    """Whether a GPU driver is installed: a look at the disk, where asking torch would cost seconds."""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def _cuda_works() -> bool:
    import torch

    return torch.cuda.is_available()
