"""What this installation is made of.

Where each module and each weight file came from, and whether it is sound.
"""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from ocrpipe import device, model_index
from ocrpipe.errors import OcrError
from ocrpipe.version import version

OUR_MODULES = ("ocrpipe", "detectors", "recognizer", "cli")
LIBRARIES = (
    "numpy",
    "opencv-python",
    "pillow",
    "onnxruntime",
    "torch",
    "shapely",
    "pyclipper",
    "rapidfuzz",
    "safetensors",
    "msgspec",
    "click",
    "rich",
)


class Finding(NamedTuple):
    """One line of the report; ok is False where something needs the user."""

    subject: str
    detail: str
    ok: bool = True


def examine(folder: Path | None = None) -> Iterator[Finding]:
    """Version, Python, modules, libraries, device and weights, in that order.

    Imports none of the libraries.
    """
    yield Finding("ocrpipe", version())
    yield Finding("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in OUR_MODULES:
        spec = importlib.util.find_spec(name)
        yield Finding(f"module {name}", str(spec.origin) if spec else "missing; reinstall", spec is not None)
    for name in LIBRARIES:
        yield _library(name)
    yield _device()
    yield from check_weights(folder)


def check_weights(folder: Path | None = None) -> Iterator[Finding]:
    """The folder of weights, and every file in its index, verified by size and sha256."""
    try:
        place = model_index.find_folder(folder)
        index = model_index.read(place)
    except OcrError as error:
        yield Finding("weights", str(error), ok=False)
        return
    yield Finding("weights", str(place))
    for file in (file for model in index.models for file in model.files.values()):
        try:
            model_index.verified(place, file)
        except OcrError as error:
            yield Finding(file.path, str(error), ok=False)
        else:
            yield Finding(file.path, f"{file.bytes} bytes, sha256 {file.sha256[:12]}")
    for kind in ("detector", "recognizer"):
        yield _default(index, kind)


def _default(index: model_index.Index, kind: model_index.Kind) -> Finding:
    try:
        return Finding(f"default {kind}", model_index.entry(index, kind, None).id)
    except OcrError as error:
        return Finding(f"default {kind}", str(error), ok=False)


def _library(name: str) -> Finding:
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "missing; install ocrpipe again", ok=False)


def _device() -> Finding:
    chosen = device.choose()
    return Finding("device", f"{chosen.kind}, engine {chosen.engine}, {chosen.threads} threads")
