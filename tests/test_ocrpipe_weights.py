from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tiny_models import DETECTOR, RECOGNIZER, edit_index, recognizer_onnx, weights_folder

from ocrpipe import model_index, weights
from ocrpipe.device import Device
from ocrpipe.errors import WeightsError
from ocrpipe.page import ModelInfo
from ocrpipe.release import add_model, read_card
from recognizer.crnn import CRNN, config

CPU = Device("cpu", "onnx", 1)
CPU_TORCH = Device("cpu", "torch", 1)
CROPS = [np.full((32, 60, 3), 200, np.uint8)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return weights_folder(tmp_path)


def test_the_default_recogniser_is_loaded_verified_and_works(folder: Path) -> None:
    model, info = weights.load_recognizer(None, CPU, folder)
    digest = hashlib.sha256((folder / "a.onnx").read_bytes()).hexdigest()
    assert info == ModelInfo("always-a", digest, "ascii94")
    assert [t.text for t in model.transcribe(CROPS)] == ["a"]


def test_a_model_is_found_by_its_id(folder: Path) -> None:
    assert weights.load_recognizer("always-a", CPU, folder)[1].id == "always-a"


def test_the_contours_detector_needs_no_weights() -> None:
    detector, info = weights.load_detector("contours", CPU, Path("nowhere"))
    assert info == ModelInfo("contours")
    assert len(detector.detect(np.zeros((1, 1, 3), np.uint8))) == 0


def test_the_contours_detector_refuses_the_settings_of_a_network() -> None:
    with pytest.raises(ValueError, match="contours has no setting 'box_threshold'"):
        weights.load_detector("contours", CPU, None, {"box_threshold": 0.5})


def test_an_unknown_id_is_answered_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(WeightsError, match="unknown recognizer 'crnn_z'; known: always-a"):
        weights.load_recognizer("crnn_z", CPU, folder)


def test_a_damaged_file_is_refused_before_it_is_used(folder: Path) -> None:
    data = bytearray((folder / "a.onnx").read_bytes())
    data[100] ^= 1
    (folder / "a.onnx").write_bytes(data)
    with pytest.raises(WeightsError, match=r"a\.onnx: damaged, its sha256 is not the one in index\.json"):
        weights.load_recognizer(None, CPU, folder)


def test_a_truncated_file_is_refused_with_both_sizes(folder: Path) -> None:
    data = (folder / "a.onnx").read_bytes()
    (folder / "a.onnx").write_bytes(data[:-1])
    with pytest.raises(WeightsError, match=f"{len(data) - 1} bytes, not the {len(data)} of the index"):
        weights.load_recognizer(None, CPU, folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "a.onnx").unlink()
    with pytest.raises(WeightsError, match=r"a\.onnx: No such file or directory; restore the file"):
        weights.load_recognizer(None, CPU, folder)


def test_a_missing_folder_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsError, match=r"no index\.json in .*name their folder with --weights or \$OCRPIPE"
    ):
        model_index.find_folder(tmp_path)


def test_the_environment_comes_before_the_installed_weights(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCRPIPE_WEIGHTS", str(folder))
    assert model_index.find_folder() == folder
    assert weights.load_recognizer(None, CPU)[1].id == "always-a"


def test_a_folder_in_the_environment_without_index_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCRPIPE_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsError, match="no weights"):
        model_index.find_folder()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not an index of weights"),
        ('{"schema": "ocrpipe-weights@2"}', "not an index of weights.*schema"),
        ('{"models": [{"id": 3}]}', r"Expected `str`, got `int` - at `\$\.models\[0\]\.id`"),
        ('{"models": [{"id": "x", "kind": "spaceship", "architecture": "y"}]}', "spaceship"),
    ],
)
def test_a_damaged_index_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(WeightsError, match=message):
        model_index.read(tmp_path)


def test_an_index_may_hold_fields_of_a_later_version(folder: Path) -> None:
    before = model_index.read(folder)
    edit_index(folder, invented_later=[1, 2])
    assert model_index.read(folder) == before


@pytest.mark.parametrize("path", ["../secret.onnx", "/etc/passwd", "..\\x.onnx"])
def test_an_index_cannot_lead_out_of_its_folder(tmp_path: Path, path: str) -> None:
    files = {"onnx": {"path": path, "sha256": "0", "bytes": 1}}
    models = [{"id": "x", "kind": "detector", "architecture": "y", "files": files}]
    (tmp_path / "index.json").write_text(json.dumps({"schema": "ocrpipe-weights@1", "models": models}))
    with pytest.raises(WeightsError, match="leads out of the folder"):
        model_index.read(tmp_path)


def test_a_charset_of_another_size_than_the_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(recognizer_onnx(char_class=1, classes=37))
    add_model(tmp_path / "w", RECOGNIZER, [tmp_path / "a.onnx"])
    with pytest.raises(WeightsError, match="speaks of 37 classes, its charset of 95"):
        weights.load_recognizer(None, CPU, tmp_path / "w")


