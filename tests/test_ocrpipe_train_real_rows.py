"""ocrpipe.train.real_rows: neighbours of labelled photos as one crop with spaces."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from synth_world import build
from train_world import build_photos

from ocrpipe.labels import Scene, SceneWord
from ocrpipe.train.real_rows import load_rows, rows_of
from ocrpipe.train.word_data import Mix, WordStream, load_renderer
from ocrpipe.train.word_sources import load_sources
from recognizer.charset import charset

SPACED = charset("ascii95")


def word(left: float, text: str | None, *, top: float = 20, ignore: bool = False) -> SceneWord:
    """40 x 16 px."""
    right, bottom = left + 40, top + 16
    return SceneWord(((left, top), (right, top), (right, bottom), (left, bottom)), text, ignore)


def rows(*words: SceneWord) -> dict[str, list[float]]:
    """Texts of the rows, and where they begin and end."""
    scene = Scene(Path("a.png"), 300, 100, words)
    return {text: [float(quad[0, 0]), float(quad[2, 0])] for quad, text in rows_of(scene)}


def test_every_stretch_of_a_line_is_a_row() -> None:
    line = rows(word(110, "tea"), word(10, "fresh"), word(60, "green"))
    assert line == {"fresh green": [10, 100], "green tea": [60, 150], "fresh green tea": [10, 150]}


def test_words_far_apart_on_another_line_or_of_another_height_are_no_row() -> None:
    high = SceneWord(((60.0, 5.0), (100.0, 5.0), (100.0, 45.0), (60.0, 45.0)), "green")
    assert rows(word(10, "fresh"), word(80, "green")) == {}
    assert rows(word(10, "fresh"), word(60, "green", top=30)) == {}
    assert rows(word(10, "fresh"), high) == {}


def test_a_row_with_something_illegible_in_it_is_not_learnt() -> None:
    dot = SceneWord(((51.0, 24.0), (58.0, 24.0), (58.0, 30.0), (51.0, 30.0)), None, True)
    assert rows(word(10, "fresh"), dot, word(60, "green")) == {}


def test_rows_are_cut_out_of_photos_and_given_to_charsets_with_a_space(tmp_path: Path) -> None:
    folder = build_photos(tmp_path / "mine")
    labels = (folder / "labels.jsonl").read_text("utf-8")
    second = labels.replace('"words": [', '"words": [{"quad": [[125, 30], [180, 30], [180, 60], [125, 60]], '
                            '"text": "KA", "ignore": false}, ')  # fmt: skip
    (folder / "labels.jsonl").write_text(second, "utf-8")
    [row] = load_rows(folder)
    assert (row.text, row.word.shape, row.source) == ("Ford KA", (30, 140), "mine")
    dev = tmp_path / "dev"
    dev.mkdir()
    cv2.imwrite(str(dev / "mine_1.png"), np.zeros((32, 50), np.uint8))
    (dev / "labels.tsv").write_text("mine_1.png\tFord\n")
    texts = {}
    for name in ("ascii95", "ascii94"):
        real = load_sources([folder], dev, charset(name)).real
        texts[name] = sorted(real[i].text for i in range(len(real)))
    assert texts == {"ascii95": ["Ford", "Ford KA", "KA"], "ascii94": ["Ford", "KA"]}


def test_only_a_charset_with_a_space_is_taught_rows(tmp_path: Path) -> None:
    mix = Mix(batch=8, easy_until=1, rows=1.0)
    renderer = load_renderer(build(tmp_path), SPACED)
    told = {
        " " in characters.decode([c for c in target.tolist() if c > 0])
        for characters in (SPACED, charset("ascii94"))
        for batch in WordStream(renderer, [], characters, mix, seed=1).chunk(3)
        for target in batch.targets
    }
    assert told == {True, False}
