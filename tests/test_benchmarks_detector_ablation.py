"""The detector's ablation goes on from a checkpoint, makes each run once, and writes what is finished."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from train_world import build_data, build_photos, make_tiny_networks_known

from ocrpipe import model_index
from ocrpipe.train import checkpoint
from ocrpipe.train.detector_sources import load_sources
from ocrpipe.train.detector_training import DetectorJob, DetectorTraining
from ocrpipe.train.loop import Loop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import detector_ablation
from detector_ablation import VARIANTS, make_job


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_tiny_networks_known(monkeypatch)
    torch.set_num_threads(1)
    folder = build_data(tmp_path / "data")
    for name in ("mlt_boxes_dev", "forms_dev"):
        build_photos(folder / "scenes" / name, 2)
    return folder


@pytest.fixture
def start(tmp_path: Path, data: Path) -> Path:
    """A checkpoint after two steps of eight crops."""
    settings = DetectorTraining("tiny", samples=64)
    loop = Loop(DetectorJob(settings, load_sources([data], None)), tmp_path / "before")
    loop.step = 2
    loop.save()
    return tmp_path / "before/last.pt"


def test_runs_begin_at_the_checkpoint_are_made_once_and_tabulated_in_order(
    data: Path, start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detector_ablation, "SIZES", (64,))
    runs, table = tmp_path / "runs", tmp_path / "table.md"
    arguments = ["--checkpoint", str(start), "--data", str(data), "--crops", "16", "--photos", "1"]
    arguments += ["--runs", str(runs), "--table", str(table)]
    for names in (["real"], ["both", "real"]):
        only = [part for name in names for part in ("--only", name)]
        done = CliRunner().invoke(detector_ablation.main, [*arguments, *only], catch_exceptions=False)
        assert done.exit_code == 0
    made = {run.name: checkpoint.load(run / "last.pt").step for run in (runs / "tiny_16_16").iterdir()}
    assert made == {"both": 2, "real": 2}
    own = model_index.entry(model_index.read(model_index.find_folder()), "detector", None).input.settings[
        "long_side"
    ]
    rows = [row.split(" | ")[0] for row in table.read_text().splitlines() if row.startswith("| ")]
    assert rows == [
        "| run",
        "| rendered and real",
        "| real photos only",
        "| long side, pixels",
        "| 64",
        f"| {own}",
    ]


def test_a_continuation_decays_over_its_second_half_and_differs_in_one_thing(data: Path, start: Path) -> None:
    state, sources = checkpoint.load(start), load_sources([data], None)
    jobs = {name: make_job(variant, state, 80, sources) for name, variant in VARIANTS.items()}
    assert {job.settings.learning_rate(10) for job in jobs.values()} == {0.0}
    assert {(job.settings.decay_from, job.settings.hard_from) for job in jobs.values()} == {(5, 0)}
    assert jobs["shrink"].settings.plan(0).ratio(20) == pytest.approx(0.5)
    plates = {name: job.sources.photos.renderer for name, job in jobs.items()}
    assert [name for name, renderer in plates.items() if renderer and renderer.plates == 0] == ["plates"]
    rendered = jobs["rendered"].sources.photos.shares(jobs["rendered"].mix)
    assert rendered.tolist() == pytest.approx([0, 0, 0, 0, 0.6, 0.4])
