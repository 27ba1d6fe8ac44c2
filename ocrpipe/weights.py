"""The composition root: a name or a path -> verified weights -> a detector or recogniser ready to work.

A name is an id in `weights/index.json`, or "contours", the detector without weights. A path is an .onnx or
.safetensors file that an index.json beside it lists, or that carries its own description (see
`ocrpipe.release`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from ocrpipe import model_index, runtime
from ocrpipe.device import Device
from ocrpipe.errors import WeightsError
from ocrpipe.model_index import FileFormat, Kind, ModelEntry, Setting
from ocrpipe.page import ModelInfo
from ocrpipe.runtime import Network

if TYPE_CHECKING:
    from torch import nn

    from detectors import Detector
    from ocrpipe.decode_options import DecodeOptions
    from recognizer import Charset, Recognizer

Built = TypeVar("Built")

WITHOUT_WEIGHTS = "contours"
METADATA_KEY = "ocrpipe"  # in a weight file's own metadata: its ModelEntry as JSON
_FORMAT_OF: Mapping[str, FileFormat] = {"onnx": "onnx", "torch": "safetensors"}


def load_detector(
    name: str | Path | None,
    device: Device,
    folder: Path | None = None,
    settings: Mapping[str, Setting] | None = None,
) -> tuple[Detector, ModelInfo]:
    """The detector of that id or file (None: the default one), and what a result says of it.

    settings override those stored with the model, such as "box_threshold". Raises WeightsError for weights
    that are missing, damaged or unlisted; ValueError for settings of a detector that has none.
    """
    import detectors

    if name == WITHOUT_WEIGHTS:
        if settings:
            raise ValueError(f"the detector {name} has no setting {next(iter(settings))!r}; leave it out")
        return detectors.DETECTORS[WITHOUT_WEIGHTS](), ModelInfo(name)
    found = _find("detector", name, device, folder)
    wanted = {"network": _network(found, device), **found.entry.input.settings, **(settings or {})}
    return _built(detectors.DETECTORS["dbnet"], found.entry.id, wanted), _info(found)


def load_recognizer(
    name: str | Path | None,
    device: Device,
    folder: Path | None = None,
    decode: DecodeOptions | None = None,
) -> tuple[Recognizer, ModelInfo]:
    """The recogniser of that id or file (None: the default one), and what a result says of it.

    Raises WeightsError for weights that are missing, damaged or unlisted, or that do not fit their charset;
    LexiconError and ValueError for what decode asks and that charset cannot say.
    """
    import recognizer

    found = _find("recognizer", name, device, folder)
    charset = _charset(found.entry)
    settings: dict[str, object] = dict(found.entry.input.settings)
    if decode is not None:
        from recognizer.decoding import Decoder

        settings["decoding"] = decoding = decode.decoding(charset)
        Decoder(charset, decoding)  # what is wrong with it is the user's wish, not the model's settings
    wanted = {"network": _network(found, device), "charset": charset, **settings}
    return _built(recognizer.RECOGNIZERS["crnn"], found.entry.id, wanted), _info(found)


@dataclass(frozen=True, slots=True)
class _Found:
    """A model and the verified contents of the file that will be run."""

    entry: ModelEntry
    format: FileFormat
    data: bytes
    name: str  # the file's, for messages


def _find(kind: Kind, name: str | Path | None, device: Device, folder: Path | None) -> _Found:
    if name is not None and _is_path(name):
        return _from_path(kind, Path(name))
    place = model_index.find_folder(folder)
    entry = model_index.entry(model_index.read(place), kind, None if name is None else str(name))
    wanted = _wanted(entry, device)
    if wanted not in entry.files:
        have = ", ".join(entry.files) or "none"
        raise WeightsError(f"{entry.id}: no {wanted} file, which {_reason(device)} needs; it has: {have}")
    file = entry.files[wanted]
    return _Found(entry, wanted, model_index.verified(place, file), str(place / file.path))


def _wanted(entry: ModelEntry, device: Device) -> FileFormat:
    usual = _FORMAT_OF[device.engine]
    twin = device.precision == "auto" and usual == "onnx" and "onnx-int8" in entry.files
    return "onnx-int8" if twin or device.precision == "int8" else usual


def _reason(device: Device) -> str:
    return f"precision {device.precision!r}" if device.precision == "int8" else f"engine {device.engine!r}"


def _is_path(name: str | Path) -> bool:
    return isinstance(name, Path) or name.endswith((".onnx", ".safetensors"))


def _from_path(kind: Kind, path: Path) -> _Found:
    data = model_index.read_bytes(path)
    form: FileFormat = "onnx" if path.suffix == ".onnx" else "safetensors"
    entry = _listed_beside(path, data) or _described(path, form, data)
    if entry.kind != kind:
        raise WeightsError(f"{path}: holds a {entry.kind}, not a {kind}; give it to --{entry.kind}")
    return _Found(entry, form, data, str(path))


def _listed_beside(path: Path, data: bytes) -> ModelEntry | None:
    """The entry of this very file in the index.json of its folder, if there is one."""
    if not (path.parent / model_index.INDEX_NAME).is_file():
        return None
    digest = sha256(data).hexdigest()
    models = model_index.read(path.parent).models
    return next((m for m in models if any(f.sha256 == digest for f in m.files.values())), None)


def _described(path: Path, form: FileFormat, data: bytes) -> ModelEntry:
    """The entry that the file itself carries in its metadata."""
    metadata = runtime.onnx_metadata if form == "onnx" else runtime.safetensors_metadata
    text = metadata(data, str(path)).get(METADATA_KEY)
    if text is None:
        raise WeightsError(f"{path}: does not say what it is; add it to an index with `ocrpipe weights add`")
    try:
        return msgspec.json.decode(text, type=ModelEntry)
    except msgspec.DecodeError as error:
        raise WeightsError(f"{path}: its description is damaged: {error}; export the model again") from error


def _network(found: _Found, device: Device) -> Network:
    classes = _charset(found.entry).classes if found.entry.kind == "recognizer" else None
    if found.format != "safetensors":
        if device.engine != "onnx":
            raise WeightsError(
                f"{found.name}: ONNX runs on the CPU; use the .safetensors file with {device.kind}"
            )
        return runtime.onnx_network(found.data, found.name, threads=device.threads, classes=classes)
    build = _recognizer_module if found.entry.kind == "recognizer" else _detector_module
    return runtime.torch_network(build(found), kind=device.kind, threads=device.threads)


def _detector_module(found: _Found) -> nn.Module:
    from detectors import dbnet

    try:
        net = dbnet.build(found.entry.architecture)
    except ValueError as error:
        raise WeightsError(f"{found.name}: {error}; it was made by another version") from error
    runtime.load_state(net, found.data, found.name, optional="threshold.")
    return dbnet.ScoreNet(net)


def _recognizer_module(found: _Found) -> nn.Module:
    from recognizer import crnn

    try:
        config = replace(crnn.config(found.entry.architecture), classes=_charset(found.entry).classes)
    except ValueError as error:
        raise WeightsError(f"{found.name}: {error}; it was made by another version") from error
    net = crnn.CRNN(config)
    runtime.load_state(net, found.data, found.name)
    return net


def _charset(entry: ModelEntry) -> Charset:
    from recognizer import charset

    try:
        return charset(entry.charset or "")
    except ValueError as error:
        raise WeightsError(f"{entry.id}: {error}; it was made by another version") from error


def _built(builder: Callable[..., Built], name: str, settings: Mapping[str, object]) -> Built:
    """builder's product.

    What it says of settings that it does not have or that are out of range is a WeightsError.
    """
    try:
        return builder(**settings)
    except (TypeError, ValueError) as error:
        raise WeightsError(f"{name}: settings do not fit: {error}; correct them or the index") from error


def _info(found: _Found) -> ModelInfo:
    return ModelInfo(found.entry.id, sha256(found.data).hexdigest(), found.entry.charset)
