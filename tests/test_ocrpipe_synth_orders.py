"""ocrpipe.synth.orders, .save and `ocrpipe synth`: the same bytes for a seed, in every layout."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from synth_world import build

import cli
from ocrpipe.errors import FontError, OutputError
from ocrpipe.labels import load_scenes
from ocrpipe.labels.choose import load_words
from ocrpipe.labels.crop_lists import load_list
from ocrpipe.synth.orders import DrawnWord, SceneOrder, WordOrder, choose_workers, drawn
from ocrpipe.synth.save import save_lmdb, save_scenes, save_words


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("world") / "data")


def run(*arguments: object) -> int:
    return cli.main(["synth", *map(str, arguments)])


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def picture(path: Path) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), np.uint8)


def words(count: int) -> list[DrawnWord]:
    return [DrawnWord(f"png {i}".encode(), f"text{i}") for i in range(count)]


def test_samples_are_the_same_on_any_number_of_processes(data: Path) -> None:
    order = SceneOrder(data, 3, size=96)
    assert list(drawn(order, 18, workers=2)) == list(drawn(order, 18))
    assert list(drawn(SceneOrder(data, 4, size=96), 1)) != list(drawn(order, 1))


def test_the_first_samples_do_not_depend_on_how_many_are_drawn(data: Path) -> None:
    assert list(drawn(WordOrder(data, 0), 3)) == list(drawn(WordOrder(data, 0), 7))[:3]


def test_few_samples_and_a_single_core_need_no_processes() -> None:
    assert (choose_workers(5, 1), choose_workers(0, 10**6), choose_workers(None, 8)) == (5, 0, 0)


def test_words_go_to_a_folder_that_reads_as_labelled_crops(data: Path, tmp_path: Path) -> None:
    assert run("words", "-n", 5, "--seed", 2, "--data", data, "-q", "-o", tmp_path / "a") == 0
    assert run("words", "-n", 5, "--seed", 2, "--data", data, "-q", "-o", tmp_path / "b") == 0
    assert files(tmp_path / "a") == files(tmp_path / "b")
    for word, made in zip(
        load_list(tmp_path / "a" / "labels.tsv"), drawn(WordOrder(data, 2), 5), strict=True
    ):
        assert isinstance(word.image, Path)
        assert (word.text, word.image.read_bytes()) == (made.text, made.png)
        assert picture(word.image).shape[0] == 32


def test_an_lmdb_holds_what_was_drawn_and_repeats_to_the_byte(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("lmdb")
    for name in ("a.lmdb", "b.lmdb"):
        assert run("words", "-n", 4, "--data", data, "-q", "-o", tmp_path / name) == 0
    found = [(word.image, word.text) for word in load_words(tmp_path / "a.lmdb")]
    assert found == [(word.png, word.text) for word in drawn(WordOrder(data, 0), 4)]
    assert files(tmp_path / "a.lmdb") == files(tmp_path / "b.lmdb")


def test_an_lmdb_larger_than_a_transaction_is_whole(tmp_path: Path) -> None:
    pytest.importorskip("lmdb")
    save_lmdb(tmp_path / "many", words(2500))
    assert [word.text for word in load_words(tmp_path / "many")] == [f"text{i}" for i in range(2500)]


def test_an_lmdb_that_was_not_finished_is_not_taken_for_one(tmp_path: Path) -> None:
    pytest.importorskip("lmdb")

    def broken() -> object:
        yield from words(3)
        raise FontError("no face")

    with pytest.raises(FontError):
        save_lmdb(tmp_path / "half", broken())  # type: ignore[arg-type]  # a generator that never ends well
    with pytest.raises(Exception, match="num-samples"):
        list(load_words(tmp_path / "half"))


def test_scenes_go_to_a_folder_that_reads_as_ground_truth(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "scenes"
    assert run("scenes", "-n", 6, "--seed", 5, "--size", 160, "--data", data, "-q", "-o", out) == 0
    scenes = load_scenes(out)
    assert [scene.words for scene in scenes] == [s.words for s in drawn(SceneOrder(data, 5, size=160), 6)]
    assert sum(len(scene.words) for scene in scenes) > 6
    for scene in scenes:
        assert picture(scene.image).shape == (160, 160, 3)
        assert len(scene.words) == 0 or 0 <= scene.quads().min() <= scene.quads().max() <= 160


@pytest.mark.parametrize("kind", ["words", "scenes"])
def test_a_sheet_is_one_picture_by_suffix_or_option(data: Path, tmp_path: Path, kind: str) -> None:
    by_suffix, by_option = tmp_path / "look.png", tmp_path / "look"
    assert run(kind, "-n", 4, "--data", data, "-q", "-o", by_suffix) == 0
    assert run(kind, "-n", 4, "--data", data, "-q", "-o", by_option, "--sheet") == 0
    assert by_suffix.read_bytes() == by_option.read_bytes()
    assert np.ptp(picture(by_suffix)) == 255


def test_held_out_fonts_are_their_own_families(data: Path) -> None:
    with pytest.raises(FontError, match="no face in it is held out"):
        next(iter(drawn(WordOrder(data, 0, held_out=True), 1)))


@pytest.mark.parametrize(("missing", "workers"), [("fonts", 1), ("lexicons", 0), ("backgrounds", 0)])
def test_an_empty_folder_is_one_clear_line(
    missing: str, workers: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = build(tmp_path / "data")
    for file in (data / missing).iterdir():
        file.unlink()
    out = tmp_path / "out"
    assert run("words", "--data", data, "-q", "-o", out, "-n", 2, "--workers", workers) == 1
    error = capsys.readouterr().err
    assert str(data / missing) in error.replace("\n", "")
    assert "Traceback" not in error
    assert not (out / "labels.tsv").exists()


@pytest.mark.parametrize("save", [save_words, save_lmdb])
def test_what_is_there_already_is_not_written_over(save: object, tmp_path: Path) -> None:
    pytest.importorskip("lmdb")
    (tmp_path / "mine.txt").write_text("mine")
    assert callable(save)
    with pytest.raises(OutputError, match="is there already; choose another place"):
        save(tmp_path, words(1))
    with pytest.raises(OutputError, match="is there already"):
        save_scenes(tmp_path / "mine.txt", [])
