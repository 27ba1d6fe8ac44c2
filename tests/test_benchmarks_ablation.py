"""The ablation makes equal runs from one checkpoint, goes on with what was stopped, and tabulates them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result
from train_world import build_data, make_tiny_networks_known

from ocrpipe.train import checkpoint
from ocrpipe.train.loop import Limits, Loop
from ocrpipe.train.word_sources import load_sources
from ocrpipe.train.word_training import WordJob, WordTraining
from recognizer.charset import charset

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import ablation
import ablation_runs as runs

SETTINGS = WordTraining("tiny", samples=4000, batch=4, workers=0)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint two steps old, beside a data folder."""
    make_tiny_networks_known(monkeypatch)
    torch.set_num_threads(1)
    sources = load_sources([build_data(tmp_path / "data")], None, charset("ascii94"))
    loop = Loop(WordJob(SETTINGS, sources), tmp_path / "old")
    loop.train(Limits(steps=2))
    return tmp_path / "old/last.pt"


def ablate(start: Path, *more: str) -> Result:
    folder = start.parent.parent
    given = ["--start", str(start), "--data", str(folder / "data"), "--runs", str(folder / "runs")]
    sizes = ["--samples", "8", "--scratch-samples", "4", "--network", "tiny", "--loaders", "0"]
    table = ["--table", str(folder / "table.md")]
    return CliRunner().invoke(ablation.main, [*given, *sizes, *table, *more])


def rows(start: Path) -> list[list[str]]:
    lines = (start.parent.parent / "table.md").read_text().splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]


def test_every_run_goes_on_from_the_checkpoint_over_as_many_samples(start: Path) -> None:
    assert ablate(start, "--teacher", str(start)).exit_code == 0
    folder = start.parent.parent / "runs"
    steps = {run.parent.name: checkpoint.load(run).step for run in folder.glob("recog*/*/last.pt")}
    names = [name for name, variant in runs.VARIANTS.items() if not variant.scratch]
    assert steps == {f"{name}_1": 2 + 8 // 4 for name in names}
    small = {run.parent.name: checkpoint.load(run).step for run in folder.glob("tiny_4/*/last.pt")}
    assert small == {"curriculum_1": 1, "hard_1": 1}
    found = rows(start)
    assert [row[0] for row in found[1:]] == [
        "the checkpoint itself",
        *(variant.text for variant in runs.VARIANTS.values()),
    ]
    assert [row[1] for row in found[1:]] == ["0", *["8"] * len(names), "4", "4"]


def test_a_finished_run_is_not_repeated_and_what_was_learnt_stays(start: Path) -> None:
    ablate(start, "--only", "real")
    table = start.parent.parent / "table.md"
    table.write_text(table.read_text().replace("Not written yet.", "Real crops are worth it."))
    run = start.parent.parent / "runs/recognizer_old_last_8_8/real_1/last.pt"
    before = run.stat().st_mtime_ns
    assert ablate(start, "--only", "real", "--only", "all").exit_code == 0
    assert run.stat().st_mtime_ns == before
    assert table.read_text().endswith("## What was learnt\n\nReal crops are worth it.\n")
    assert [row[0] for row in rows(start)[2:]] == ["everything on", "no real crops"]


def test_without_a_teacher_no_run_learns_from_one(start: Path) -> None:
    done = ablate(start, "--only", "teacher")
    assert (done.exit_code, "unknown: teacher" in done.output) == (2, True)


def test_several_seeds_are_one_row_with_their_spread(start: Path) -> None:
    assert ablate(start, "--only", "all", "--seed", "1", "--seed", "2").exit_code == 0
    row = rows(start)[-1]
    assert (row[0], row[2], row[3].count(" to "), row[-1]) == ("everything on", "2", 1, "+0.0")


def test_no_folder_of_this_machine_stands_in_the_table(start: Path) -> None:
    ablate(start, "--only", "hard")
    text = (start.parent.parent / "table.md").read_text()
    assert "--start old/last.pt --samples 8 --scratch-samples 4 --network tiny --seed 1 --data data" in text
    assert str(start.parent.parent) not in text


def test_a_run_that_goes_on_decays_from_the_checkpoint_to_nothing(start: Path) -> None:
    begin = runs.Start(start, checkpoint.load(start))
    settings = runs.continued(begin, 800, {"seed": 9})
    assert (settings.seed, settings.batch, settings.samples) == (9, 4, 808)
    assert settings.learning_rate(2) == pytest.approx(SETTINGS.learning_rate(2))
    assert settings.learning_rate(102) == pytest.approx(settings.rate * 0.5 * 103 / 300)
    assert settings.learning_rate(202) == 0.0
    assert settings.ema == pytest.approx(0.95)


def test_an_unknown_run_and_another_stages_checkpoint_are_usage(start: Path) -> None:
    done = ablate(start, "--only", "luck")
    assert (done.exit_code, "unknown: luck; known: all, real" in done.output) == (2, True)
    checkpoint.save(start, replace(checkpoint.load(start), stage="detector"))
    done = ablate(start)
    assert (done.exit_code, "a detector's checkpoint; name a recogniser's" in done.output) == (2, True)


def test_every_variant_differs_from_the_first_in_one_thing() -> None:
    first, *others = runs.VARIANTS.values()
    assert first == runs.Variant(first.text)
    for other in others:
        told = [len(other.settings) == 1, not other.backgrounds]
        assert sum(told) == (0 if other is runs.VARIANTS["curriculum"] else 1)
