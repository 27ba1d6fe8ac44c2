"""The detector's part of training: reproducible samples, exact resume, a loss that falls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from train_world import build_data, build_photos, make_tiny_networks_known, signboard

from detectors import dbnet
from detectors.resize import normalise
from detectors.targets import SHRINK_RATIO
from ocrpipe.errors import LabelError
from ocrpipe.train import checkpoint
from ocrpipe.train.crop_geometry import crop_matrix, move
from ocrpipe.train.detection_loss import detection_loss, normalised
from ocrpipe.train.detector_data import DetectorMix, Photos, Plan, SampleStream, collate, load_batches
from ocrpipe.train.detector_sources import DetectorSources, load_sources
from ocrpipe.train.detector_training import DetectorJob, DetectorTraining
from ocrpipe.train.loop import Limits, Loop
from ocrpipe.train.photo_augment import recolour
from ocrpipe.train.photo_crops import PhotoCache, Sample, cut

SETTINGS = DetectorTraining(
    "tiny", samples=12, batch=2, workers=0, warmup=2, seed=5, hard_share=0.5, dev_photos=2, dev_long_side=96
)
MIX = DetectorMix(crop=64, smallest=10, largest=30)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one photo a set, and a network small enough to train here."""
    make_tiny_networks_known(monkeypatch)
    return build_data(tmp_path / "data")


@pytest.fixture
def photos(data: Path) -> Photos:
    return load_sources([data], None).photos


def job(data: Path) -> DetectorJob:
    return DetectorJob(SETTINGS, load_sources([data], None), mix=MIX)


def test_a_crop_and_its_quads_are_moved_by_the_same_matrix() -> None:
    image, scene = signboard()
    for seed in range(30):
        drawn = cut(image, scene, 96, (12, 40), np.random.default_rng(seed))
        inside = np.zeros((96, 96), np.uint8)
        cv2.fillPoly(inside, [np.round(drawn.quads[0] - 0.5).astype(np.int32)], 1)
        core = cv2.erode(inside, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
        assert (drawn.image[core == 1] == 255).all()


def test_move_is_the_affine_map_of_every_corner() -> None:
    matrix = np.array([[2.0, 0, 5], [0, 3, -1], [0, 0, 1]])
    quads = np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], np.float32)
    assert move(quads, matrix).tolist() == [[[5, -1], [7, -1], [7, 2], [5, 2]]]
    assert move(np.zeros((0, 4, 2), np.float32), matrix).shape == (0, 4, 2)


def test_the_point_looked_at_lies_in_the_crop() -> None:
    for seed in range(50):
        matrix = crop_matrix(np.array([60, 40], np.float32), 1.5, (200, 120), 96, np.random.default_rng(seed))
        x, y = (matrix @ [60, 40, 1])[:2]
        assert 0 < x < 96
        assert 0 < y < 96


def test_recolour_keeps_shape_and_type_and_repeats_with_its_generator() -> None:
    image = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    for seed in range(20):
        once = recolour(image, np.random.default_rng(seed))
        assert (once.shape, once.dtype.name) == ((40, 50, 3), "uint8")
        assert np.array_equal(once, recolour(image, np.random.default_rng(seed)))


def test_the_cache_stops_at_its_budget_and_names_a_photo_it_cannot_read(data: Path) -> None:
    path = data / "scenes/ic15_train/images/sign.png"
    full, none = PhotoCache(), PhotoCache(budget=0)
    assert np.array_equal(full.load(path), none.load(path))
    assert (len(full.photos), full.used, len(none.photos)) == (1, 120 * 200 * 3, 0)
    with pytest.raises(LabelError, match=r"gone\.png: labelled photo cannot be read"):
        full.load(data / "gone.png")


def test_a_stream_resumed_at_a_sample_gives_what_an_unbroken_one_gives(photos: Photos) -> None:
    whole = iter(SampleStream(photos, MIX, Plan(2, seed=1)))
    next(whole)
    resumed = iter(SampleStream(photos, MIX, Plan(2, seed=1, start=2)))
    for first, second in zip(next(whole), next(resumed), strict=True):
        assert torch.equal(first, second)


def test_every_kind_of_sample_is_drawn_at_the_right_size(photos: Photos) -> None:
    for kind in ("ic15", "mlt", "no_text", "page", "street"):
        shares = {name: float(name == kind) for name in ("ic15", "mlt", "no_text", "page", "street")}
        mix = DetectorMix(crop=160, **shares)  # type: ignore[arg-type]  # weights are floats
        stream = SampleStream(photos, mix, Plan(1, seed=1))
        samples = [stream.sample(i) for i in range(4)]
        assert [sample.image.shape for sample in samples] == [(160, 160, 3)] * 4
        assert [len(sample.quads) for sample in samples] == [len(sample.ignored) for sample in samples]
        if kind == "no_text":
            assert sum(len(sample.quads) for sample in samples) == 0


