"""The batch from the command line: lists, pages, shards, resuming, interruptions, workers, merging."""

from __future__ import annotations

import io
import json
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiny_models import weights_folder

import cli
from ocrpipe.batch import run as batch_run
from ocrpipe.batch.run import Summary, Terms
from ocrpipe.commands import flow as module
from ocrpipe.images import Intake, parse_pages
from ocrpipe.pipeline import Pipeline

Caught = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with weights that read every dark spot as "a", and a folder `d` of three photos."""
    monkeypatch.setenv("OCRPIPE_WEIGHTS", str(weights_folder(tmp_path / "models")))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in ("d/1.png", "d/2.png", "d/e/3.png"):
        spot(Path(name))
    return tmp_path / "here"


def spot(path: Path, pages: int = 1) -> Path:
    """White pages with a dark spot in the middle."""
    pixels = np.full((60, 120, 3), 255, np.uint8)
    pixels[20:40, 30:90] = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = [Image.fromarray(pixels)] * pages
    if pages > 1:
        frames[0].save(path, save_all=True, append_images=frames[1:])
    else:
        frames[0].save(path)
    return path


def records(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def paths(path: str) -> list[str]:
    return [record["source"]["path"] for record in records(path)]


def read(*arguments: str) -> int:
    return cli.main(["read", "-q", *arguments])


def test_photos_come_from_a_list_and_keep_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("list").write_text("d/2.png\n\nd/e/3.png\n")
    assert read("d/1.png", "--from-file", "list", "-o", "r.jsonl") == 0
    assert paths("r.jsonl") == ["d/1.png", "d/2.png", "d/e/3.png"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"d/1.png\0d/e/3.png\0")))
    assert read("--from-file", "-", "-o", "out", "-f", "text") == 0
    assert sorted(str(p) for p in Path("out").rglob("*.txt")) == ["out/1.txt", "out/e/3.txt"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--from-file", "empty"], 2, "empty: no path in this list"),
        (["--from-file", "gone"], 1, "gone: the list cannot be read"),
        (["-", "--from-file", "-"], 2, "stdin holds a photo or a list, not both"),
        (["d", "--shard", "3/2", "-o", "r.jsonl"], 2, "write i/n with i from 1 to n"),
        (["d", "--pages", "3-1"], 2, "ranges go upwards"),
        (["d", "--resume"], 2, "--resume goes on with a folder or with JSONL"),
        (["d", "--resume", "-o", "r.csv"], 2, "--resume goes on with a folder or with JSONL"),
        (
            ["d", "--resume", "-o", "r.jsonl", "--report", "r.html"],
            2,
            "does not go on with --json or --report",
        ),
        (["d", "--resume", "-o", "diary.jsonl"], 1, "diary.jsonl: line 1: not a ocr-result@1 record"),
        (["d", "--workers", "2", "--detector", "contours", "--unclip", "2"], 2, "contours has no setting"),
        (["d", "--workers", "1", "--detector", "db_r99"], 4, "unknown detector 'db_r99'"),
    ],
)
def test_wishes_that_cannot_be_met_are_told(
    arguments: list[str], code: int, message: str, capsys: Caught
) -> None:
    Path("empty").touch()
    Path("diary.jsonl").write_text("monday\ntuesday\n")
    assert read(*arguments) == code
    assert message in " ".join(capsys.readouterr().err.split())
    assert not Path("r.jsonl").exists()


def test_pages_are_chosen() -> None:
    spot(Path("scan.tif"), 4)
    assert read("scan.tif", "--pages", "2,4", "-o", "r.jsonl") == 0
    assert [r["source"]["page"] for r in records("r.jsonl")] == [2, 4]
    assert read("scan.tif", "--pages", "7", "-o", "r.jsonl") == 1
    assert "has 4 pages, none of 7" in records("r.jsonl")[0]["error"]["message"]


def test_shards_merge_into_what_one_run_gives(capsys: Caught) -> None:
    for i in range(4, 9):
        spot(Path(f"d/{i}.png"))
    assert read("-r", "d", "-o", "all.jsonl") == 0
    parts = [f"part-{i}.jsonl" for i in (1, 2)]
    for i, part in enumerate(parts, start=1):
        assert read("-r", "d", "--shard", f"{i}/2", "-o", part) == 0
    assert sorted(paths(parts[0]) + paths(parts[1])) == sorted(paths("all.jsonl"))
    assert cli.main(["merge", *parts, "-o", "merged.jsonl"]) == 0
    assert paths("merged.jsonl") == paths("all.jsonl")
    assert "8 records, 0 failed; 0 left out for better ones" in capsys.readouterr().err
    assert cli.main(["merge", "merged.jsonl", parts[0]]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 8


def test_resuming_reads_what_is_missing_and_mends_what_was_torn(capsys: Caught) -> None:
    Path("d/bad.png").touch()
    spot(Path("d/scan.tif"), 3)
    assert read("-r", "d", "-o", "r.jsonl") == 1
    whole = records("r.jsonl")
    lines = Path("r.jsonl").read_bytes().splitlines(keepends=True)
    seen = capsys.readouterr().err
    for length in (0, 1, 4, len(lines)):
        Path("r.jsonl").write_bytes(b"".join(lines[:length]) + lines[-1][:50] * (length < len(lines)))
        assert read("-r", "d", "-o", "r.jsonl", "--resume") == 1  # the failure counts, whoever recorded it
        again = records("r.jsonl")
        assert [(r["source"], r["text"], r["error"]) for r in again] == [
            (r["source"], r["text"], r["error"]) for r in whole
        ]
    assert "its last record was torn; removed, and its photo is read again" in capsys.readouterr().err
    assert "torn" not in seen


def test_resuming_a_folder_reads_photos_without_a_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read("-r", "d", "-o", "out") == 0
    Path("out/2.json").unlink()
    read_photo, seen = Pipeline.read_photo, []

    def noted(self: Pipeline, photo: Any) -> Any:
        seen.append(photo.source.path)
        return read_photo(self, photo)

    monkeypatch.setattr(Pipeline, "read_photo", noted)
    assert read("-r", "d", "-o", "out", "--resume") == 0
    assert seen == ["d/2.png"]
    assert Path("out/2.json").exists()


def test_an_interruption_finishes_says_how_to_go_on_and_going_on_completes(
    capsys: Caught, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_photo = Pipeline.read_photo

    def interrupted(self: Pipeline, photo: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return read_photo(self, photo)

    monkeypatch.setattr(Pipeline, "read_photo", interrupted)
    assert read("-r", "d", "-o", "r.jsonl") == 130
    assert paths("r.jsonl") == ["d/1.png"]
    assert capsys.readouterr().err.splitlines() == [
        "finishing what is in flight; Ctrl-C once more stops at once",
        "error: interrupted: 1 of 3 photos are done; the same command with --resume goes on",
    ]
    monkeypatch.setattr(Pipeline, "read_photo", read_photo)
    assert read("-r", "d", "-o", "r.jsonl", "--resume") == 0
    assert paths("r.jsonl") == ["d/1.png", "d/2.png", "d/e/3.png"]
    monkeypatch.setattr(Pipeline, "read_photo", interrupted)
    assert read("-r", "d") == 130
    assert "1 of 3 photos are done; what was finished is kept" in capsys.readouterr().err


def test_workers_write_the_same_as_one_process_pictures_and_reports_too() -> None:
    Path("d/bad.png").touch()
    for workers in "01":
        outputs = ["-o", f"{workers}.csv", "--overlay", f"o{workers}", "--report", f"{workers}.html"]
        assert read("-r", "d", "--workers", workers, *outputs) == 1
    assert Path("0.csv").read_text() == Path("1.csv").read_text()
    for picture in ("1.overlay.png", "2.overlay.png", "e/3.overlay.png"):
        assert Path("o0", picture).read_bytes() == Path("o1", picture).read_bytes()
    thumbnails = [Path(f"{workers}.html").read_text().count("data:image/jpeg") for workers in "01"]
    assert thumbnails[0] == thumbnails[1]


def test_workers_timeout_and_pdf_options_reach_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Terms] = []

    def noted(load: Any, photos: Any, outputs: Any, terms: Terms, **_: Any) -> Summary:
        given.append(terms)
        return Summary(3)

    monkeypatch.setattr(batch_run, "run", noted)
    wishes = ["--workers", "3", "--timeout", "1.5", "--dpi", "90", "--password", "x", "--pages", "2-"]
    assert [read("-r", "d"), read("-r", "d", *wishes)] == [0, 0]
    assert given == [
        Terms(workers=0, quiet=True),
        Terms(3, 1.5, Intake(parse_pages("2-"), dpi=90, password="x"), quiet=True),
    ]


def test_a_part_without_photos_is_done_at_once() -> None:
    codes = [read("d/1.png", "--shard", f"{i}/2", "-o", f"{i}.jsonl") for i in (1, 2)]
    assert codes == [0, 0]
    assert sum(Path(f"{i}.jsonl").exists() for i in (1, 2)) == 1


def test_stdout_is_never_closed() -> None:
    assert module.stdout() is sys.stdout
