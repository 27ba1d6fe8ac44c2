"""Training the detector: reproducible samples, exact resume, a loss that falls, an export that agrees."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors import safe_open
from synth_world import build as build_world

from detectors import dbnet
from detectors.backbone import BackboneConfig
from detectors.base import Detections, Image
from detectors.metrics import Matching
from detectors.resize import normalise, resize
from ocrpipe.errors import LabelError, WeightsError
from ocrpipe.labels import Scene, SceneWord, load_scenes
from ocrpipe.runtime import onnx_network
from ocrpipe.train import checkpoint, detector
from ocrpipe.train.crop_geometry import crop_matrix, move
from ocrpipe.train.detection_loss import detection_loss, normalised
from ocrpipe.train.detector_data import DetectorMix, SampleStream, collate, load_batches
from ocrpipe.train.detector_eval import evaluate_detector, score_network
from ocrpipe.train.detector_export import export
from ocrpipe.train.detector_training import DetectorTrainer, DetectorTraining
from ocrpipe.train.photo_augment import recolour
from ocrpipe.train.photo_crops import PhotoCache, Sample, cut

TINY = dbnet.DBNetConfig(BackboneConfig((16, 16, 16, 16), (1, 1, 1, 1)), pyramid=16, head=16)
SETTINGS = DetectorTraining(network="tiny", steps=6, batch=2, workers=0, warmup=2, seed=5, hard_share=0.5)
MIX = DetectorMix(crop=64, smallest=10, largest=30)


def signboard() -> tuple[Image, Scene]:
    """A grey photo with one white word box at (40, 30) .. (120, 60), and its label."""
    image = np.full((120, 200, 3), 90, np.uint8)
    image[30:60, 40:120] = 255
    quad = ((40.0, 30.0), (120.0, 30.0), (120.0, 60.0), (40.0, 60.0))
    return image, Scene(Path("images/sign.png"), 200, 120, (SceneWord(quad, "Ford"),))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one photo a set, and a network small enough to train here."""
    monkeypatch.setitem(dbnet.CONFIGS, "tiny", TINY)
    folder = build_world(tmp_path / "data")
    image, scene = signboard()
    words = [{"quad": word.quad, "text": word.text, "ignore": word.ignore} for word in scene.words]
    for name, labelled in (("ic15_train", words), ("mlt_boxes_train", words), ("no_text_train", [])):
        (folder / "scenes" / name / "images").mkdir(parents=True)
        cv2.imwrite(str(folder / "scenes" / name / "images/sign.png"), image)
        line = json.dumps({"image": "images/sign.png", "width": 200, "height": 120, "words": labelled})
        (folder / "scenes" / name / "labels.jsonl").write_text(f"{line}\n" * 101)
    return folder


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


def test_a_stream_resumed_at_a_sample_gives_what_an_unbroken_one_gives(data: Path) -> None:
    whole = iter(SampleStream(data, MIX, 2, seed=1))
    next(whole)
    resumed = iter(SampleStream(data, MIX, 2, seed=1, start=2))
    for first, second in zip(next(whole), next(resumed), strict=True):
        assert torch.equal(first, second)


def test_every_kind_of_sample_is_drawn_at_the_right_size(data: Path) -> None:
    for kind in ("ic15", "mlt", "no_text", "page", "street"):
        shares = {name: float(name == kind) for name in ("ic15", "mlt", "no_text", "page", "street")}
        stream = SampleStream(data, DetectorMix(crop=160, **shares), 1, seed=1)  # type: ignore[arg-type]  # shares are floats
        samples = [stream.sample(i) for i in range(4)]
        assert [sample.image.shape for sample in samples] == [(160, 160, 3)] * 4
        assert [len(sample.quads) for sample in samples] == [len(sample.ignored) for sample in samples]
        assert (sum(len(sample.quads) for sample in samples) == 0) == (kind == "no_text")


def test_a_background_process_gives_the_same_batches(data: Path) -> None:
    here, there = (load_batches(SampleStream(data, MIX, 2, seed=1), workers) for workers in (0, 1))
    for first, second in zip(next(here), next(there), strict=True):
        assert torch.equal(first, second)
    with pytest.raises(ValueError, match="workers must be 0 or 1"):
        load_batches(SampleStream(data, MIX, 2, seed=1), 2)


def test_border_maps_are_made_only_when_asked_for() -> None:
    image, scene = signboard()
    sample = Sample(image[:120, :120], scene.quads(), scene.ignored())
    assert int(collate([sample], 120, borders=False)[3].sum()) == 0
    assert int(collate([sample], 120, borders=True)[3].max()) > 200


def test_tensors_are_normalised_as_photos_are_at_inference() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    assert np.allclose(normalised(torch.from_numpy(images)).numpy(), normalise(images), atol=1e-6)


@pytest.mark.parametrize("hard", [False, True])
def test_a_small_network_learns_one_batch_by_heart(data: Path, hard: bool) -> None:
    torch.manual_seed(0)
    batch = next(iter(SampleStream(data, MIX, 2, seed=3)))
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


