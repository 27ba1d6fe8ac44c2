"""Adding trained models to an index of weights, so that users can load them and check them.

A card is a JSON file with the fields of a `ModelEntry` but `files`; id, kind and architecture are enough. The
card is also written into the weight files, so that one that travels alone still says what it is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from ocrpipe import model_index
from ocrpipe.errors import WeightsError
from ocrpipe.model_index import INDEX_NAME, FileFormat, Index, ModelEntry, WeightFile
from ocrpipe.weights import METADATA_KEY


def add_model(folder: Path, card: ModelEntry, files: Sequence[Path], *, default: bool = False) -> ModelEntry:
    """Put files (.onnx, .safetensors) into folder, describe them as card does, and list them in its index.

    A model of the same id is replaced. default makes it the one that is used when none is named; the first of
    its kind always is. Files that are not in folder are copied into it. Raises WeightsError for a file that
    is neither, or damaged, or that cannot be written.
    """
    bare = replace(card, files={})
    entries: dict[FileFormat, WeightFile] = {}
    for file in files:
        form, data = _stamped(file, msgspec.json.encode(bare).decode())
        _write(folder / file.name, data)
        entries[form] = WeightFile(file.name, hashlib.sha256(data).hexdigest(), len(data))
    entry = replace(bare, files=entries)
    index = model_index.read(folder) if (folder / INDEX_NAME).exists() else Index()
    others = tuple(model for model in index.models if model.id != entry.id)
    chosen = dict(index.default)
    if default or entry.kind not in chosen:
        chosen[entry.kind] = entry.id
    _write_index(folder, replace(index, default=chosen, models=(*others, entry)))
    return entry


def add_int8(folder: Path, model_id: str, data: bytes) -> WeightFile:
    """Put data, the int8 twin of the listed model of that id as an ONNX file's contents, beside its other
    files as ID.int8.onnx, and list it. Raises WeightsError for an unknown id or where it cannot be written.
    """
    index = model_index.read(folder)
    found = next((model for model in index.models if model.id == model_id), None)
    if found is None:
        raise WeightsError(f"{folder / INDEX_NAME}: has no model {model_id!r}; add it first")
    name = f"{model_id}.int8.onnx"
    stamped = _stamp_onnx(data, msgspec.json.encode(replace(found, files={})).decode(), name)
    _write(folder / name, stamped)
    file = WeightFile(name, hashlib.sha256(stamped).hexdigest(), len(stamped))
    grown = replace(found, files={**found.files, "onnx-int8": file})
    models = tuple(grown if model.id == model_id else model for model in index.models)
    _write_index(folder, replace(index, models=models))
    return file


def read_card(path: Path) -> ModelEntry:
    """The card in path. Raises WeightsError, saying where, if it is none."""
    try:
        return msgspec.json.decode(model_index.read_bytes(path), type=ModelEntry)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WeightsError(f"{path}: not a model card: {error}; it needs id, kind, architecture") from error


def _stamped(file: Path, description: str) -> tuple[FileFormat, bytes]:
    """The format and contents of file, with description in its metadata."""
    data = model_index.read_bytes(file)
    if file.suffix == ".safetensors":
        return "safetensors", _stamp_safetensors(data, description, str(file))
    if file.suffix == ".onnx":
        form: FileFormat = "onnx-int8" if file.name.endswith(".int8.onnx") else "onnx"
        return form, _stamp_onnx(data, description, str(file))
    raise WeightsError(f"{file}: weights are .onnx or .safetensors files; export the model as one of them")


def _stamp_safetensors(data: bytes, description: str, name: str) -> bytes:
    """Only the header changes: 8 bytes of its length, then JSON padded with spaces to a multiple of 8."""
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + length])
        header["__metadata__"] = {**header.get("__metadata__", {}), METADATA_KEY: description}
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise WeightsError(f"{name}: not a safetensors file; export the model again") from error
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def _stamp_onnx(data: bytes, description: str, name: str) -> bytes:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as error:
        raise WeightsError(f"{name}: not an ONNX model; export the model again") from error
    kept = {prop.key: prop.value for prop in model.metadata_props}
    onnx.helper.set_model_props(model, {**kept, METADATA_KEY: description})
    stamped: bytes = model.SerializeToString()
    return stamped


def _write_index(folder: Path, index: Index) -> None:
    text = msgspec.json.format(msgspec.json.encode(index), indent=2)
    _write(folder / INDEX_NAME, text + b"\n")


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: whoever reads the folder meanwhile sees the old file or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise WeightsError(f"{path}: cannot be written: {error.strerror or error}") from error
