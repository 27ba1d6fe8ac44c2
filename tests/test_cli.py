from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from tiny_models import detector_onnx, recognizer_onnx, weights_folder

import cli
from ocrpipe.formats import load_schema
from ocrpipe.pipeline import Pipeline

ROOT = Path(__file__).resolve().parent.parent
Caught = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with weights that read every dark spot as "a", and a photo with one."""
    monkeypatch.setenv("OCRPIPE_WEIGHTS", str(weights_folder(tmp_path / "models")))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    spot(Path("spot.png"))
    return tmp_path / "here"


def spot(path: Path, size: tuple[int, int] = (200, 100)) -> Path:
    """A white picture with a dark spot in the middle."""
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    pixels[size[1] // 3 : size[1] * 2 // 3, size[0] // 4 : size[0] * 3 // 4] = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def test_a_photo_is_read_as_text_on_stdout_and_nothing_else(capsys: Caught) -> None:
    assert cli.main(["read", "spot.png"]) == 0
    assert capsys.readouterr() == ("a\n", "")


def test_text_on_stdout_with_json_and_a_picture_beside_it(capsys: Caught) -> None:
    assert cli.main(["read", "spot.png", "--json", "out/spot.json", "--overlay", "out"]) == 0
    assert capsys.readouterr().out == "a\n"
    assert sorted(p.name for p in Path("out").iterdir()) == ["spot.json", "spot.overlay.png"]
    record = json.loads(Path("out/spot.json").read_text())
    jsonschema.validate(record, load_schema())
    assert (record["text"], record["models"]["detector"]["id"]) == ("a", "dark-spots")


def test_pictures_and_crops_are_written_as_asked_and_crops_are_read_as_their_words(capsys: Caught) -> None:
    pictures = ["--overlay", "out", "--overlay-format", "svg", "--overlay-layout", "facing", "--crops", "out"]
    assert cli.main(["read", "-q", "spot.png", *pictures]) == 0
    assert sorted(p.name for p in Path("out").iterdir()) == [
        "labels.tsv",
        "spot.overlay.svg",
        "spot.w0000.png",
    ]
    assert Path("out/labels.tsv").read_text() == "spot.w0000.png\ta\n"
    assert cli.main(["transcribe", "-q", "out/spot.w0000.png"]) == 0
    assert capsys.readouterr().out == "a\na\n"


def test_jsonl_on_stdout_is_a_valid_record_a_photo(capsys: Caught) -> None:
    spot(Path("more.png"))
    assert cli.main(["read", "-q", "spot.png", "more.png", "-f", "jsonl"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["source"]["path"] for record in records] == ["spot.png", "more.png"]
    for record in records:
        jsonschema.validate(record, load_schema())


def test_a_folder_is_mirrored_and_a_folder_of_one_is_an_array() -> None:
    spot(Path("d/a.png"))
    spot(Path("d/e/b.png"))
    assert cli.main(["read", "-q", "-r", "d", "-o", "texts", "-f", "text"]) == 0
    assert sorted(str(p) for p in Path("texts").rglob("*.txt")) == ["texts/a.txt", "texts/e/b.txt"]
    assert cli.main(["read", "d", "-o", "all.json"]) == 0
    assert isinstance(json.loads(Path("all.json").read_text()), list)


def test_a_photo_on_stdin_is_read(capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(Path("spot.png").read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert cli.main(["read", "-", "-f", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out)["source"]["path"] == "-"


def awful_files() -> dict[str, bytes]:
    """What a folder of photos holds sooner or later."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (9, 99, 9)).save(buffer, "JPEG")
    size = (10_000).to_bytes(4, "big")  # a side
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size * 2 + b"\x08\x02\x00\x00\x00"
    return {
        "empty.jpg": b"",
        "text.jpg": b"Dear diary, this is no photo.",
        "truncated.jpg": buffer.getvalue()[:200],
        "huge.png": header + b"\x00" * 8,
    }


