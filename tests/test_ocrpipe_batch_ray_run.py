"""A run on a real cluster of two machines: the records of a local run, whatever dies on the way."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from batch_trials import ROOT, records
from ray_world import ACTOR_DIES, POISON, load, spot, two_machines
from tiny_models import weights_folder

import cli
from ocrpipe.batch import ray_run
from ocrpipe.batch.interruption import Interruption
from ocrpipe.batch.places import FarPhoto, Place, find_everywhere, parse_place
from ocrpipe.batch.ray_run import Done, Errand, Reader, in_short, run_on_ray, split
from ocrpipe.batch.reading import Task
from ocrpipe.batch.resume import Recorded
from ocrpipe.batch.run import Summary, Terms
from ocrpipe.batch.shards import SHARD_FORMATS, find_shards, read_past, read_shard
from ocrpipe.errors import OutputError, WeightsError
from ocrpipe.formats.entries import entry_of
from ocrpipe.page import Failure


def tasks(count: int) -> list[Task]:
    return [Task(number, Path(f"{number}.jpg"), f"{number}.jpg") for number in range(count)]


@pytest.mark.parametrize(
    ("photos", "actors", "sizes"), [(5, 2, [1] * 5), (20, 2, [3] * 6 + [2]), (200, 2, [25] * 8), (1, 9, [1])]
)
def test_every_actor_gets_some_shards_where_there_are_photos_enough(
    photos: int, actors: int, sizes: list[int]
) -> None:
    shards = split(tasks(photos), actors)
    assert [len(shard) for shard in shards] == sizes
    assert [task for shard in shards for task in shard] == tasks(photos)


def test_a_shard_never_holds_more_than_64_photos() -> None:
    assert {len(shard) for shard in split(tasks(6400), 2)} == {64}


def test_without_ray_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    errand = Errand(partial(load, tmp_path), Place("file://", str(tmp_path)), SHARD_FORMATS["jsonl"])
    with pytest.raises(ValueError, match=r'pip install "ocrpipe\[ray\]"'):
        run_on_ray(errand, {"a.jpg": tmp_path / "a.jpg"}, Terms())


def test_where_all_is_recorded_no_cluster_is_asked(tmp_path: Path) -> None:
    errand = Errand(partial(load, tmp_path), Place("file://", str(tmp_path)), SHARD_FORMATS["jsonl"])
    assert run_on_ray(errand, {}, Terms()).photos == 0


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ("", "it does not say why"),
        ("The actor died.", "The actor died."),
        ("\x1b[36mray::f()\x1b[39m failed:\n  File x\n\nKeyError: 3\n", "ray::f() failed: KeyError: 3"),
        (
            "x\nModuleNotFoundError: No module named 'ocrpipe'",
            'a machine lacks ocrpipe; install "ocrpipe[ray]" on each',
        ),
    ],
)
def test_what_ray_says_at_length_is_one_line(trouble: str, told: str) -> None:
    assert in_short(trouble) == told


def done(*failures: Failure | None, photos: int = 1) -> Done:
    return Done(tuple((2, failure) for failure in failures), photos)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Done]:
    """What a cluster that needs no Ray says came of each shard."""
    said: list[Done] = []
    monkeypatch.setattr(ray_run, "_connect", lambda cluster: None)
    monkeypatch.setattr(ray_run, "_reads", lambda errand, tasks, actors: iter(said))
    return said


def run(folder: Path, photos: int, **terms: Any) -> Summary:
    errand = Errand(partial(load, folder), Place("file://", str(folder)), SHARD_FORMATS["jsonl"])
    wanted: dict[str, Path | FarPhoto] = {f"{i}.jpg": folder / f"{i}.jpg" for i in range(photos)}
    return run_on_ray(errand, wanted, Terms(**terms))


def test_what_came_of_shards_is_counted_and_told(
    answers: list[Done], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers += [done(None, None, photos=2), done(Failure("ImageError", "2.jpg: is empty"))]
    summary = run(tmp_path, 3)
    assert (summary.finished, summary.pages, summary.words) == (3, 3, 6)
    assert (summary.failures, summary.interrupted) == ({"ImageError": 1}, False)
    told = capsys.readouterr().err
    assert "error: 2.jpg: is empty" in told
    assert "3/3 photos, 1 failed, 6 words" in told


def test_a_run_that_somebody_stops_ends_after_the_shard_that_was_done(
    answers: list[Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers += [done(None), done(None)]
    monkeypatch.setattr(Interruption, "asked", lambda self: True)
    summary = run(tmp_path, 3, recorded={"0.jpg": Recorded(frozenset({1}))})
    assert (summary.photos, summary.earlier, summary.finished, summary.interrupted) == (3, 1, 1, True)


def test_an_error_that_no_photo_is_to_blame_for_ends_the_run(answers: list[Done], tmp_path: Path) -> None:
    answers += [done(None), Done((), 0, WeightsError("no weights"))]
    with pytest.raises(WeightsError, match="no weights"):
        run(tmp_path, 3, quiet=True)


def test_an_actor_writes_the_shard_that_it_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra ray")
    for name in ("CUDA_VISIBLE_DEVICES", "OCRPIPE_SAID"):
        monkeypatch.setenv(name, "before")  # and so again afterwards
    monkeypatch.chdir(tmp_path)
    spot(tmp_path / "1.png")
    (tmp_path / "2.jpg").touch()
    here, out = tmp_path / "there", parse_place(tmp_path / "out")
    here.mkdir()
    reader = Reader(
        Errand(
            partial(load, tmp_path), out, SHARD_FORMATS["jsonl"], here=here, environment={"OCRPIPE_SAID": "x"}
        )
    )
    todo = [Task(number, tmp_path / name, name) for number, name in enumerate(("1.png", "2.jpg"))]
    (answer,) = reader({"tasks": [pickle.dumps(todo)]})["done"]
    pages, photos, error = pickle.loads(answer)
    assert (photos, error, [words for words, _ in pages]) == (2, None, [0, 0])
    assert [failure and failure.type for _, failure in pages] == [None, "ImageError"]
    (shard,) = find_shards(out)
    assert [entry_of(record).path for record in read_shard(shard)] == ["1.png", "2.jpg"]
    assert (Path.cwd(), os.environ["CUDA_VISIBLE_DEVICES"], os.environ["OCRPIPE_SAID"]) == (here, "", "x")
    (tmp_path / "file").touch()
    full = Reader(Errand(partial(load, tmp_path), parse_place(tmp_path / "file"), SHARD_FORMATS["jsonl"]))
    (answer,) = full({"tasks": [pickle.dumps(todo)]})["done"]
    assert isinstance(pickle.loads(answer).error, OutputError)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    pytest.importorskip("ray", reason="needs the extra ray")
    with two_machines() as address:
        yield address


@pytest.fixture
def room(tmp_path: Path, cluster: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder on the cluster, with weights that read every dark spot as "a"."""
    monkeypatch.setenv("RAY_ADDRESS", cluster)
    monkeypatch.setenv("OCRPIPE_WEIGHTS", str(weights_folder(tmp_path / "models")))
    (tmp_path / "here" / "d").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.mark.slow
