"""The curve over several runs: what was done again is void, and means are over the same sources."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import curve


def run(folder: Path, *records: dict[str, float], batch: int = 32) -> str:
    folder.mkdir()
    (folder / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (folder / "config.json").write_text(json.dumps({"batch": batch}))
    return str(folder)


OLD = (
    {"step": 10, "samples": 640, "loss": 9.0},
    {"step": 10, "samples": 320, "loss": 5.0},  # begun again with another batch
    {"step": 10, "samples": 320, "dev_svt": 0.2, "dev_iiit5k": 0.4, "dev_mean": 0.3},
    {"step": 30, "samples": 960, "dev_svt": 0.9, "dev_iiit5k": 0.9, "dev_mean": 0.9},
    {"step": 20, "samples": 640, "loss": 2.0, "rate": 0.001},  # resumed before that score
    {"step": 40, "samples": 1280, "dev_svt": 0.5, "dev_iiit5k": 0.7, "dev_mean": 0.6},
)
LONGER = ({"step": 60, "samples": 1920, "dev_svt": 0.6, "dev_iiit5k": 0.7, "dev_own": 1.0, "dev_mean": 0.77},)


def test_what_a_resumed_run_does_again_is_void(tmp_path: Path) -> None:
    loaded = curve.load(run(tmp_path / "old", *OLD))
    assert [(score.samples, score.rate) for score in loaded.scores] == [(320, None), (1280, 0.001)]


def test_means_are_over_the_sources_that_all_runs_have(tmp_path: Path) -> None:
    both = [curve.load(run(tmp_path / "old", *OLD)), curve.load(f"more={run(tmp_path / 'x', *LONGER)}")]
    old, more = curve.comparable(both, "mean")
    assert (old.name, more.name) == ("old", "more")
    assert [score.values["mean"] for score in old.scores] == pytest.approx([0.3, 0.6])
    assert more.scores[0].values["mean"] == pytest.approx(0.65)


def test_what_is_over_all_crops_is_shown_only_of_runs_measured_on_the_same(tmp_path: Path) -> None:
    same = [curve.load(run(tmp_path / name, LONGER[0] | {"dev_strict": 0.5})) for name in ("a", "b")]
    assert "| strict |" in curve.table(same, "mean")[0]
    assert "| strict |" not in curve.table([*same, curve.load(run(tmp_path / "c", *OLD))], "mean")[0]


def test_logs_that_count_steps_only_are_counted_by_their_batch(tmp_path: Path) -> None:
    loaded = curve.load(run(tmp_path / "detector", {"step": 50, "dev_hmean": 0.5}, batch=8) + "/log.jsonl")
    assert [(score.samples, score.values) for score in loaded.scores] == [(400, {"hmean": 0.5})]


def test_a_picture_and_a_table_are_written(tmp_path: Path) -> None:
    runs = [run(tmp_path / "old", *OLD), run(tmp_path / "longer", *LONGER)]
    done = CliRunner().invoke(curve.main, [*runs, "--out", str(tmp_path)], catch_exceptions=False)
    assert done.exit_code == 0
    picture = cv2.imread(str(tmp_path / "curve.png"))
    assert picture is not None
    assert picture.shape == (440, 720, 3)
    text = (tmp_path / "curve.md").read_text()
    assert text.splitlines()[-5:] == [
        "| run | samples | rate | mean | iiit5k | svt | against its best before |",
        "|---|---|---|---|---|---|---|",
        "| old | 320 | - | 30.0 | 40.0 | 20.0 | - |",
        "| old | 1280 | 0.001 | 60.0 | 70.0 | 50.0 | +30.0 |",
        "| longer | 1920 | - | 65.0 | 70.0 | 60.0 | - |",
    ]
    assert "mean over iiit5k, svt" in text
    assert str(tmp_path) not in text


def test_a_run_without_a_score_and_an_unknown_measure_are_usage(tmp_path: Path) -> None:
    silent = run(tmp_path / "new", {"step": 1, "samples": 32, "loss": 1.0})
    done = CliRunner().invoke(curve.main, [silent])
    assert (done.exit_code, "no log with a dev score" in done.output) == (2, True)
    done = CliRunner().invoke(curve.main, [run(tmp_path / "old", *OLD), "--measure", "luck"])
    assert (done.exit_code, "not measured: luck; known: svt, iiit5k" in done.output) == (2, True)


def test_what_was_written_about_a_named_curve_stays(tmp_path: Path) -> None:
    given = [run(tmp_path / "a", *OLD), "--out", str(tmp_path), "--name", "words"]
    assert CliRunner().invoke(curve.main, given).exit_code == 0
    table = tmp_path / "words.md"
    assert "What it shows" not in table.read_text()
    table.write_text("old rows\n\n## What it shows\n\nIt pays.\n")
    assert CliRunner().invoke(curve.main, given).exit_code == 0
    assert table.read_text().startswith("# Dev accuracy")
    assert table.read_text().endswith("\n## What it shows\n\nIt pays.\n")
    assert (tmp_path / "words.png").exists()