def test_bad_files_cost_a_line_each_and_the_others_are_read(capsys: Caught) -> None:
    for name, data in awful_files().items():
        Path(name).write_bytes(data)
    Image.new("RGB", (1, 1)).save("dot.png")
    Image.new("RGB", (300, 200)).save("black.png")
    names = [*awful_files(), "dot.png", "black.png", "missing.jpg", "spot.png"]
    assert cli.main(["read", "-q", *names, "-o", "all.jsonl"]) == 1
    out, err = capsys.readouterr()
    records = [json.loads(line) for line in Path("all.jsonl").read_text().splitlines()]
    bad = [*awful_files(), "missing.jpg"]
    assert {r["source"]["path"] for r in records if r["status"] == "error"} == set(bad)
    assert records[-1]["text"] == "a"
    assert out == ""
    lines = err.splitlines()
    assert sorted(line.removeprefix("error: ").split(":")[0] for line in lines) == sorted(bad)
    assert all(len(line) < 250 for line in lines)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["read"], 2, "Missing argument 'PHOTOS"),
        (["read", "spot.png", "-f", "xml"], 2, "unknown format 'xml'; known formats: json, jsonl, text"),
        (["read", "spot.png", "--box-threshold", "7"], 2, "7.0 is not in the range"),
        (["read", "spot.png", "-o", "out.dat"], 2, "no format ends with '.dat'"),
        (["read", "spot.png", "--device", "cuda", "--engine", "onnx"], 2, "runs on the CPU only"),
        (["read", "spot.png", "--detector", "contours", "--unclip", "2"], 2, "contours has no setting"),
        (["read", "nothing"], 3, "nothing: no photo in there; name photos, or add -r for subfolders"),
        (["read", "none*.jpg", "-o", "x.jsonl"], 3, "none*.jpg: no photo in there; name photos, or add -r"),
        (["read", "spot.png", "--detector", "db_r99"], 4, "unknown detector 'db_r99'; known: dark-spots"),
        (["read", "spot.png", "--weights", "nothing"], 4, "no weights: no index.json in nothing"),
        (["draw", "spot.png", "spot.png", "-o", "x.png"], 1, "spot.png: not a result file"),
        (["unknown"], 2, "No such command 'unknown'"),
    ],
)
def test_what_goes_wrong_is_told_with_its_exit_code(
    arguments: list[str], code: int, message: str, capsys: Caught
) -> None:
    Path("nothing").mkdir()
    assert cli.main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert "Traceback" not in err


def test_a_damaged_weight_file_is_one_line_and_exit_code_4(capsys: Caught, tmp_path: Path) -> None:
    path = tmp_path / "models" / "weights" / "a.onnx"
    path.write_bytes(b"damaged")
    assert cli.main(["read", "spot.png"]) == 4
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert err.startswith(f"error: {path}: 7 bytes, not the")
    assert cli.main(["weights", "verify"]) == 4
    assert f"WRONG a.onnx: {path}: 7 bytes" in capsys.readouterr().out


