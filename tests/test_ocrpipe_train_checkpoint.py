"""Checkpoints are whole or not there, and those of the first runs are still understood."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from train_world import ToyJob

from ocrpipe.errors import WeightsError
from ocrpipe.train import checkpoint
from ocrpipe.train.checkpoint import Checkpoint, Ema
from ocrpipe.train.loop import Loop
from ocrpipe.train.settings import LoopSettings


def made(step: int) -> Checkpoint:
    run = Loop(ToyJob(LoopSettings("toy")), Path())
    run.step = step
    return run.state()


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "new/last.pt", made(7))
    loaded = checkpoint.load(tmp_path / "new/last.pt")
    assert (loaded.stage, loaded.network, loaded.charset, loaded.step) == ("recognizer", "toy", "toy", 7)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["last.pt"]


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), RuntimeError("unexpected pos 64 vs 0\nmore")]
)
def test_a_full_disk_leaves_the_previous_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    path = tmp_path / "last.pt"
    checkpoint.save(path, made(1))

    def full(*_: object) -> None:
        raise fault

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(
        WeightsError, match=r"last\.pt: checkpoint not written \(.*the previous one is untouched"
    ) as told:
        checkpoint.save(path, made(2))
    assert "\n" not in str(told.value)
    assert checkpoint.load(path).step == 1
    assert [p.name for p in tmp_path.iterdir()] == ["last.pt"]


def test_a_damaged_a_missing_and_a_strange_file_say_so(tmp_path: Path) -> None:
    (tmp_path / "bad.pt").write_bytes(b"rubbish")
    torch.save({"epoch": 3}, tmp_path / "strange.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(WeightsError, match=r"bad\.pt: not a checkpoint"):
        checkpoint.load(tmp_path / "bad.pt")
    with pytest.raises(WeightsError, match="no checkpoint there"):
        checkpoint.load(tmp_path / "none.pt")
    for name in ("strange.pt", "list.pt"):
        with pytest.raises(WeightsError, match="not a checkpoint of this program"):
            checkpoint.load(tmp_path / name)


def test_the_first_runs_checkpoints_are_understood(tmp_path: Path) -> None:
    weight, rng = torch.ones(2), torch.get_rng_state()
    words = {
        "settings": {"network": "crnn_s", "charset": "ascii94", "samples": 380000, "batch": 32},
        "step": 5, "best": 0.7, "model": {"w": weight}, "ema": {"w": weight}, "ema_updates": 6,
        "optimizer": {"state": {}, "param_groups": []}, "torch_rng": rng,
    }  # fmt: skip
    boxes = {
        "network": "db_r18q", "settings": {"network": "db_r18q", "steps": 8000, "batch": 8}, "step": 9,
        "weights": {"w": weight}, "ema": {"w": weight}, "updates": 9,
        "optimiser": {"state": {}, "param_groups": []},
    }  # fmt: skip
    torch.save(words, tmp_path / "words.pt")
    torch.save(boxes, tmp_path / "boxes.pt")
    first, second = checkpoint.load(tmp_path / "words.pt"), checkpoint.load(tmp_path / "boxes.pt")
    assert (first.stage, first.network, first.charset, first.best) == ("recognizer", "crnn_s", "ascii94", 0.7)
    assert (second.stage, second.network, second.charset, second.best) == ("detector", "db_r18q", None, -1.0)
    assert second.settings["samples"] == 64000
    assert torch.equal(first.weights["w"], weight)
    assert (first.ema_updates, second.ema_updates) == (6, 9)


def test_the_running_mean_forgets_its_first_steps() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(0.0)
        ema = Ema(model, 0.999)
        model.weight.fill_(1.0)
    ema.update(model)
    assert float(ema.state["weight"]) == pytest.approx(1 - 2 / 11)
