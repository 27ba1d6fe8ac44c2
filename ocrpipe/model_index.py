"""`weights/index.json`: which models there are, what they were made from, and the sha256 every file must
have.

The records mirror the file, `ocrpipe-weights@1`; msgspec checks types and says where one is wrong. Fields
that this version does not know are passed over.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

from ocrpipe.errors import WeightsError

INDEX_NAME = "index.json"
ENVIRONMENT = "OCRPIPE_WEIGHTS"
Kind = Literal["detector", "recognizer"]
FileFormat = Literal["onnx", "onnx-int8", "safetensors"]
Setting = bool | int | float | str


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model: path relative to index.json, with slashes; size in bytes."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class InputRule:
    """What the network expects of its input, in words, and the settings its detector or recogniser is built
    with."""

    rule: str = ""
    settings: dict[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """What made the weights: names of the data sets, samples seen, the command, and the day it ended."""

    data: tuple[str, ...] = ()
    samples: int = 0
    command: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One measured number, and the command and data that made it."""

    metric: str
    value: float
    data: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model. `charset` names a `recognizer.charset`; it is None for a detector."""

    id: str
    kind: Kind
    architecture: str
    files: dict[FileFormat, WeightFile] = field(default_factory=dict)
    charset: str | None = None
    input: InputRule = field(default_factory=InputRule)
    training: Training = field(default_factory=Training)
    scores: tuple[Score, ...] = ()
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """The whole file. `default` gives the id of the model to use for each kind."""

    schema: Literal["ocrpipe-weights@1"] = "ocrpipe-weights@1"
    default: dict[Kind, str] = field(default_factory=dict)
    models: tuple[ModelEntry, ...] = ()


def find_folder(folder: Path | None = None) -> Path:
    """The folder of weights: the one given, else $OCRPIPE_WEIGHTS, else inside the package, else beside it.

    Raises WeightsError, naming every place that was looked at, when none holds an index.json. A folder that
    was asked for is never passed over for another one.
    """
    package = Path(__file__).resolve().parent
    asked = folder or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
    places = [asked] if asked else [package / "_weights", package.parent / "weights"]
    for place in places:
        if (place / INDEX_NAME).is_file():
            return place
    looked = " and ".join(str(place) for place in places)
    raise WeightsError(
        f"no weights: no {INDEX_NAME} in {looked}; name their folder with --weights or ${ENVIRONMENT}"
    )


def read(folder: Path) -> Index:
    """The index in folder.

    WeightsError, with the place in the file, if it is missing, damaged or contradicts itself.
    """
    path = folder / INDEX_NAME
    try:
        index = msgspec.json.decode(path.read_bytes(), type=Index)
    except OSError as error:
        raise WeightsError(
            f"{path}: {error.strerror or error}; restore the file or name another folder"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WeightsError(f"{path}: not an index of weights: {error}; restore the file") from error
    _check(index, path)
    return index


def entry(index: Index, kind: Kind, name: str | None) -> ModelEntry:
    """The model of that id, or the default one for None. WeightsError lists the ids there are."""
    wanted = name if name is not None else index.default.get(kind)
    known = [model.id for model in index.models if model.kind == kind]
    for model in index.models:
        if model.kind == kind and model.id == wanted:
            return model
    what = f"unknown {kind} {wanted!r}" if wanted else f"no default {kind}"
    raise WeightsError(f"{what}; known: {', '.join(known) or 'none'}; see `ocrpipe weights list`")


SUMMARY = ("id", "kind", "architecture", "charset", "size", "scores", "licence")


def summary(model: ModelEntry, index: Index) -> tuple[str, ...]:
    """What a list of models says of model, one cell for each of `SUMMARY`."""
    mark = " *" if index.default.get(model.kind) == model.id else ""
    sizes = ", ".join(f"{form} {file.bytes / 1e6:.1f} MB" for form, file in model.files.items())
    scores = ", ".join(f"{score.metric} {score.value:g} ({score.data})" for score in model.scores)
    return (
        model.id + mark,
        model.kind,
        model.architecture,
        model.charset or "-",
        sizes,
        scores,
        model.licence,
    )


def verified(folder: Path, file: WeightFile) -> bytes:
    """The contents of file; WeightsError unless they are exactly what the index says they are."""
    path = folder / file.path
    data = read_bytes(path)
    if len(data) != file.bytes:
        raise WeightsError(f"{path}: {len(data)} bytes, not the {file.bytes} of the index; restore the file")
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise WeightsError(f"{path}: damaged, its sha256 is not the one in {INDEX_NAME}; restore the file")
    return data


def read_bytes(path: Path) -> bytes:
    """The contents of path; WeightsError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: {error.strerror or error}; restore the file or name another") from error


def _check(index: Index, path: Path) -> None:
    ids = [model.id for model in index.models]
    if len(set(ids)) < len(ids):
        raise WeightsError(f"{path}: two models have the same id; keep one of them")
    for file in (file for model in index.models for file in model.files.values()):
        inside = PurePosixPath(file.path)
        if inside.is_absolute() or ".." in inside.parts or "\\" in file.path:
            raise WeightsError(f"{path}: {file.path!r} leads out of the folder; weights lie beside the index")
