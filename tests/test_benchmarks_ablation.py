"""The ablation makes equal runs, goes on with what was stopped, and writes a table of what is finished."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from train_world import build_data, make_tiny_networks_known

from ocrpipe.train import checkpoint

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import ablation


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    make_tiny_networks_known(monkeypatch)
    torch.set_num_threads(1)
    data = build_data(tmp_path / "data")
    places = ["--data", str(data), "--runs", str(tmp_path / "runs"), "--tables", str(tmp_path)]
    return ["recognizer", "--network", "tiny", "--samples", "32", *places]


def test_named_runs_are_made_once_and_tabulated_in_order(arguments: list[str], tmp_path: Path) -> None:
    for names in (["backgrounds"], ["all"], ["all", "backgrounds"]):
        only = [part for name in names for part in ("--only", name)]
        done = CliRunner().invoke(ablation.main, [*arguments, *only], catch_exceptions=False)
        assert done.exit_code == 0
    folder = tmp_path / "runs/recognizer_tiny_32"
    assert {run.name: checkpoint.load(run / "last.pt").step for run in folder.iterdir()} == {
        "all": 1,
        "backgrounds": 1,
    }
    rows = (tmp_path / "ablation_recognizer.md").read_text().splitlines()[-2:]
    assert [row.split(" | ")[0] for row in rows] == ["| everything on", "| plain backgrounds"]
    assert rows[0].endswith("| +0.0 |")


def test_an_unknown_run_is_usage(arguments: list[str]) -> None:
    done = CliRunner().invoke(ablation.main, [*arguments, "--only", "luck"])
    assert (done.exit_code, "unknown: luck; known: all, curriculum" in done.output) == (2, True)


def test_every_variant_differs_from_the_first_in_one_thing() -> None:
    for variants in (ablation.WORDS, ablation.PHOTOS):
        first, *others = variants.values()
        assert (first.settings, first.mix, first.backgrounds) == ({}, {}, True)
        for other in others:
            assert (len(other.settings), bool(other.mix), not other.backgrounds).count(0) == 2
