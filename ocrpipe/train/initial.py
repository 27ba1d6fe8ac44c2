"""Weights that a new run starts from: released ones, a file of them, or another run's checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import torch

from detectors import dbnet
from ocrpipe import model_index, runtime
from ocrpipe.errors import WeightsError
from ocrpipe.model_index import Kind, ModelEntry
from ocrpipe.train import checkpoint
from ocrpipe.train.checkpoint import Weights
from ocrpipe.train.word_training import network
from ocrpipe.weights import METADATA_KEY
from recognizer.charset import charset as named_charset
from recognizer.crnn import CRNN
from recognizer.crnn import config as named_network
from recognizer.growth import deeper, grown

_HEADS = ("head.weight", "head.bias")  # of a CRNN: a row for each class


@dataclass(frozen=True, slots=True)
class Initial:
    """A trained network: its name, its charset (None for a detector), and every weight and statistic."""

    network: str
    charset: str | None
    weights: Weights


def load_initial(name: str, stage: Kind) -> Initial:
    """What name holds: a checkpoint (.pt; its running mean), a .safetensors file, or an id of the weights
    index.

    WeightsError if it is missing, damaged, or another stage's.
    """
    if name.endswith(".pt"):
        state = checkpoint.load(Path(name))
        if state.stage != stage:
            raise WeightsError(f"{name}: a {state.stage}'s checkpoint; name a {stage}'s")
        return Initial(state.network, state.charset, state.ema)
    if name.endswith(".safetensors"):
        data = model_index.read_bytes(Path(name))
        return _released(_described(data, name), data, name, stage)
    folder = model_index.find_folder()
    entry = model_index.entry(model_index.read(folder), stage, name)
    if "safetensors" not in entry.files:
        raise WeightsError(f"{name}: has no safetensors file to train on; name a checkpoint")
    return _released(entry, model_index.verified(folder, entry.files["safetensors"]), name, stage)


def load_teacher(name: str, student: str, charset: str) -> CRNN:
    """The recogniser that name holds. WeightsError unless it says the same characters in as many frames."""
    found = load_initial(name, "recognizer")
    if found.charset != charset:
        raise WeightsError(
            f"{name}: speaks {found.charset}, this run {charset}; a teacher must speak the same"
        )
    teacher = network(found.network, charset)
    teacher.load_state_dict(found.weights)
    own = network(student, charset)
    if teacher.frames(128) != own.frames(128):
        raise WeightsError(
            f"{name}: sees {teacher.frames(128)} frames where {student} sees {own.frames(128)}; name another"
        )
    return teacher


def respelled(start: Initial, charset: str) -> Weights:
    """start's weights for another charset: the head keeps its rows for the blank and for characters that both
    have; new ones begin at zero weight and with the least bias that a character has.
    """
    if start.charset is None or start.charset == charset:
        return start.weights
    old, new = named_charset(start.charset), named_charset(charset)
    places = {char: i for i, char in enumerate(old.characters, start=1)}
    rows = [0, *(places.get(char, -1) for char in new.characters)]
    weights = dict(start.weights)
    for name in _HEADS:
        before = start.weights[name]
        after = torch.zeros((len(rows), *before.shape[1:]))
        if name.endswith("bias"):
            after += before.min()
        known = torch.tensor([i for i, row in enumerate(rows) if row >= 0])
        after[known] = before[torch.tensor([row for row in rows if row >= 0])].float()
        weights[name] = after
    return weights


def grows(name: str, into: str) -> bool:
    """Whether a recogniser of that name is another one with fewer blocks."""
    try:
        return deeper(named_network(name), named_network(into))
    except ValueError:
        return False


def fitted(start: Initial, name: str, charset: str) -> Weights:
    """start's weights for a network of that name and charset, deeper perhaps than its own. ValueError where
    it cannot become one.
    """
    weights = respelled(start, charset)
    if name == start.network:
        return weights
    classes = named_charset(charset).classes
    small, large = (replace(named_network(which), classes=classes) for which in (start.network, name))
    return grown(weights, small, large)


def _described(data: bytes, name: str) -> ModelEntry:
    text = runtime.safetensors_metadata(data, name).get(METADATA_KEY)
    if text is None:
        raise WeightsError(f"{name}: does not say what it is; name a checkpoint or an exported file")
    try:
        return msgspec.json.decode(text, type=ModelEntry)
    except msgspec.DecodeError as error:
        raise WeightsError(f"{name}: its description is damaged: {error}; export it again") from error


def _released(entry: ModelEntry, data: bytes, name: str, stage: Kind) -> Initial:
    if entry.kind != stage:
        raise WeightsError(f"{name}: holds a {entry.kind}, not a {stage}")
    try:
        model: torch.nn.Module = (
            dbnet.build(entry.architecture)
            if stage == "detector"
            else network(entry.architecture, entry.charset or "")
        )
    except ValueError as error:
        raise WeightsError(f"{name}: {error}; it was made by another version") from error
    runtime.load_state(model, data, name, optional="threshold.")
    # A threshold head that is not in the file is left to the run's own seed.
    weights = {key: value for key, value in model.state_dict().items() if not key.startswith("threshold.")}
    return Initial(entry.architecture, entry.charset, weights)