def test_kinds_without_photos_are_never_drawn(photos: Photos) -> None:
    own = Photos(own=photos.ic15)
    assert own.shares(MIX).tolist() == [0, 0, 0, 1, 0, 0]
    assert photos.shares(MIX)[3] == 0
    assert photos.shares(MIX).sum() == pytest.approx(1)
    assert photos.shares(replace(MIX, real_share=0.25))[:4].sum() == pytest.approx(0.25)
    assert replace(photos, renderer=None).shares(MIX)[:4].sum() == pytest.approx(1)
    with pytest.raises(ValueError, match="nothing to train on"):
        Photos().shares(MIX)


@pytest.mark.parametrize("workers", [1, 2])
def test_background_processes_give_the_same_batches(photos: Photos, workers: int) -> None:
    here, there = (load_batches(SampleStream(photos, MIX, Plan(2, seed=1)), n) for n in (0, workers))
    for _ in range(3):
        for first, second in zip(next(here), next(there), strict=True):
            assert torch.equal(first, second)


def test_what_a_background_process_cannot_use_is_one_line(photos: Photos) -> None:
    lost = Photos(own=[replace(photos.ic15[0], image=Path("gone.png"))])
    with pytest.raises(
        LabelError, match=r"^gone\.png: labelled photo cannot be read; check the data folder$"
    ):
        next(load_batches(SampleStream(lost, MIX, Plan(2, seed=1)), 1))


def test_the_shrink_ratio_grows_to_the_one_that_is_undone() -> None:
    plan = Plan(2, seed=1, shrink_start=0.4, shrink_until=100)
    assert [plan.ratio(i) for i in (0, 50, 100, 500)] == pytest.approx([0.4, 0.5, 0.6, 0.6])
    assert Plan(2, seed=1).ratio(0) == SHRINK_RATIO


def test_border_maps_are_made_only_when_asked_for() -> None:
    image, scene = signboard()
    sample = Sample(image[:120, :120], scene.quads(), scene.ignored())
    assert int(collate([sample], 120, borders=False)[3].sum()) == 0
    assert int(collate([sample], 120, borders=True)[3].max()) > 200


def test_tensors_are_normalised_as_photos_are_at_inference() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    assert np.allclose(normalised(torch.from_numpy(images)).numpy(), normalise(images), atol=1e-6)


@pytest.mark.parametrize("hard", [False, True])
def test_a_small_network_learns_one_batch_by_heart(photos: Photos, hard: bool) -> None:
    torch.manual_seed(0)
    batch = next(iter(SampleStream(photos, MIX, Plan(2, seed=3))))
    net = dbnet.build("tiny").train()
    optimiser = torch.optim.AdamW(net.parameters(), 1e-2)
    dice = []
    for _ in range(20):
        loss, part = detection_loss(net, batch, hard)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        optimiser.step()
        dice.append(part)
    assert dice[-1] < 0.6 * dice[0]


def test_the_late_loss_comes_with_the_hard_share() -> None:
    settings = DetectorTraining(samples=800, batch=8, decay_share=0.25)
    assert (settings.hard_from, settings.plan(3)) == (50, Plan(8, 1, 24, 400, SHRINK_RATIO, 600))


def test_a_resumed_run_ends_as_an_unbroken_one(data: Path, tmp_path: Path) -> None:
    whole = Loop(job(data), tmp_path / "whole")
    whole.train(Limits())
    Loop(job(data), tmp_path / "broken").train(Limits(steps=3))
    second = Loop(job(data), tmp_path / "broken")
    second.restore(checkpoint.load(tmp_path / "broken/last.pt"))
    assert second.step == 3
    second.train(Limits())
    for name, value in whole.ema.state.items():
        assert torch.equal(value, second.ema.state[name]), name


def test_the_dev_score_is_that_of_real_post_processing(data: Path) -> None:
    scores = job(data).score(job(data).model.state_dict())
    assert scores.keys() == {"precision", "recall", "hmean"}
    assert DetectorJob(SETTINGS, DetectorSources(Photos(), []), mix=MIX).score({}) == {}


def test_photos_of_ones_own_are_trained_on_but_for_a_tenth(tmp_path: Path) -> None:
    own = load_sources([build_photos(tmp_path / "own", 25)], None)
    assert (len(own.photos.own), len(own.dev), own.photos.renderer) == (22, 3, None)
    measured = load_sources([tmp_path / "own"], build_photos(tmp_path / "dev", 2))
    assert (len(measured.photos.own), len(measured.dev)) == (25, 2)


def test_a_folder_without_labelled_photos_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    with pytest.raises(LabelError, match="no photo to train on is left"):
        load_sources([tmp_path], None)
