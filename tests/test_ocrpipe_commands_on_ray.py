"""`--on ray` from the command line: what it refuses before a cluster is asked. `ray_run` is tested on one."""

from __future__ import annotations

from pathlib import Path

import pytest

import cli
from ocrpipe.batch import ray_run
from ocrpipe.batch.places import FarPhoto, Place, parse_place
from ocrpipe.batch.ray_run import Errand
from ocrpipe.batch.run import Summary, Terms

Caught = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an empty photo."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jpg").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["a.jpg"], "name it with -o DIR or -o s3://BUCKET/DIR"),
        (["a.jpg", "-o", "out.jsonl"], "name it with -o DIR or -o s3://BUCKET/DIR"),
        (["a.jpg", "-o", "out", "-f", "hocr"], "writes jsonl or parquet, not hocr"),
        (["a.jpg", "-o", "out", "--overlay", "o"], "does not go with --overlay"),
        (["a.jpg", "-o", "out", "--json", "o.json"], "does not go with --json"),
        (["a.jpg", "-o", "out", "--save-maps", "o"], "does not go with --save-maps"),
        (["a.jpg", "-o", "out", "--workers", "0"], "needs an actor at least"),
        (["-", "-o", "out"], "files, folders, globs, URLs, or --from-file LIST"),
        (["-o", "out"], "files, folders, globs, URLs, or --from-file LIST"),
        (["s3://me:secret@bucket/a.jpg", "-o", "out"], "credentials belong in the environment"),
    ],
)
def test_what_makes_no_sense_on_a_cluster_is_a_usage_error(
    arguments: list[str], complaint: str, capsys: Caught
) -> None:
    assert cli.main(["read", *arguments, "--on", "ray"]) == 2
    assert complaint in capsys.readouterr().err


def test_a_folder_without_photos_is_told_as_on_one_machine(room: Path, capsys: Caught) -> None:
    (room / "none").mkdir()
    assert cli.main(["read", "none", "-o", "out", "--on", "ray"]) == 3
    assert "no photo in there" in capsys.readouterr().err


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Errand, dict[str, Path | FarPhoto], Terms]]:
    """What a cluster is asked to do, by a cluster that was stopped before it did."""
    pytest.importorskip("pyarrow", reason="needs the extra ray")
    calls: list[tuple[Errand, dict[str, Path | FarPhoto], Terms]] = []

    def stopped(
        errand: Errand, photos: dict[str, Path | FarPhoto], terms: Terms, cluster: str | None
    ) -> Summary:
        calls.append((errand, photos, terms))
        return Summary(len(photos), interrupted=True)

    monkeypatch.setattr(ray_run, "run_on_ray", stopped)
    return calls


def test_what_was_asked_for_reaches_the_cluster(
    room: Path,
    asked: list[tuple[Errand, dict[str, Path | FarPhoto], Terms]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Caught,
) -> None:
    monkeypatch.setenv("OCRPIPE_WEIGHTS", "my-weights")
    (room / "list").write_text("a.jpg\n")
    arguments = ["--from-file", "list", "-o", "out", "--device", "cuda", "--workers", "3", "--timeout", "9"]
    assert cli.main(["read", *arguments, "--on", "ray", "-f", "parquet"]) == 130
    (errand, photos, terms), *_ = asked
    assert (errand.folder, errand.form.suffix, errand.gpus) == (parse_place(Path("out")), ".parquet", 1)
    assert (errand.here, errand.environment["OCRPIPE_WEIGHTS"]) == (room, "my-weights")
    assert (photos, terms.workers, errand.timeout) == ({"a.jpg": room / "a.jpg"}, 3, 9)
    assert "0 of 1 photos are done; the same command with --resume goes on" in capsys.readouterr().err


def test_shards_of_an_earlier_run_are_gone_on_with_or_left_alone(
    room: Path, asked: list[tuple[Errand, dict[str, Path | FarPhoto], Terms]], capsys: Caught
) -> None:
    record = b'{"schema": "ocr-result@1", "source": {"path": "a.jpg", "page": 1, "pages": 1}, "error": null, '
    (Place("file://", str(room / "out")) / "part-0.jsonl").write(record + b'"image": null}\n')
    assert cli.main(["read", "a.jpg", "-o", "out", "--on", "ray"]) == 2
    assert "go on with --resume, or choose another folder" in capsys.readouterr().err
    assert asked == []
    assert cli.main(["read", "a.jpg", "-o", "out", "--on", "ray", "--resume"]) == 130
    assert list(asked[0][2].recorded) == ["a.jpg"]
