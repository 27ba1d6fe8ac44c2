"""`ocrpipe train` and `ocrpipe export`, from data to a folder of weights that reads, and what is refused."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors import safe_open
from train_world import build_data, build_photos, make_tiny_networks_known

import cli
from ocrpipe.train import checkpoint
from ocrpipe.train.loop import Loop

FEW = ("--samples", "16", "--batch", "4", "--loaders", "0", "-q")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_tiny_networks_known(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OCRPIPE_DATA", raising=False)
    return build_data(tmp_path / "data")


def crops(folder: Path, texts: list[str]) -> Path:
    """folder with labels.tsv and a crop for each text."""
    folder.mkdir()
    for number, text in enumerate(texts):
        crop = cv2.putText(np.full((40, 120), 255, np.uint8), text.strip(), (5, 32), 0, 1.2, 0, 3)
        cv2.imwrite(str(folder / f"{number}.png"), crop)
    lines = [f"{number}.png\t{text}\n" for number, text in enumerate(texts)]
    (folder / "labels.tsv").write_text("".join(lines), "utf-8")
    return folder


def train(stage: str, *arguments: str | Path) -> int:
    return cli.main(["train", stage, *map(str, arguments)])


def test_words_are_trained_on_exported_and_read_with(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train("recognizer", "--config", "tiny", "--data", data, *FEW) == 0
    run = Path("runs/recognizer")
    assert (run / "best.pt").exists()
    assert cli.main(["export", str(run / "best.pt"), "--data", str(data), "-o", "w", "--id", "mine"]) == 0
    out, err = capsys.readouterr()
    assert out.split() == ["w/mine.safetensors", "w/mine.onnx"] or out.split() == [
        "w/mine.onnx",
        "w/mine.safetensors",
    ]
    assert "mine: the engines differ by" in err
    crop = str(data / "words/real_dev/images/iiit5k_Open.png")
    assert cli.main(["transcribe", crop, "--weights", "w", "-q"]) == 0
    with safe_open("w/mine.safetensors", "pt") as file:
        assert json.loads(file.metadata()["architecture"])["stages"] == [8, 8, 8, 8]
        halves = {file.get_tensor(n).dtype for n in file.keys() if not n.endswith("tracked")}  # noqa: SIM118
    assert halves == {torch.float16}


def test_photos_are_trained_on_exported_and_detected_with(data: Path) -> None:
    assert train("detector", "--config", "tiny", "--data", data, *FEW) == 0
    assert cli.main(["export", "runs/detector/last.pt", "--data", str(data), "-o", "w"]) == 0
    photo = str(data / "scenes/ic15_dev/images/sign.png")
    assert cli.main(["detect", photo, "--weights", "w", "-q", "-o", "out.json"]) == 0
    with safe_open("w/tiny.safetensors", "pt") as file:
        assert not [name for name in file.keys() if name.startswith("threshold.")]  # noqa: SIM118
    assert (
        train(
            "detector",
            "--init",
            "w/tiny.safetensors",
            "--data",
            build_photos(Path("own"), 11),
            *FEW,
            "--run",
            "b",
        )
        == 0
    )


def test_a_run_goes_on_where_it_stopped_with_its_own_settings(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--data", data, *FEW[:-1])
    assert train("recognizer", "--config", "tiny", "--steps", "2", "--rate", "0.01", *arguments) == 0
    assert "go on with --resume runs/recognizer" in capsys.readouterr().err
    assert train("recognizer", "--resume", "runs/recognizer", "--data", data, "--loaders", "0") == 0
    state = checkpoint.load(Path("runs/recognizer/last.pt"))
    assert (state.step, state.settings["rate"], state.settings["network"]) == (4, 0.01, "tiny")
    assert train("recognizer", "--config", "tiny", *arguments) == 1
    assert "holds a run; go on with it by --resume runs/recognizer" in capsys.readouterr().err


def test_a_longer_run_goes_on_from_before_the_decay(data: Path) -> None:
    assert train("recognizer", "--config", "tiny", "--data", data, *FEW, "--decay-share", "0.5") == 0
    flat = Path("runs/recognizer/flat.pt")
    assert checkpoint.load(flat).step == 2
    assert (
        train("recognizer", "--resume", flat, "--run", "longer", "--data", data, *FEW, "--samples", "24") == 0
    )
    assert checkpoint.load(Path("longer/last.pt")).step == 6
    assert checkpoint.load(Path("runs/recognizer/last.pt")).step == 4


def test_resuming_a_run_that_is_not_there_begins_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = ("--config", "tiny", "--resume", "r", "--data", data, *FEW, "--steps", "1")
    assert train("recognizer", *again) == train("recognizer", *again) == 0
    assert "r: no run there yet; it begins now" in capsys.readouterr().err
    assert checkpoint.load(Path("r/last.pt")).step == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_saved_with_130(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    before = signal.getsignal(number)  # a background job of a shell ignores interrupts
    learn = Loop.learn

    def interrupted(loop: Loop[object], batch: object) -> tuple[float, dict[str, float]]:
        os.kill(os.getpid(), number)
        return learn(loop, batch)

    monkeypatch.setattr(Loop, "learn", interrupted)
    assert train("recognizer", "--config", "tiny", "--data", data, *FEW) == 130
    assert checkpoint.load(Path("runs/recognizer/last.pt")).step == 1
    assert "interrupted after 4 samples; saved in runs/recognizer; go on with" in capsys.readouterr().err
    assert signal.getsignal(number) == before


def test_own_words_are_trained_on_alone_and_strange_labels_counted(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = crops(data.parent / "own", ["Ford", "Open", "Café", "two words", *["24h"] * 8])
    assert train("recognizer", "--config", "tiny", "--data", own, *FEW) == 0
    err = " ".join(capsys.readouterr().err.split())
    assert "2 of 12 labels are left out, for the charset lacks ' ' 'é'" in err
    log = [json.loads(line) for line in Path("runs/recognizer/log.jsonl").read_text().splitlines()]
    assert "dev_own" in log[-1]


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.strip().splitlines()
    return line


def test_labels_none_of_which_fits_the_charset_are_refused(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = crops(data.parent / "own", ["né", "ü"])
    assert train("recognizer", "--config", "tiny", "--data", own, *FEW) == 1
    assert "none of 2 labels fits the charset; it lacks 'é' 'ü'" in one_line(capsys)


def test_a_crop_that_cannot_be_read_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = crops(data.parent / "own", ["Ford", "Open"])
    (own / "1.png").write_bytes(b"no picture")
    assert train("recognizer", "--config", "tiny", "--data", own, *FEW) == 1
    assert "own/1.png" in one_line(capsys)


def test_an_empty_font_folder_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "fonts/Aileron.ttf").unlink()
    for stage in ("recognizer", "detector"):
        assert train(stage, "--config", "tiny", "--data", data, *FEW) == 1
        assert "fonts: no .ttf, .otf or .ttc file in it" in one_line(capsys)


def test_a_checkpoint_of_another_architecture_is_refused_and_stays(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("recognizer", "--config", "tiny", "--data", data, *FEW, "--steps", "1") == 0
    capsys.readouterr()
    last = Path("runs/recognizer/last.pt")
    before = last.read_bytes()
    for stage, arguments, told in (
        (
            "recognizer",
            ("--resume", "runs/recognizer", "--config", "crnn_xs"),
            "is a recognizer tiny ascii94, this",
        ),
        ("detector", ("--resume", "runs/recognizer"), "a recognizer's checkpoint; name a detector's"),
        (
            "recognizer",
            ("--init", last, "--config", "crnn_xs", "--run", "n"),
            "holds a tiny, this run a crnn_xs",
        ),
    ):
        assert train(stage, *arguments, "--data", data, *FEW) == 4
        assert told in one_line(capsys)
    assert last.read_bytes() == before


def test_a_full_disk_is_one_line_and_the_previous_checkpoint_stays(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("recognizer", "--config", "tiny", "--data", data, *FEW, "--steps", "1") == 0
    capsys.readouterr()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    assert train("recognizer", "--resume", "runs/recognizer", "--data", data, *FEW, "--steps", "1") == 4
    assert "No space left on device); the previous one is untouched" in one_line(capsys)
    assert checkpoint.load(Path("runs/recognizer/last.pt")).step == 1


def test_settings_that_make_no_sense_are_usage(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train("recognizer", "--config", "crnn_x", "--data", data, *FEW) == 2
    assert "unknown recogniser network 'crnn_x'; known: crnn_vgg" in capsys.readouterr().err
    assert train("detector", "--config", "db", "--data", data, *FEW) == 2
    assert train("recognizer", "--charset", "latin", "--data", data, *FEW) == 2


def test_there_must_be_data(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train("recognizer", "--config", "tiny", *FEW) == 2
    assert "--data" in capsys.readouterr().err
    assert train("recognizer", "--config", "tiny", "--data", data.parent / "nowhere", *FEW) == 1
