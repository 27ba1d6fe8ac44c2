"""`ocrpipe evaluate`, with networks that see a word in every dark spot and read "a" there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_models import weights_folder

import cli

ROOT = Path(__file__).resolve().parent.parent
Caught = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with words/ (labels.tsv) and photos/ (labels.jsonl): one with a spot, one without."""
    monkeypatch.setenv("OCRPIPE_WEIGHTS", str(weights_folder(tmp_path / "models")))
    here = tmp_path / "here"
    (here / "words").mkdir(parents=True)
    (here / "photos").mkdir()
    monkeypatch.chdir(here)
    for name in ("svt_1.png", "svt_2.png", "ic15_1.png"):
        Image.new("RGB", (60, 20), "white").save(here / "words" / name)
    Path("words/labels.tsv").write_text("svt_1.png\tA\nsvt_2.png\tb\nic15_1.png\ta\n")
    pixels = np.full((100, 200, 3), 255, np.uint8)
    Image.fromarray(pixels).save("photos/empty.png")
    pixels[33:66, 50:150] = 0
    Image.fromarray(pixels).save("photos/spot.png")
    quad = [[50, 33], [150, 33], [150, 66], [50, 66]]
    lines = [
        {"image": "spot.png", "width": 200, "height": 100, "words": [{"quad": quad, "text": "A"}]},
        {"image": "empty.png", "width": 200, "height": 100, "words": []},
    ]
    Path("photos/labels.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return here


def rows(said: str, title: str) -> list[list[str]]:
    """The rows of the table below title, without its header."""
    lines = said.split(f"\n{title}\n")[1].split("\n\n")[0].splitlines()
    return [line.split("\t") for line in lines[1:]]


def test_a_recogniser_is_measured_on_a_folder_of_words(capsys: Caught) -> None:
    assert cli.main(["evaluate", "recognizer", "words", "--json", "out.json"]) == 0
    caught = capsys.readouterr()
    assert caught.err == ""
    assert rows(caught.out, "words")[0][:3] == ["3", "66.7", "33.3"]
    assert [row[:3] for row in rows(caught.out, "by source")] == [
        ["ic15", "1", "100.0"],
        ["svt", "2", "50.0"],
    ]
    assert rows(caught.out, "confusions") == [["b", "a", "1"]]
    assert json.loads(Path("out.json").read_text())["scores"]["words"] == 3


def test_words_may_be_a_part_of_the_set(capsys: Caught) -> None:
    assert cli.main(["evaluate", "recognizer", "words", "--last", "2", "--first", "1"]) == 0
    assert rows(capsys.readouterr().out, "words")[0][:2] == ["1", "0.0"]
    assert cli.main(["evaluate", "recognizer", "words", "--last", "99"]) == 0
    assert rows(capsys.readouterr().out, "words")[0][0] == "3"


def test_an_lmdb_is_measured_as_it_is_read(capsys: Caught) -> None:
    lmdb = pytest.importorskip("lmdb")
    image = Path("words/svt_1.png").read_bytes()
    entries = {"num-samples": b"2", **{f"image-{i:09}": image for i in (1, 2)}}
    entries |= {"label-000000001": b"A", "label-000000002": b"b"}
    with lmdb.open("crops", map_size=1 << 20) as environment, environment.begin(write=True) as transaction:
        for key, value in entries.items():
            transaction.put(key.encode(), value)
    for asked, row in (
        ((), ["2", "50.0"]),
        (("--last", "1"), ["1", "0.0"]),
        (("--first", "1"), ["1", "100.0"]),
    ):
        assert cli.main(["evaluate", "recognizer", "crops", *asked]) == 0
        assert rows(capsys.readouterr().out, "words")[0][:2] == row


def test_mistakes_and_reliability_are_drawn() -> None:
    asked = ["--errors", "errors.png", "--reliability", "reliability.png"]
    assert cli.main(["evaluate", "recognizer", "words", *asked]) == 0
    with Image.open("errors.png") as sheet, Image.open("reliability.png") as diagram:
        assert (sheet.size, diagram.size) == ((1280, 128), (720, 440))


def test_a_large_list_adds_lexicon_columns(capsys: Caught) -> None:
    Path("list.txt").write_text("a\nb\nc\n")
    assert cli.main(["evaluate", "recognizer", "words", "--generic", "list.txt"]) == 0
    table = rows(capsys.readouterr().out, "with a lexicon")
    assert table == [[column, "3", "66.7"] for column in ("50", "1k", "full", "generic")]


def test_a_detector_is_measured_and_drawn(capsys: Caught) -> None:
    asked = ["--box-threshold", "0.5", "--unclip", "0.1", "--gallery", "found.png"]
    assert cli.main(["evaluate", "detector", "photos", *asked]) == 0
    (row,) = rows(capsys.readouterr().out, "boxes, IoU above 0.5")
    assert row[:8] == ["2", "100.0", "100.0", "100.0", "1", "1", "1", "0.00"]
    with Image.open("found.png") as gallery:
        assert gallery.size == (1920, 28 + 340)


def test_reading_is_measured_as_read_does_it(capsys: Caught) -> None:
    Path("list.txt").write_text("a\nbee\n")
    asked = ["--unclip", "0.1", "--generic", "list.txt", "--gallery", "g.png", "--reliability", "r.png"]
    assert cli.main(["evaluate", "read", "photos", *asked, "--json", "out.json"]) == 0
    table = rows(capsys.readouterr().out, "end to end: the text right too")
    assert ["words", "as asked", "100.0", "100.0", "100.0", "1", "1", "1"] in table
    assert {row[1] for row in table} == {"as asked", "strong", "generic"}  # no dictionary word: no weak list
    assert json.loads(Path("out.json").read_text())["photos"] == 2
    assert Path("g.png").is_file()
    assert Path("r.png").is_file()


def test_least_confidence_is_that_of_read(capsys: Caught) -> None:
    assert cli.main(["evaluate", "read", "photos", "--unclip", "0.1", "--min-confidence", "1"]) == 0
    assert rows(capsys.readouterr().out, "boxes, IoU above 0.5")[0][4] == "0"


def test_icdars_vocabularies_are_read_from_a_folder(capsys: Caught) -> None:
    Path("voc").mkdir()
    Path("voc/voc_spot.txt").write_text("A\n")
    assert cli.main(["evaluate", "read", "photos", "--unclip", "0.1", "--vocabularies", "voc"]) == 0
    table = rows(capsys.readouterr().out, "end to end: the text right too")
    assert {row[1] for row in table} == {"as asked", "strong"}


def test_where_no_word_is_judged_no_diagram_is_drawn(capsys: Caught) -> None:
    assert cli.main(["evaluate", "read", "photos", "--last", "1", "--reliability", "r.png"]) == 0
    assert "r.png: not drawn" in capsys.readouterr().err
    assert not Path("r.png").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["recognizer", "nowhere"], 1, "nowhere: no such file or folder"),
        (["read", "nowhere"], 1, "nowhere: no such file or folder"),
        (["recognizer", "photos/spot.png"], 1, "spot.png: is none of .tsv"),
        (["detector", "words"], 1, "words: no label file there"),
        (["read", "photos", "--generic", "none.txt"], 2, "none.txt: No such file"),
        (["read", "photos", "--vocabularies", "words"], 2, "words: no vocabulary there"),
        (
            ["recognizer", "words", "--json", "no/folder/out.json"],
            1,
            "out.json: cannot be written: no/folder is no folder",
        ),
        (["detector", "photos", "--gallery", "no/g.png"], 1, "g.png: cannot be written"),
        (["read", "photos", "--reliability", "no/r.png"], 1, "r.png: cannot be written"),
        (["recognizer", "words", "--pattern", "("], 2, "pattern"),
        (
            ["read", "photos", "--pattern", "a+", "--generic", "words/labels.tsv"],
            2,
            "a lexicon and a pattern",
        ),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    arguments: list[str], code: int, message: str, capsys: Caught
) -> None:
    assert cli.main(["evaluate", *arguments]) == code
    caught = capsys.readouterr()
    assert message in caught.err
    assert "Traceback" not in caught.err


def test_a_missing_crop_is_named(capsys: Caught) -> None:
    Path("words/svt_2.png").unlink()
    assert cli.main(["evaluate", "recognizer", "words"]) == 1
    assert "svt_2.png: no such file" in capsys.readouterr().err


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, cli; cli.main(['evaluate', 'read', '--help']); print({'torch', 'cv2'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")
