"""The recogniser's part of training: resume to the bit, presets, guides that help and are dropped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from train_world import build_data, make_tiny_networks_known

from ocrpipe.errors import WeightsError
from ocrpipe.train import checkpoint, device_words
from ocrpipe.train.export import export_checkpoint
from ocrpipe.train.initial import Initial, load_teacher, respelled
from ocrpipe.train.loop import Limits, Loop
from ocrpipe.train.word_sources import load_sources
from ocrpipe.train.word_training import PRESETS, WordJob, WordTraining, network, renders_on_device
from recognizer.charset import charset

SETTINGS = WordTraining("tiny", samples=64, batch=4, workers=0, warmup=2, seed=5)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_tiny_networks_known(monkeypatch)
    torch.set_num_threads(1)
    return build_data(tmp_path / "data")


def job(data: Path, settings: WordTraining = SETTINGS, teacher: bool = False) -> WordJob:
    taught = network(settings.network, settings.charset) if teacher else None
    return WordJob(settings, load_sources([data], None, charset(settings.charset)), None, taught)


@pytest.mark.parametrize("render", ["device", "processes"])
def test_two_and_two_steps_are_four_to_the_bit_within_a_chunk(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, render: str
) -> None:
    monkeypatch.setattr(device_words, "TEXTS", 300)
    settings = replace(SETTINGS, attention=0.5, render=render)
    whole = Loop(job(data, settings), tmp_path / "whole")
    whole.train(Limits(steps=4))
    Loop(job(data, settings), tmp_path / "parts").train(Limits(steps=2))
    second = Loop(job(data, settings), tmp_path / "parts")
    second.restore(checkpoint.load(tmp_path / "parts/last.pt"))
    second.train(Limits(steps=2))
    for mine, other in (
        (second.model, whole.model),
        (second.job.branch, whole.job.branch),
    ):
        for name, value in mine.state_dict().items():
            assert torch.equal(value, other.state_dict()[name]), name


def test_the_papers_network_brings_its_charset_and_its_optimiser() -> None:
    paper = PRESETS["crnn_vgg"]
    assert (paper.charset, paper.optimizer, paper.rate, paper.learning_rate(0)) == (
        "alnum36",
        "adadelta",
        1.0,
        1.0,
    )
    assert sum(p.numel() for p in network("crnn_vgg", "alnum36").parameters()) == 8_330_789
    assert {name: settings.network for name, settings in PRESETS.items()} == {name: name for name in PRESETS}


def test_shares_that_were_not_said_are_the_mixs_own() -> None:
    mix = WordTraining(samples=1000, decay_share=0.25).mix()
    assert mix == replace(type(mix)(), late_from=750)
    plain = WordTraining(real_share=0.0, easy_until=1).mix()
    assert (plain.real(10**9), plain.difficulty(1)) == (0.0, 1.0)


def test_squeezed_crops_are_all_as_wide(data: Path) -> None:
    squeezed = job(data, replace(SETTINGS, squeezed_to=100))
    batches = squeezed.batches(0)
    assert {next(batches).images.shape[-1] for _ in range(8)} == {112}
    assert squeezed.score(squeezed.model.state_dict()).keys() >= {"iiit5k", "svt", "mean", "strict"}


def test_a_gpu_renders_by_itself_and_a_cpu_if_asked(data: Path) -> None:
    sources = load_sources([data], None, charset("ascii94"))
    asked = replace(SETTINGS, render="device")
    squeezed = replace(SETTINGS, squeezed_to=100)
    assert renders_on_device(SETTINGS, sources, "cuda")
    assert renders_on_device(asked, sources, "cpu")
    for settings, device in (
        (SETTINGS, "cpu"),
        (replace(SETTINGS, render="processes"), "cuda"),
        (squeezed, "cuda"),
    ):
        assert not renders_on_device(settings, sources, device)
    assert not renders_on_device(SETTINGS, replace(sources, renderer=None), "cuda")
    with pytest.raises(ValueError, match="needs a data folder with fonts"):
        renders_on_device(asked, replace(sources, renderer=None), "cuda")
    with pytest.raises(ValueError, match="render in processes"):
        renders_on_device(replace(squeezed, render="device"), sources, "cuda")
    with pytest.raises(ValueError, match="unknown renderer 'gpu'; known: device, processes"):
        renders_on_device(replace(SETTINGS, render="gpu"), sources, "cpu")


def losses(trained: WordJob, run: Path, name: str) -> list[float]:
    loop = Loop(trained, run)
    batch = next(trained.batches(0))
    return [loop.learn(batch)[1][name] for _ in range(40)]


def test_attention_learns_beside_ctc(data: Path, tmp_path: Path) -> None:
    guided = job(data, replace(SETTINGS, samples=10**6, rate=1e-2, attention=1.0))
    seen = losses(guided, tmp_path, "attention")
    assert seen[-1] < 0.7 * seen[0]


def test_a_student_learns_its_teachers_opinion(data: Path, tmp_path: Path) -> None:
    taught = job(data, replace(SETTINGS, samples=10**6, rate=1e-2, seed=6, distill=50.0), teacher=True)
    assert taught.teacher is not None
    with torch.no_grad():
        taught.teacher.head.weight.mul_(20)  # an opinion
    before = [value.clone() for value in taught.teacher.state_dict().values()]
    seen = losses(taught, tmp_path, "distill")
    assert seen[-1] < 0.7 * seen[0]
    assert all(torch.equal(a, b) for a, b in zip(before, taught.teacher.state_dict().values(), strict=True))


def test_the_guides_are_not_exported(data: Path, tmp_path: Path) -> None:
    Loop(job(data, replace(SETTINGS, attention=1.0)), tmp_path / "run").train(Limits(steps=1))
    state = checkpoint.load(tmp_path / "run/last.pt")
    assert state.branch.keys()
    done = export_checkpoint(tmp_path / "run/last.pt", tmp_path, [data])
    with safe_open(done.tensors, "pt") as file:
        assert set(file.keys()) == set(network("tiny", "ascii94").state_dict())


def test_a_teacher_must_speak_the_same_in_as_many_frames(data: Path, tmp_path: Path) -> None:
    Loop(job(data), tmp_path).save("t.pt")
    name = str(tmp_path / "t.pt")
    assert load_teacher(name, "crnn_s", "ascii94").config.name == "tiny"
    with pytest.raises(WeightsError, match="speaks ascii94, this run alnum36"):
        load_teacher(name, "crnn_s", "alnum36")
    with pytest.raises(WeightsError, match="sees 32 frames where crnn_vgg sees 31"):
        load_teacher(name, "crnn_vgg", "ascii94")


def test_another_charset_keeps_the_rows_of_the_characters_that_both_have(data: Path) -> None:
    old, new = charset("ascii94"), charset("alnum36")
    start = Initial("tiny", "ascii94", network("tiny", "ascii94").state_dict())
    weights = respelled(start, "alnum36")
    network("tiny", "alnum36").load_state_dict(weights)
    for char in "a7":
        (before,), (after,) = old.encode(char), new.encode(char)
        assert torch.equal(weights["head.weight"][after], start.weights["head.weight"][before])
    wider = respelled(Initial("tiny", "alnum36", weights), "ascii94")
    (strange,) = old.encode("%")
    assert bool((wider["head.weight"][strange] == 0).all())
    assert wider["head.bias"][strange] == weights["head.bias"].min()
    assert respelled(start, "ascii94") is start.weights
