"""ocrpipe.quantise: int8 twins are made of what photos show, listed, chosen by precision, and agree."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_models import weights_folder

import cli
from detectors.db_detector import DBDetector
from ocrpipe import model_index
from ocrpipe.device import choose
from ocrpipe.errors import WeightsError
from ocrpipe.page import Page
from ocrpipe.pipeline import Pipeline, load_pipeline
from ocrpipe.quantise import quantise_defaults, trials
from ocrpipe.release import add_int8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return weights_folder(tmp_path / "models")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A white photo with two dark words."""
    pixels = np.full((64, 160, 3), 255, np.uint8)
    pixels[20:40, 16:60] = pixels[20:40, 90:150] = 0
    Image.fromarray(pixels).save(tmp_path / "words.png")
    return tmp_path / "words.png"


def said(page: Page) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
    return [(word.text, word.polygon) for word in page.words]


def test_twins_read_what_the_fp32_models_read(folder: Path, photo: Path) -> None:
    exact = load_pipeline(weights_folder=folder, device="cpu").read(photo)
    made = list(quantise_defaults(folder, [photo]))
    assert [twin.model.id for twin in made] == ["dark-spots", "always-a"]
    assert all(twin.difference < 0.05 for twin in made)
    for twin in made:
        add_int8(folder, twin.model.id, twin.data)
    pipeline = load_pipeline(weights_folder=folder, precision="int8")
    assert said(pipeline.read(photo)) == said(exact)
    assert len(exact.words) == 2
    assert pipeline.detector_info is not None
    assert exact.detector is not None
    assert pipeline.detector_info.sha256 != exact.detector.sha256


def test_a_twin_is_listed_beside_the_files_there_and_holds_bytes(folder: Path, photo: Path) -> None:
    import onnx

    before = model_index.read(folder)
    twin = next(quantise_defaults(folder, [photo]))
    file = add_int8(folder, twin.model.id, twin.data)
    after = model_index.read(folder)
    entry = model_index.entry(after, "detector", None)
    assert entry.files == {**model_index.entry(before, "detector", None).files, "onnx-int8": file}
    assert replace(after, models=()) == replace(before, models=())
    weights = onnx.load_model_from_string(model_index.verified(folder, file)).graph.initializer
    assert onnx.TensorProto.INT8 in {tensor.data_type for tensor in weights}


def test_twins_run_by_default_where_there_are_any_but_not_with_torch(folder: Path, photo: Path) -> None:
    twin = next(quantise_defaults(folder, [photo]))
    listed = add_int8(folder, twin.model.id, twin.data)
    entry = model_index.entry(model_index.read(folder), "detector", None)

    def sha256(**wish: str) -> str | None:
        info = load_pipeline(weights_folder=folder, **wish).detector_info  # type: ignore[arg-type]
        return None if info is None else info.sha256

    assert sha256() == sha256(engine="onnx") == listed.sha256
    assert sha256(precision="fp32") == entry.files["onnx"].sha256
    with pytest.raises(WeightsError, match="dark-spots: no safetensors file, which engine 'torch' needs"):
        sha256(engine="torch")
    assert said(load_pipeline(weights_folder=folder).read(photo)) == [
        *said(load_pipeline(weights_folder=folder, precision="fp32").read(photo))
    ]


def test_a_model_without_a_twin_is_never_replaced_by_its_exact_one(folder: Path) -> None:
    with pytest.raises(WeightsError, match="dark-spots: no onnx-int8 file, which precision 'int8' needs"):
        load_pipeline(weights_folder=folder, precision="int8")


def test_photos_without_words_calibrate_no_recogniser(folder: Path, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "white").save(tmp_path / "empty.png")
    with pytest.raises(ValueError, match="always-a: the photos show it nothing"):
        list(quantise_defaults(folder, [tmp_path / "empty.png"]))


def test_a_twin_of_an_unknown_model_is_refused(folder: Path) -> None:
    with pytest.raises(WeightsError, match="has no model 'nobody'; add it first"):
        add_int8(folder, "nobody", b"")


def test_int8_means_onnx_on_the_cpu() -> None:
    assert (choose(precision="int8").kind, choose(precision="int8").engine) == ("cpu", "onnx")
    with pytest.raises(ValueError, match="precision 'int8' runs with engine 'onnx'"):
        choose(engine="torch", precision="int8")
    with pytest.raises(ValueError, match="unknown precision 'int4'"):
        choose(precision="int4")


def test_the_command_makes_both_and_read_uses_them(
    folder: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["quantise", str(photo), "--into", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["dark-spots.int8.onnx", "always-a.int8.onnx"]
    assert cli.main(["read", str(photo), "--weights", str(folder), "--precision", "int8", "-q"]) == 0
    assert capsys.readouterr().out == "a a\n"
    assert cli.main(["quantise", str(folder), "--into", str(folder)]) == 3


@pytest.mark.parametrize(
    ("f1", "seconds", "kept"),
    [
        ((0.464, 0.460, 0.461), (3, 2, 1), ["dark-spots", "always-a"]),
        ((0.464, 0.458, 0.460), (3, 2, 1), ["always-a"]),
        ((0.464, 0.460, 0.458), (3, 2, 1), ["dark-spots"]),
        ((0.4, 0.5, 0.5), (1, 1, 2), []),
    ],
)
def test_a_twin_pays_if_it_makes_faster_what_paid_and_all_cost_less_than_half_a_point(
    folder: Path,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
    f1: tuple[float, ...],
    seconds: tuple[int, ...],
    kept: list[str],
) -> None:
    twins, told = list(quantise_defaults(folder, [photo])), iter(f1)
    clock = iter([time for each in seconds for time in (0, each)])
    monkeypatch.setattr("ocrpipe.quantise.trial.time.process_time", clock.__next__)
    paying = [trial for trial in trials(folder, twins, lambda _: next(told)) if trial.pays]
    assert [twin.model.id for twin in paying[-1].twins] == kept


def test_trials_read_first_without_then_with_a_twin(folder: Path, photo: Path) -> None:
    twins = list(quantise_defaults(folder, [photo]))[:1]
    seen: list[Pipeline] = []

    def score(pipeline: Pipeline) -> float:
        seen.append(pipeline)
        return float(len(pipeline.read(photo).words))

    assert [trial.f1 for trial in trials(folder, twins, score)] == [2.0, 2.0]
    exact, quick = seen
    assert isinstance(exact.detector, DBDetector)
    assert isinstance(quick.detector, DBDetector)
    assert exact.detector.network is not quick.detector.network
    assert exact.recognizer is quick.recognizer


def test_twins_that_do_not_pay_are_not_listed(
    folder: Path, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quad = [[16, 20], [60, 20], [60, 40], [16, 40]]
    record = {"image": photo.name, "width": 160, "height": 64}
    line = json.dumps({**record, "words": [{"quad": quad, "text": "a", "ignore": False}]})
    (photo.parent / "labels.jsonl").write_text(line + "\n")
    given = ["quantise", str(photo), "--into", str(folder), "--check", str(photo.parent)]
    for pays, code in ((False, 1), (True, 0)):
        monkeypatch.setattr("ocrpipe.quantise.trial.MOST_LOST", 1.0 if pays else -1.0)
        clock = iter([0, 9, 0, 5, 0, 1])
        monkeypatch.setattr("ocrpipe.quantise.trial.time.process_time", clock.__next__)
        assert cli.main(given) == code
        said, told = capsys.readouterr()
        assert said.startswith("fp32: end-to-end F1 ")
        assert ("do not pay" in told) is not pays
        assert (folder / "always-a.int8.onnx").exists() is pays
