"""Words from labelled sets of any layout, what a charset cannot spell, and weights that a run starts from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from synth_world import build
from train_world import build_photos

from ocrpipe.errors import LabelError, WeightsError
from ocrpipe.train.crop_pool import CropPool, LmdbCrops
from ocrpipe.train.initial import load_initial
from ocrpipe.train.real_crops import RealCrop
from ocrpipe.train.spelling import rendered_characters, spelled, usable
from ocrpipe.train.word_data import Mix, WordStream
from ocrpipe.train.word_sources import load_labelled, load_sources
from recognizer.charset import charset

ASCII, PAPER = charset("ascii94"), charset("alnum36")


def build_lmdb(folder: Path, texts: list[str], broken: int | None = None) -> Path:
    """An LMDB of the field's layout, with a grey picture for each text; number `broken` is no picture."""
    lmdb = pytest.importorskip("lmdb")
    with (
        lmdb.open(str(folder), map_size=1 << 22) as environment,
        environment.begin(write=True) as transaction,
    ):
        for number, text in enumerate(texts, start=1):
            picture = cv2.imencode(".png", np.full((40, 90), 10 * number, np.uint8))[1].tobytes()
            data = b"nothing" if number == broken else picture
            transaction.put(f"image-{number:09}".encode(), data)
            transaction.put(f"label-{number:09}".encode(), text.encode())
        transaction.put(b"num-samples", str(len(texts)).encode())
    return folder


def test_an_lmdbs_images_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    crops = LmdbCrops(build_lmdb(tmp_path / "mine", ["Ford", "Open"], broken=2))
    assert (len(crops), crops.texts, crops[0].text, crops[0].source) == (2, ["Ford", "Open"], "Ford", "mine")
    assert (crops[0].grey.shape, int(crops[0].grey[0, 0])) == ((40, 90), 10)
    with pytest.raises(LabelError, match=r"labelled crop: .*mine:image-000000002"):
        crops[1]


def test_an_lmdb_trains_alone_and_keeps_a_tenth_to_measure_on(tmp_path: Path) -> None:
    path = build_lmdb(tmp_path / "mine", ["Ford", *["Open"] * 18, "né"])
    sources = load_sources([path], None, ASCII)
    assert (sources.renderer, len(sources.real), len(sources.dev)) == (None, 17, 2)
    assert sources.dev[0].text == "Ford"
    (batch, *_) = WordStream(None, sources.real, ASCII, Mix(batch=4), seed=1).chunk(0)
    assert {ASCII.decode(word.tolist()) for word in batch.targets} == {"Open"}


def test_words_of_photos_keep_what_lies_around_them_for_the_jitter(tmp_path: Path) -> None:
    pool = load_labelled(build_photos(tmp_path / "photos", 2), ASCII)
    assert (len(pool), pool[1].text, pool[1].source, pool[1].inset) == (2, "Ford", "photos", 8)
    assert pool[1].grey.shape == (46, 96)
    assert pool[1].word.shape == (30, 80)
    assert int(pool[1].word[2:-2, 2:-2].min()) == 255


def test_own_words_stand_beside_a_data_folders(tmp_path: Path) -> None:
    own = build_photos(tmp_path / "own", 11)
    sources = load_sources([build(tmp_path / "data"), own], None, ASCII)
    assert sources.renderer is not None
    assert (len(sources.real), len(sources.dev)) == (2 + 9, 2 + 2)
    named = load_sources([own], tmp_path / "own", ASCII)
    assert (len(named.real), len(named.dev)) == (11, 11)


def test_nothing_to_train_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no word to train on is left"):
        load_sources([build_photos(tmp_path / "one", 1)], None, ASCII)


def test_pools_are_one_after_the_other_and_parts_keep_their_order() -> None:
    crops = [RealCrop(np.zeros((2, 2), np.uint8), text, "") for text in "abcd"]
    pool = CropPool(crops[:1], crops[1:])
    assert "".join(pool[i].text for i in range(len(pool))) == "abcd"
    part = pool.part([3, 0])
    assert [part[i].text for i in range(len(part))] == ["d", "a"]
    assert len(CropPool()) == len(pool.part([])) == 0


def test_a_charset_without_capitals_folds_labels_and_renders_them() -> None:
    assert (spelled("Ford-7", ASCII), spelled("Ford7", PAPER)) == ("Ford-7", "ford7")
    assert (spelled("Ford-7", PAPER), spelled("", ASCII)) == (None, None)
    assert rendered_characters(ASCII) == ASCII.characters
    assert set(rendered_characters(PAPER)) == {c for c in ASCII.characters if c.isalnum()}


def test_labels_that_cannot_be_spelled_are_counted_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert usable(["a", "é", "b c", "d"], ASCII, "mine") == [0, 3]
    said = " ".join(capsys.readouterr().err.split())
    assert said == "warning: mine: 2 of 4 labels are left out, for the charset lacks ' ' 'é'"
    assert usable(["a"], ASCII, "mine") == [0]
    assert capsys.readouterr().err == ""
    with pytest.raises(LabelError, match="no word in there has a text"):
        usable([], ASCII, "mine")


def test_released_weights_come_with_their_statistics() -> None:
    words, boxes = load_initial("crnn_s", "recognizer"), load_initial("db_r18q", "detector")
    assert (words.network, words.charset, boxes.network, boxes.charset) == (
        "crnn_s",
        "ascii95",
        "db_r18q",
        None,
    )
    assert words.weights["cnn.1.running_var"].dtype == torch.float32
    assert not torch.equal(words.weights["cnn.1.running_var"], torch.ones(24))
    assert not any(name.startswith("threshold.") for name in boxes.weights)


def test_weights_that_cannot_start_a_run_say_why(tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parent.parent / "weights"
    with pytest.raises(WeightsError, match="unknown recognizer 'crnn_z'; known: "):
        load_initial("crnn_z", "recognizer")
    with pytest.raises(WeightsError, match="holds a recognizer, not a detector"):
        load_initial(str(folder / "crnn_s.safetensors"), "detector")
    with pytest.raises(WeightsError, match=r"none\.safetensors: No such file or directory"):
        load_initial(str(tmp_path / "none.safetensors"), "detector")
    (tmp_path / "bad.safetensors").write_bytes(b"x" * 40)
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load_initial(str(tmp_path / "bad.safetensors"), "detector")
