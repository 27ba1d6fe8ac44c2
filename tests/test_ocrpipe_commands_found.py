"""`ocrpipe train found` from the command line, with the released detector."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from train_world import add_clear_photo

from cli import main


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A photo with the word LONDON in a box of its letters."""
    add_clear_photo(tmp_path / "street")
    return tmp_path / "street"


def test_a_word_gets_the_boxes_found_at_each_size(
    street: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found"
    assert main(["train", "found", str(street), "--to", str(out), "--zoom", "0.8", "--zoom", "1"]) == 0
    assert "2 boxes for 1 words with a text" in capsys.readouterr().out
    records = [json.loads(line) for line in (out / "labels.jsonl").read_text().splitlines()]
    assert [record["words"][0]["text"] for record in records] == ["LONDON", "LONDON"]
    assert records[0]["words"][0]["quad"] != records[1]["words"][0]["quad"]


def test_what_cannot_be_is_told_in_one_line(
    street: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert main(["train", "found", str(tmp_path / "nowhere"), "--to", out]) == 1
    assert main(["train", "found", str(street), "--to", out, "--detector", "contours"]) == 2
    assert "has no setting" in capsys.readouterr().err