def test_a_cluster_writes_the_records_that_this_machine_writes(room: Path) -> None:
    spot(room / "d/good.png")
    (room / "d/empty.jpg").touch()
    (room / "d/text.jpg").write_text("Dear diary, no photo today.")
    (room / "d/folder.jpg").mkdir()
    photos = ["d", "d/missing.jpg", f"file://{room}/d/good.png"]
    assert cli.main(["read", "-q", "d", "d/missing.jpg", str(room / "d/good.png"), "-o", "here.jsonl"]) == 1
    assert cli.main(["read", "-q", *photos, "-o", "there", "--on", "ray", "-f", "parquet"]) == 1
    assert cli.main(["merge", "there", "-o", "there.jsonl"]) == 1
    assert records(room / "there.jsonl") == records(room / "here.jsonl")
    assert len(records(room / "here.jsonl")) == 6


@pytest.mark.slow
def test_a_photo_that_kills_its_process_is_a_record_and_an_actor_that_dies_is_replaced(room: Path) -> None:
    spot(room / "d/1 poison.png", POISON)
    spot(room / "d/2 the actor.png", ACTOR_DIES)
    for name in ("3", "4", "5"):
        spot(room / f"d/{name}.png")
    shards = parse_place(Path("there"))
    errand = Errand(partial(load, room), shards, SHARD_FORMATS["jsonl"], here=room)
    summary = run_on_ray(
        errand, find_everywhere([Path("d")]), Terms(quiet=True, workers=2), os.environ["RAY_ADDRESS"]
    )
    assert (summary.finished, summary.failures) == (5, {"WorkerError": 1})
    past = read_past(shards)
    assert {name: recorded.failed for name, recorded in past.photos.items()} == {
        "d/1 poison.png": 1,
        **dict.fromkeys(("d/2 the actor.png", "d/3.png", "d/4.png", "d/5.png"), 0),
    }
    assert (room / "died").exists()
    assert len(find_shards(shards)) == 5


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe to wait at")
def test_a_killed_run_is_resumed_where_it_stopped(room: Path) -> None:
    for name in ("1", "2", "3", "4"):
        spot(room / f"d/{name}.png")
    os.mkfifo(room / "d/5.png")  # nobody writes into it, so that whoever reads it waits for ever
    command = [sys.executable, str(ROOT / "cli.py"), "read", "-q", "d", "-o", "there", "--on", "ray"]
    process = subprocess.Popen(command)
    while len(list((room / "there").glob("part-*"))) < 4 and process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    assert process.poll() is None, "it did not wait at the pipe"
    process.kill()
    process.wait()
    (room / "d/5.png").unlink()
    spot(room / "d/5.png")
    assert cli.main([*command[2:], "--resume"]) == 0
    assert cli.main(["merge", "there", "-o", "all.jsonl"]) == 0
    assert sorted(path for path, _ in records(room / "all.jsonl")) == [f"d/{i}.png" for i in range(1, 6)]
    lines = [line for shard in (room / "there").glob("part-*") for line in shard.read_text().splitlines()]
    assert len(lines) == 5  # none twice
    assert cli.main([*command[2:], "--resume"]) == 0
    assert cli.main(command[2:]) == 2  # shards that are there are nobody's to overwrite


@pytest.mark.slow
def test_missing_weights_end_the_run_as_they_do_here(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spot(room / "d/1.png")
    arguments = ["read", "-q", "d", "-o", "there", "--on", "ray", "--weights", "nowhere"]
    assert cli.main(arguments) == 4
    assert "nowhere" in capsys.readouterr().err
    assert not (room / "there").exists()
