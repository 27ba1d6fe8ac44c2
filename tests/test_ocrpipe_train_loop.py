"""The training loop: exact resume, whole checkpoints, what ends it, what it leaves behind."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from train_world import ToyJob

from ocrpipe.errors import OutputError, WeightsError
from ocrpipe.train import checkpoint
from ocrpipe.train.loop import MOST_SKIPPED, Limits, Loop
from ocrpipe.train.progress import Standing
from ocrpipe.train.settings import LoopSettings, settings_from

SETTINGS = LoopSettings("toy", samples=64, batch=4, warmup=2, decay_share=0.5)


def loop(run: Path, settings: LoopSettings = SETTINGS, broken: tuple[int, ...] = ()) -> Loop[torch.Tensor]:
    return Loop(ToyJob(settings, broken), run)


def same(one: Any, other: Any) -> bool:
    """Whether two nests of dicts, lists and tensors are equal to the bit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else bool(one == other)


def records(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("optimizer", ["adamw", "adadelta"])
def test_two_and_two_steps_are_four_to_the_bit(tmp_path: Path, optimizer: str) -> None:
    settings = LoopSettings("toy", samples=64, batch=4, warmup=2, optimizer=optimizer)
    whole = loop(tmp_path / "whole", settings)
    assert whole.train(Limits(steps=4)) == "steps"
    first = loop(tmp_path / "parts", settings)
    first.train(Limits(steps=2))
    second = loop(tmp_path / "parts", settings)
    second.restore(checkpoint.load(tmp_path / "parts/last.pt"))
    assert second.step == 2
    second.train(Limits(steps=2))
    for name in ("step", "weights", "ema", "ema_updates", "optimiser"):
        assert same(getattr(second.state(), name), getattr(whole.state(), name)), name


def test_the_same_seed_gives_the_same_first_twenty_losses(tmp_path: Path) -> None:
    runs = [loop(tmp_path, LoopSettings("toy", seed=seed)) for seed in (3, 3, 4)]
    losses = []
    for run in runs:
        batches = run.job.batches(0)
        losses.append([run.learn(next(batches))[0] for _ in range(20)])
    assert losses[0] == losses[1] != losses[2]


def test_the_rate_warms_up_stays_and_decays() -> None:
    settings = LoopSettings("toy", samples=1000, batch=10, decay_share=0.5, rate=1.0, warmup=10)
    rates = [settings.learning_rate(step) for step in (0, 9, 49, 75, 100, 200)]
    assert rates == pytest.approx([0.1, 1.0, 1.0, 0.5, 0.0, 0.0])
    assert settings.decay_from == 50
    assert LoopSettings("toy", rate=2.0, warmup=0).learning_rate(0) == 2.0


def test_a_run_ends_at_its_samples_and_leaves_everything_behind(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert loop(run).train(Limits(log_steps=4)) == "samples"
    names = {path.name for path in run.iterdir()}
    assert names == {"config.json", "log.jsonl", "curve.png", "last.pt", "best.pt", "flat.pt"}
    logged = records(run)
    assert [r["step"] for r in logged if "loss" in r] == [4, 8, 12, 16]
    assert [r["seen"] for r in logged if "loss" in r] == [1.5, 5.5, 9.5, 13.5]
    assert (logged[-1]["samples"], logged[-1]["dev_fit"]) == (64, 0.25)
    assert json.loads((run / "config.json").read_text())["samples"] == 64


def test_the_state_before_the_decay_is_kept(tmp_path: Path) -> None:
    loop(tmp_path).train(Limits())
    flat = checkpoint.load(tmp_path / "flat.pt")
    assert flat.step == 8
    assert flat.optimiser["param_groups"][0]["lr"] == SETTINGS.rate
    again = loop(tmp_path, settings_from(LoopSettings, flat.settings, {"samples": 128}))
    again.restore(flat)
    assert again.settings.learning_rate(again.step) == SETTINGS.rate


def test_minutes_and_signals_end_a_run_that_can_go_on(tmp_path: Path) -> None:
    hours = iter(range(0, 10**6, 3600))
    timed = loop(tmp_path / "timed")
    assert timed.train(Limits(minutes=600), now=lambda: float(next(hours))) == "minutes"
    stopped = loop(tmp_path / "stopped")
    assert stopped.train(Limits(), stopped=lambda: stopped.step == 3) == "interrupted"
    assert checkpoint.load(tmp_path / "stopped/last.pt").step == 3
    assert not (tmp_path / "stopped/best.pt").exists()


def test_best_is_the_highest_score_and_counts_for_its_own_run_only(tmp_path: Path) -> None:
    run = loop(tmp_path)
    for step in (1, 2, 3):
        run.step = step
        run.evaluate()
    assert (run.best, run.dev) == (0.75, 0.5)
    best = checkpoint.load(tmp_path / "best.pt")
    assert (best.step, best.best) == (2, 0.75)
    copied = loop(tmp_path / "copy")
    copied.restore(best, same_run=False)
    assert copied.best == -1.0


def test_checkpoints_and_scores_come_every_so_many_minutes(tmp_path: Path) -> None:
    run = loop(tmp_path)
    saved: list[int] = []
    run.save = lambda name="last.pt": saved.append(run.step) if name == "last.pt" else None  # type: ignore[method-assign]
    run.train(Limits(steps=10, save_minutes=2, dev_minutes=3), now=lambda: run.step * 60.0)
    assert saved == [3, 6, 9, 10]
    assert [r["step"] for r in records(tmp_path) if "dev_fit" in r] == [4, 8, 10]


def test_a_step_without_a_finite_gradient_changes_nothing_but_the_count(tmp_path: Path) -> None:
    run = loop(tmp_path, broken=(1,))
    batches = run.job.batches(0)
    run.learn(next(batches))
    before = [value.clone() for value in run.model.state_dict().values()]
    loss, _ = run.learn(next(batches))
    assert not math.isfinite(loss)
    assert all(torch.equal(a, b) for a, b in zip(before, run.model.state_dict().values(), strict=True))
    assert (run.step, run.skipped, run.ema.updates) == (2, 1, 1)


def test_nothing_but_bad_steps_is_given_up(tmp_path: Path) -> None:
    run = loop(tmp_path, LoopSettings("toy", samples=10**6), broken=tuple(range(1000)))
    with pytest.raises(
        WeightsError, match=f"no finite gradient for {MOST_SKIPPED} steps; resume with a lower"
    ):
        run.train(Limits())
    assert run.step == MOST_SKIPPED - 1


def test_another_stages_networks_or_charsets_checkpoint_is_refused(tmp_path: Path) -> None:
    state = loop(tmp_path).state()
    other = Loop(ToyJob(LoopSettings("other")), tmp_path)
    with pytest.raises(
        WeightsError, match="the checkpoint is a recognizer toy toy, this run a recognizer other"
    ):
        other.restore(state)


def test_a_checkpoint_whose_network_has_changed_since_is_refused(tmp_path: Path) -> None:
    run = loop(tmp_path)
    state = run.state()
    state.weights.popitem()
    with pytest.raises(WeightsError, match="the checkpoint does not fit toy as it is now"):
        run.restore(state)


def test_another_optimisers_moments_are_left_behind(tmp_path: Path) -> None:
    first = loop(tmp_path)
    first.train(Limits(steps=2))
    second = loop(tmp_path, LoopSettings("toy", optimizer="adadelta"))
    second.restore(first.state())
    assert second.optimiser.state_dict()["state"] == {}
    with pytest.raises(ValueError, match="unknown optimizer 'sgd'; known: adamw, adadelta"):
        loop(tmp_path, LoopSettings("toy", optimizer="sgd"))


def test_a_branch_may_come_and_go(tmp_path: Path) -> None:
    plain, rich = loop(tmp_path), ToyJob(SETTINGS)
    plain.train(Limits(steps=2))
    rich.branch = torch.nn.Linear(2, 2)
    both = Loop(rich, tmp_path)
    both.restore(plain.state())
    moments = both.optimiser.state_dict()["state"]
    assert same(moments, plain.optimiser.state_dict()["state"])
    back = loop(tmp_path)
    back.restore(both.state())
    assert same(back.optimiser.state_dict()["state"], moments)


def test_a_run_that_is_finished_ends_at_once(tmp_path: Path) -> None:
    loop(tmp_path).train(Limits())
    again = loop(tmp_path)
    again.restore(checkpoint.load(tmp_path / "last.pt"))
    assert again.train(Limits(minutes=5)) == "samples"
    assert again.step == 16


def test_standings_tell_loss_speed_and_the_time_left(tmp_path: Path) -> None:
    seen: list[Standing] = []
    loop(tmp_path).train(Limits(steps=3), show=seen.append)
    assert [(standing.samples, standing.total, standing.dev) for standing in seen] == [
        (4, 64, None),
        (8, 64, None),
        (12, 64, None),
    ]
    assert seen[-1].left == 0.0
    line = Standing(640, 1000, 1.25, 0.5, 80.0, 75.0).summary()
    assert line == "640/1000 samples, loss 1.250, dev 50.0, 80 samples/s, 1:15 left"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"config\.json: cannot be written"):
        loop(tmp_path / "file").train(Limits(steps=1))
