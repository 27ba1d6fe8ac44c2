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
MOST_THREADS = 8  # small networks on one photo gain nothing beyond


@dataclass(frozen=True, slots=True)
class Device:
    """Where networks run: kind is "cpu" or "cuda"; engine "onnx" or "torch" ("onnx" only on the CPU)."""

    kind: str
    engine: str
    threads: int


def choose(device: str = "auto", engine: str | None = None) -> Device:
    """The device to use. "auto" is a GPU that torch can use, else the CPU; engine None is the fastest one
    there.

    Raises ValueError for an unknown name or an engine that cannot run there, DeviceError where "cuda" is
    asked for and there is none: what was asked for is never replaced silently.
    """
    if device not in DEVICES:
        raise ValueError(f"unknown device {device!r}; known devices: {', '.join(DEVICES)}")
    if engine is not None and engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; known engines: {', '.join(ENGINES)}")
    if device == "cuda" and engine == "onnx":
        raise ValueError("engine 'onnx' runs on the CPU only; use engine 'torch' with device 'cuda'")
    if device == "cuda" and not _cuda_works():
        raise DeviceError(
            "cuda: torch finds no usable GPU here; use --device cpu, or install torch with CUDA"
        )
    on_gpu = device == "cuda" or (device == "auto" and engine != "onnx" and _has_driver() and _cuda_works())
    return Device("cuda" if on_gpu else "cpu", "torch" if on_gpu else engine or "onnx", cpu_threads())


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