def test_the_learning_rate_warms_up_stays_and_falls_to_zero() -> None:
    settings = DetectorTraining(steps=100, warmup=10, decay_share=0.5, rate=1.0)
    rates = [settings.learning_rate(step) for step in (0, 9, 50, 75, 100)]
    assert rates == pytest.approx([0.1, 1, 1, 0.5, 0])
    assert [settings.hard(step) for step in (49, 50)] == [False, True]


def test_a_resumed_run_ends_as_an_unbroken_one(data: Path, tmp_path: Path) -> None:
    whole = DetectorTrainer(SETTINGS, tmp_path / "whole", data, MIX)
    whole.train(10, log_every=2)
    first = DetectorTrainer(SETTINGS, tmp_path / "broken", data, MIX)
    first.train(10, stop=lambda: first.step == 3)
    second = DetectorTrainer(SETTINGS, tmp_path / "broken", data, MIX)
    second.restore(checkpoint.load(tmp_path / "broken/last.pt"))
    assert second.step == 3
    second.train(10)
    for name, value in whole.ema.state.items():
        assert torch.allclose(value, second.ema.state[name], atol=1e-6), name
    records = [json.loads(line) for line in (tmp_path / "whole/log.jsonl").read_text().splitlines()]
    assert [record["step"] for record in records] == [2, 4, 6]


def test_a_checkpoint_of_another_network_is_refused(data: Path, tmp_path: Path) -> None:
    trainer = DetectorTrainer(SETTINGS, tmp_path, data, MIX)
    with pytest.raises(WeightsError, match="of network 'other', not 'tiny'"):
        trainer.restore({"network": "other"})


def test_export_writes_two_files_that_hold_the_same_network(data: Path, tmp_path: Path) -> None:
    trainer = DetectorTrainer(SETTINGS, tmp_path / "run", data, MIX)
    trainer.train(10)
    photo = np.random.default_rng(0).integers(0, 256, (90, 130, 3), np.uint8)
    tensors, onnx = export(tmp_path / "run/last.pt", tmp_path / "weights", photo)
    assert (tensors.name, onnx.name) == ("tiny.safetensors", "tiny.onnx")
    with safe_open(tensors, "pt") as file:
        names = set(file.keys())
        halves = {file.get_tensor(name).dtype for name in names if not name.endswith("tracked")}
        assert file.metadata()["kind"] == "detector"
    assert halves == {torch.float16}
    assert not any(name.startswith("threshold.") for name in names)
    batch = normalise(resize(photo, 96).image[None])
    score = onnx_network(onnx.read_bytes(), onnx.name)(batch)
    # fp16 weights: as near to the unrounded network as that allows.
    assert np.abs(score - score_network(tmp_path / "run/last.pt")(batch)).max() < 0.02
    assert score.shape == (1, 1, *batch.shape[2:])


class Oracle:
    """A detector that was told the answer."""

    def detect(self, image: Image) -> Detections:
        """The box of `signboard`, and a false alarm."""
        quads = np.concatenate([signboard()[1].quads(), signboard()[1].quads() + np.float32(50)])
        return Detections(quads, np.ones(2, np.float32))


def test_evaluate_sums_the_counts_of_all_scenes(data: Path) -> None:
    scenes = load_scenes(data / "scenes/ic15_train")[:2] + load_scenes(data / "scenes/no_text_train")[:1]
    assert evaluate_detector(Oracle(), scenes) == Matching(matched=2, detected=6, true=2)


def test_the_commands_train_evaluate_and_export(data: Path, tmp_path: Path) -> None:
    run, scenes = str(tmp_path / "run"), str(data / "scenes/ic15_train")
    trainer = DetectorTrainer(SETTINGS, tmp_path / "run", data, MIX)
    trainer.save()
    again = ["train", "--data", str(data), "--run", run, "--network", "tiny", "--steps", "0"]
    assert CliRunner().invoke(detector.main, again).exit_code == 0
    measured = CliRunner().invoke(
        detector.main, ["evaluate", "--checkpoint", f"{run}/last.pt", "--data", scenes, "--limit", "1"]
    )
    assert json.loads(measured.output)["true"] == 1
    out = ["export", "--run", run, "--out", str(tmp_path), "--photo", f"{scenes}/images/sign.png"]
    assert CliRunner().invoke(detector.main, out).output.split() == [
        str(tmp_path / "tiny.safetensors"),
        str(tmp_path / "tiny.onnx"),
    ]


def test_a_missing_checkpoint_is_one_line_and_exit_code_1(data: Path, tmp_path: Path) -> None:
    scenes = str(data / "scenes/ic15_train")
    done = CliRunner().invoke(
        detector.main, ["evaluate", "--checkpoint", str(tmp_path / "no.pt"), "--data", scenes]
    )
    assert done.exit_code == 1
    assert "no checkpoint there" in done.output
