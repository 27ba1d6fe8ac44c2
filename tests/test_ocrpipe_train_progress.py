"""What is seen of a run, and the curve drawn from its log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from ocrpipe.train import run_log
from ocrpipe.train.progress import Standing, TrainingProgress

STANDING = Standing(640, 1000, 1.25, None, 0.456, 3675.0)


def test_a_plain_line_comes_every_half_minute(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter((0.0, 0.0, 29.0, 30.0, 30.0))
    with TrainingProgress(clock=lambda: next(seconds)) as show:
        for samples in (1, 2, 3):
            show(replace(STANDING, samples=samples))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("/")[0] for line in lines] == ["1", "3"]
    assert lines[0] == "1/1000 samples, loss 1.250, dev -, 0.456 samples/s, 1:01:15 left"


def test_nothing_is_said_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with TrainingProgress(quiet=True) as show:
        show(STANDING)
    assert capsys.readouterr().err == ""


def test_the_curve_shows_score_above_loss_and_needs_both(tmp_path: Path) -> None:
    run_log.append(tmp_path, {"step": 50, "loss": 2.0})  # as the first detector runs wrote it
    run_log.draw_curve(tmp_path, 8, "mean")
    assert not (tmp_path / "curve.png").exists()
    run_log.append(tmp_path, {"step": 100, "samples": 800, "loss": 1.23456789})
    run_log.append(tmp_path, {"step": 100, "samples": 800, "dev_mean": 0.5})
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"step": 150, "lo')  # cut short by a crash
    run_log.draw_curve(tmp_path, 8, "mean")
    with Image.open(tmp_path / "curve.png") as curve:
        assert curve.size == (720, 880)
    assert [record["step"] for record in run_log.records(tmp_path)] == [50, 100, 100]
    assert run_log.records(tmp_path)[1]["loss"] == 1.234568