def test_settings_that_the_model_does_not_have_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(recognizer_onnx())
    odd = replace(RECOGNIZER, input=model_index.InputRule("", {"temprature": 2.0}))
    add_model(tmp_path / "w", odd, [tmp_path / "a.onnx"])
    with pytest.raises(WeightsError, match=r"always-a: settings do not fit: .*temprature"):
        weights.load_recognizer(None, CPU, tmp_path / "w")


def test_an_engine_without_a_file_says_what_there_is(folder: Path) -> None:
    with pytest.raises(WeightsError, match=r"always-a: no safetensors file, .*it has: onnx"):
        weights.load_recognizer(None, CPU_TORCH, folder)


def test_a_weight_file_that_travels_alone_says_what_it_is(folder: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.onnx"
    alone.write_bytes((folder / "a.onnx").read_bytes())
    model, info = weights.load_recognizer(str(alone), CPU)
    assert (info.id, info.charset, model.transcribe(CROPS)[0].text) == ("always-a", "ascii94", "a")


def test_a_weight_file_of_the_other_kind_is_refused(folder: Path) -> None:
    with pytest.raises(WeightsError, match="holds a recognizer, not a detector; give it to --recognizer"):
        weights.load_detector(folder / "a.onnx", CPU)


def test_a_weight_file_without_description_says_how_to_add_one(tmp_path: Path) -> None:
    (tmp_path / "bare.onnx").write_bytes(recognizer_onnx())
    with pytest.raises(
        WeightsError, match="does not say what it is; add it to an index with `ocrpipe weights add`"
    ):
        weights.load_recognizer(tmp_path / "bare.onnx", CPU)


@pytest.mark.parametrize("name", ["text.onnx", "text.safetensors"])
def test_a_file_that_is_no_weights_at_all_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("hello, this is not a model")
    with pytest.raises(WeightsError, match=r"restore it"):
        weights.load_recognizer(tmp_path / name, CPU)


def test_safetensors_of_half_precision_are_served_by_torch_and_say_what_they_are(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = CRNN(config("crnn_xs"))
    state = {
        name: value.half() if value.is_floating_point() else value for name, value in net.state_dict().items()
    }
    save_file(state, tmp_path / "xs.safetensors")
    add_model(tmp_path / "w", replace(RECOGNIZER, id="xs"), [tmp_path / "xs.safetensors"])
    by_id, info = weights.load_recognizer("xs", CPU_TORCH, tmp_path / "w")
    alone, alone_info = weights.load_recognizer(tmp_path / "w" / "xs.safetensors", CPU)
    assert info == alone_info
    assert info.id == "xs"
    assert by_id.transcribe(CROPS) == alone.transcribe(CROPS)


def test_safetensors_of_another_architecture_are_refused(tmp_path: Path) -> None:
    save_file({"nonsense": torch.zeros(3)}, tmp_path / "x.safetensors")
    add_model(tmp_path / "w", RECOGNIZER, [tmp_path / "x.safetensors"])
    with pytest.raises(WeightsError, match=r"made for another architecture, .* is missing"):
        weights.load_recognizer(None, CPU_TORCH, tmp_path / "w")


def test_adding_a_model_again_replaces_it_and_keeps_the_other(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "b.onnx").write_bytes(recognizer_onnx(char_class=66))
    add_model(folder, RECOGNIZER, [tmp_path / "b.onnx"])
    index = model_index.read(folder)
    assert [model.id for model in index.models] == ["dark-spots", "always-a"]
    assert weights.load_recognizer(None, CPU, folder)[0].transcribe(CROPS)[0].text == "b"


def test_the_first_model_of_a_kind_is_the_default_until_another_is_made_it(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "b.onnx").write_bytes(recognizer_onnx(char_class=66))
    add_model(folder, replace(RECOGNIZER, id="always-b"), [tmp_path / "b.onnx"])
    assert model_index.read(folder).default == {"detector": "dark-spots", "recognizer": "always-a"}
    add_model(folder, replace(RECOGNIZER, id="always-b"), [tmp_path / "b.onnx"], default=True)
    assert model_index.read(folder).default == {"detector": "dark-spots", "recognizer": "always-b"}


def test_an_index_gives_back_what_was_added(folder: Path) -> None:
    assert [replace(model, files={}) for model in model_index.read(folder).models] == [DETECTOR, RECOGNIZER]


def test_only_weights_can_be_added(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(b"")
    (tmp_path / "x.onnx").write_bytes(b"\xff\xff")
    with pytest.raises(WeightsError, match=r"x\.pt: weights are \.onnx or \.safetensors files"):
        add_model(tmp_path, RECOGNIZER, [tmp_path / "x.pt"])
    with pytest.raises(WeightsError, match=r"x\.onnx: not an ONNX model"):
        add_model(tmp_path, RECOGNIZER, [tmp_path / "x.onnx"])


def test_a_card_needs_its_three_fields(tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text('{"id": "x", "kind": "detector", "architecture": "db_r18q"}')
    assert read_card(card).architecture == "db_r18q"
    card.write_text('{"id": "x"}')
    with pytest.raises(WeightsError, match=r"card\.json: not a model card: .*`kind`"):
        read_card(card)
