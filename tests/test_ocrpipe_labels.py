"""ocrpipe.labels: labels.jsonl, and what is said of a line that is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ocrpipe.errors import LabelError
from ocrpipe.labels import Scene, SceneWord, load_scenes, parse_scene

QUAD = ((1.0, 2.0), (30.5, 2.0), (30.5, 9.0), (1.0, 9.0))
LINE = {
    "image": "images/a.jpg",
    "width": 64,
    "height": 32,
    "words": [{"quad": QUAD, "text": "Ford", "ignore": False}, {"quad": QUAD, "text": None, "ignore": True}],
}


def test_a_scene_carries_its_photo_its_size_and_its_words(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text(json.dumps(LINE) + "\n\n")
    words = (SceneWord(QUAD, "Ford"), SceneWord(QUAD, None, ignore=True))
    assert load_scenes(tmp_path) == [Scene(tmp_path / "images/a.jpg", 64, 32, words)]


def test_quads_and_ignore_flags_come_as_arrays_even_without_words() -> None:
    scene = parse_scene(json.dumps(LINE), Path())
    assert np.array_equal(scene.quads(), np.array([QUAD, QUAD], np.float32))
    assert scene.ignored().tolist() == [False, True]
    empty = parse_scene(json.dumps({**LINE, "words": []}), Path())
    assert (empty.quads().shape, empty.ignored().shape) == ((0, 4, 2), (0,))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "Expecting"),
        ("[1]", "list indices"),
        (json.dumps({"image": "a", "width": 1, "height": 1}), "field 'words' is missing"),
        (json.dumps({**LINE, "width": 0}), "size 0 x 32"),
        (json.dumps({**LINE, "words": [{"quad": [[0, 0]]}]}), "four finite points"),
        (
            json.dumps({**LINE, "words": [{"quad": [[0, 0], [1, 0], [1, float("nan")], [0, 1]]}]}),
            "four finite",
        ),
        (json.dumps({**LINE, "words": [{"quad": QUAD, "text": 7}]}), "text must be a string or null, got 7"),
    ],
)
def test_a_line_that_is_no_label_names_file_line_and_reason(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "labels.jsonl").write_text(json.dumps(LINE) + "\n" + line + "\n")
    with pytest.raises(LabelError, match=r"labels\.jsonl:2: not a scene label: .*" + reason):
        load_scenes(tmp_path)


def test_a_folder_without_labels_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"labels\.jsonl: cannot be read"):
        load_scenes(tmp_path)
