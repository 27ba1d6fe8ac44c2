"""`ocrpipe train label` from the command line, with the released recogniser."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from cli import main


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A photo with the word LONDON in a box, and an empty box."""
    folder = tmp_path / "street"
    folder.mkdir()
    photo = np.full((120, 400, 3), 255, np.uint8)
    cv2.putText(photo, "LONDON", (30, 70), cv2.FONT_HERSHEY_DUPLEX, 1.6, (0, 0, 0), 3)
    cv2.imwrite(str(folder / "a.png"), photo)
    boxes = [[[25, 28], [240, 28], [240, 76], [25, 76]], [[300, 28], [380, 28], [380, 60], [300, 60]]]
    words = [{"quad": box, "text": None, "ignore": False} for box in boxes]
    record = {"image": "a.png", "width": 400, "height": 120, "words": words}
    (folder / "labels.jsonl").write_text(json.dumps(record) + "\n")
    return folder


def test_a_clear_word_gets_its_text_and_an_empty_box_none(
    street: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words.txt").write_text("london\nparis\n")
    out = tmp_path / "read"
    code = main(["train", "label", str(street), "--to", str(out), "--lexicon", str(tmp_path / "words.txt")])
    assert code == 0
    assert "1 of 2 words have a text" in capsys.readouterr().out
    written = json.loads((out / "labels.jsonl").read_text())
    assert [word["text"] for word in written["words"]] == ["LONDON", None]


def test_a_folder_without_labels_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "label", str(tmp_path), "--to", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