def test_an_interruption_keeps_what_was_done(capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    spot(Path("later.png"), (90, 60))
    read_photo = Pipeline.read_photo

    def interrupted(self: Pipeline, photo: object) -> object:
        if photo.info.width == 90:  # type: ignore[attr-defined]  # a Photo, which only the pipeline cares about
            raise KeyboardInterrupt
        return read_photo(self, photo)  # type: ignore[arg-type]

    monkeypatch.setattr(Pipeline, "read_photo", interrupted)
    assert cli.main(["read", "-q", "spot.png", "later.png", "-o", "all.json"]) == 130
    assert [record["text"] for record in json.loads(Path("all.json").read_text())] == ["a"]
    assert capsys.readouterr().err.strip() == "error: interrupted; what was finished is kept"


def test_detect_gives_boxes_and_needs_no_recogniser(capsys: Caught) -> None:
    assert cli.main(["detect", "spot.png"]) == 0
    numbers = [float(n) for n in capsys.readouterr().out.strip().split(",")]
    assert len(numbers) == 9
    assert numbers[8] == 1.0
    assert cli.main(["detect", "spot.png", "-f", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    jsonschema.validate(record, load_schema())
    assert (record["models"]["recognizer"], record["words"][0]["text"]) == (None, "")


def test_transcribe_gives_one_record_a_crop(capsys: Caught) -> None:
    spot(Path("crops/1.png"), (60, 20))
    spot(Path("crops/2.png"), (20, 60))
    assert cli.main(["transcribe", "-q", "crops", "-f", "jsonl"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(r["source"]["path"], r["text"]) for r in records] == [("crops/1.png", "a"), ("crops/2.png", "a")]
    assert all(r["confidence"] > 0.9 and r["models"]["detector"] is None for r in records)


def test_draw_gives_the_picture_that_read_gave() -> None:
    assert cli.main(["read", "spot.png", "-o", "spot.json", "--overlay", "."]) == 0
    assert cli.main(["draw", "spot.json", "spot.png", "-o", "again.png"]) == 0
    assert Path("again.png").read_bytes() == Path("spot.overlay.png").read_bytes()


def test_contours_detect_without_any_weights(capsys: Caught, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCRPIPE_WEIGHTS", "nowhere")
    assert cli.main(["detect", "spot.png", "--detector", "contours", "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["models"]["detector"]["id"] == "contours"


def test_models_are_listed_added_and_verified(capsys: Caught) -> None:
    Path("b.onnx").write_bytes(recognizer_onnx(char_class=66))
    Path("d.onnx").write_bytes(detector_onnx())
    card = {"id": "always-b", "kind": "recognizer", "architecture": "crnn_xs", "charset": "ascii94"}
    Path("b.json").write_text(json.dumps(card))
    Path("d.json").write_text('{"id": "dark", "kind": "detector", "architecture": "db_r18q"}')
    assert cli.main(["weights", "add", "b.json", "b.onnx", "--into", "w"]) == 0
    assert cli.main(["weights", "add", "d.json", "d.onnx", "--into", "w"]) == 0
    assert capsys.readouterr().out == "always-b: b.onnx\ndark: d.onnx\n"
    assert cli.main(["weights", "list", "--weights", "w"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[1].split("\t")[:4] == ["always-b *", "recognizer", "crnn_xs", "ascii94"]
    assert cli.main(["weights", "verify", "--weights", "w"]) == 0
    assert cli.main(["read", "spot.png", "--weights", "w"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "b"


def test_doctor_names_every_weight_file_and_finds_nothing_wrong(capsys: Caught) -> None:
    assert cli.main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "ok    dark.onnx: " in out
    assert "WRONG" not in out


def test_a_reader_of_stdout_that_has_had_enough_sees_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        done = subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), "--help"],
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_help_is_immediate_and_imports_nothing_heavy() -> None:
    program = (
        "import sys, cli\n"
        "assert cli.main(['read', '--help']) == 0\n"
        "print({'numpy', 'cv2', 'torch', 'rich', 'onnxruntime', 'PIL', 'msgspec'} & sys.modules.keys())\n"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout.endswith("set()\n")
    # Processor time, which other work on the machine does not change.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.2


def test_the_version_is_told_on_stdout(capsys: Caught) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ocrpipe ")


@pytest.mark.parametrize("command", ["read", "transcribe"])
def test_decoding_options_reach_the_result(capsys: Caught, command: str) -> None:
    Path("words.txt").write_text("ab\nxyz\n")
    wishes = ["--lexicon", "words.txt", "--lexicon-mode", "strict", "--detail", "full", "--n-best", "1"]
    if command == "read":
        wishes += ["--min-confidence", "0"]  # "ab" is a poor reading of "a", as the lexicon wants it
    assert cli.main([command, "spot.png", "-f", "json", *wishes]) == 0
    record = json.loads(capsys.readouterr().out)
    jsonschema.validate(record, load_schema())
    word = record["words"][0]
    assert (word["text"], word["lexicon"]) == ("ab", {"match": "ab", "edit_distance": 1})
    assert [char["text"] for char in word["chars"]] == ["a", "b"]
    assert [other["text"] for other in word["alternatives"]] == ["ab"]
    assert cli.main([command, "spot.png", "-f", "text", "--pattern", r"\d{2}", "--deny", "12"]) == 0
    assert set(capsys.readouterr().out.strip()) <= set("03456789")


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        (["--allow", "é"], "characters outside the charset: 'é'"),
        (["--pattern", "(a"], "a ( without its )"),
        (["--lexicon", "none.txt"], "none.txt: No such file or directory"),
        (["--lexicon", "words.txt", "--pattern", "a"], "cannot both decide"),
    ],
)
def test_decoding_wishes_that_cannot_be_met_are_usage(
    capsys: Caught, wish: list[str], complaint: str
) -> None:
    Path("words.txt").write_text("ab\n")
    assert cli.main(["transcribe", "spot.png", *wish]) == 2
    assert complaint in " ".join(capsys.readouterr().err.split())


def test_explain_draws_a_crop_and_a_word_of_a_photo(capsys: Caught) -> None:
    assert cli.main(["explain", "spot.png", "-o", "crop.png"]) == 0
    assert cli.main(["explain", "spot.png", "--word", "0", "--n-best", "1", "-o", "word.png"]) == 0
    assert Image.open("crop.png").width >= 560
    assert Image.open("word.png").width >= 560
    assert cli.main(["explain", "spot.png", "--word", "1", "-o", "none.png"]) == 2
    assert "spot.png: no word 1; its words are 0 to 0" in " ".join(capsys.readouterr().err.split())


def test_a_list_beside_a_photo_is_used_where_asked(capsys: Caught) -> None:
    Path("spot.lexicon.txt").write_text("ab\n")
    wishes = ["read", "spot.png", "--lexicon-mode", "strict", "--min-confidence", "0"]
    assert [cli.main(wishes), cli.main([*wishes, "--lexicon-sidecars"])] == [0, 0]
    assert capsys.readouterr().out == "a\nab\n"
    assert cli.main([*wishes, "--lexicon-sidecars", "--pattern", "a"]) == 2


def test_a_result_becomes_another_format_and_a_report(capsys: Caught) -> None:
    assert cli.main(["read", "-q", "spot.png", "-o", "spot.json", "--report", "spot.html"]) == 0
    assert "<!doctype html>" in Path("spot.html").read_text("utf-8").lower()
    assert cli.main(["convert", "spot.json", "-o", "spot.csv"]) == 0
    assert "spot.png" in Path("spot.csv").read_text("utf-8")
    assert cli.main(["convert", "spot.json", "-f", "icdar"]) == 0
    assert capsys.readouterr().out.endswith(",a\n")
    assert cli.main(["convert", "spot.json", "-f", "runes"]) == 2
    assert "unknown format 'runes'" in capsys.readouterr().err
