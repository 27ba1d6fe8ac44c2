"""The recogniser's samples: reproducible batches, the mix, labels of any layout, what a charset can spell."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from synth_world import build, renderer

from ocrpipe.errors import LabelError
from ocrpipe.train.crop_augment import augment
from ocrpipe.train.real_crops import fit_height, load_crops, load_scene_crops
from ocrpipe.train.word_data import BATCHES_A_CHUNK, Mix, WordBatch, WordStream, word_loader
from recognizer.charset import charset


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return build(tmp_path / "data")


def stream(data: Path, start: int = 0) -> WordStream:
    real = load_crops(data / "words/real_train")
    return WordStream(
        renderer(data), real, charset("ascii94"), Mix(batch=4, easy_until=1), seed=1, start=start
    )


def same(one: WordBatch, other: WordBatch) -> bool:
    return torch.equal(one.targets, other.targets) and torch.equal(one.images, other.images)


def test_a_chunk_depends_on_its_number_alone(data: Path) -> None:
    from_zero = word_loader(stream(data), 0)
    batches = [next(from_zero) for _ in range(2 * BATCHES_A_CHUNK)]
    resumed = next(word_loader(stream(data, start=1), 0))
    assert same(resumed, batches[BATCHES_A_CHUNK])
    assert not same(resumed, batches[0])


@pytest.mark.parametrize("workers", [1, 2])
def test_background_processes_give_the_same_batches_in_the_same_order(data: Path, workers: int) -> None:
    here, there = word_loader(stream(data), 0), word_loader(stream(data), workers)
    assert all(same(next(here), next(there)) for _ in range(3 * BATCHES_A_CHUNK))


def test_a_chunk_that_was_cut_short_goes_on_where_it_was_cut(data: Path) -> None:
    whole = word_loader(stream(data), 0)
    batches = [next(whole) for _ in range(6)]
    assert same(next(word_loader(stream(data), 0, skip=5)), batches[5])


def test_real_crops_are_mixed_in_and_svt_is_caseless(data: Path) -> None:
    batches = stream(data).chunk(3) + stream(data).chunk(4) + stream(data).chunk(5)
    caseless = torch.cat([batch.targets[batch.any_case, :4] for batch in batches])
    assert len(caseless)
    assert {charset("ascii94").decode(word.tolist()) for word in caseless} == {"FORD"}


def test_the_mix_starts_easy_and_rendered() -> None:
    mix = Mix(easy_until=100, real_share=0.2, late_real_share=0.4, late_from=500)
    assert [mix.difficulty(n) for n in (0, 50, 100, 900)] == [0.0, 0.5, 1.0, 1.0]
    assert [mix.real(n) for n in (0, 50, 100, 500)] == [0.0, 0.1, 0.2, 0.4]


def test_labels_that_cannot_be_used_name_their_line(data: Path) -> None:
    table = data / "words/real_dev/labels.tsv"
    table.write_text("images/missing.png\tword\n", "utf-8")
    with pytest.raises(LabelError, match=r"labels\.tsv:1: expected a readable picture, a tab and its text"):
        load_crops(table.parent)
    with pytest.raises(LabelError, match="not found; it lists one crop a line"):
        load_crops(data)


def test_scene_words_are_rectified_with_their_margin(tmp_path: Path) -> None:
    photo = np.full((100, 200), 255, np.uint8)
    photo[40:60, 50:130] = 0
    cv2.imwrite(str(tmp_path / "a.png"), photo)
    quad = [[50, 40], [130, 40], [130, 60], [50, 60]]
    words = [
        {"quad": quad, "text": "word"},
        {"quad": quad, "text": None},
        {"quad": quad, "text": "x", "ignore": True},
    ]
    label = {"image": "a.png", "width": 200, "height": 100, "words": words}
    (tmp_path / "labels.jsonl").write_text(json.dumps(label) + "\n", "utf-8")
    (crop,) = load_scene_crops(tmp_path)
    assert (crop.text, crop.inset, crop.grey.shape) == ("word", 5, (30, 90))
    assert crop.grey[5:25, 5:85].max() == 0
    assert crop.grey[:5].min() == 255
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(LabelError, match=r"a\.png: named by .*labels\.jsonl, but not a readable photo"):
        load_scene_crops(tmp_path)


def test_augmented_crops_keep_their_height_and_aspect() -> None:
    rng = np.random.default_rng(0)
    for height, width in ((32, 100), (200, 600), (9, 20), (40, 5000)):
        crop = augment(rng.integers(0, 256, (height, width), np.uint8), rng)
        assert crop.dtype == np.uint8
        assert crop.shape[0] == 32
        assert crop.shape[1] <= 384
        assert crop.shape[1] == 384 or 0.6 < crop.shape[1] / (width * 32 / height) < 1.6


def test_fit_height_keeps_the_aspect() -> None:
    assert [fit_height(np.zeros(s, np.uint8)).shape for s in ((64, 100), (16, 50), (50, 1))] == [
        (32, 50),
        (32, 100),
        (32, 1),
    ]
