"""ocrpipe.bench: what is counted, in which stage, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tiny_models import weights_folder

import cli
from detectors.base import Detections
from ocrpipe import bench
from ocrpipe.errors import ImageError
from ocrpipe.machine import describe, peak_memory_mb
from ocrpipe.pipeline import Pipeline, load_pipeline
from recognizer.base import Transcript


class OneWord:
    def detect(self, image: NDArray[np.uint8]) -> Detections:
        height, width = image.shape[:2]
        return Detections(
            np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float32), np.ones(1, np.float32)
        )


class Says:
    def transcribe(self, crops: Sequence[NDArray[np.uint8]]) -> list[Transcript]:
        return [Transcript("word", 1.0) for _ in crops]


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for path in paths:
        Image.new("RGB", (90, 40), "white").save(path)
    return paths


def test_every_photo_is_read_as_often_as_asked_and_counted_once(photos: list[Path]) -> None:
    report = bench.bench(Pipeline(OneWord(), Says()), photos, repeat=3, warm_up=1)
    assert (report.photos, report.failed, report.words) == (3, 0, 3)
    assert [stage.name for stage in report.stages] == [*bench.STAGES, *bench.NETWORKS]
    assert all(s.median_ms > 0 for s in report.stages[:6])
    assert all(s.lower_ms <= s.median_ms <= s.upper_ms for s in report.stages)
    assert report.overhead == 0  # no networks


def test_the_stages_make_up_the_whole_and_networks_are_parts_of_theirs(
    photos: list[Path], tmp_path: Path
) -> None:
    pipeline = load_pipeline(weights_folder=weights_folder(tmp_path / "models"), device="cpu")
    report = bench.bench(pipeline, photos)
    by_name = {stage.name: stage for stage in report.stages}
    assert 0 < by_name[bench.DETECTOR_NETWORK].median_ms < by_name["detect"].median_ms
    assert sum(by_name[name].cpu_ms for name in bench.STAGES) / 1000 <= report.cpu_s_per_image
    assert report.models == ("dark-spots", "always-a")
    assert type(pipeline.detector).__name__ == "DBDetector"  # the caller's pipeline stays as it was


def test_a_stopwatch_adds_laps_of_one_name_and_parts_besides() -> None:
    watch = bench.Stopwatch()
    watch.start()
    watch.lap("a")
    first = watch.wall["a"]
    with watch.within("part"):
        pass
    watch.lap("a")
    assert watch.wall["a"] >= first + watch.wall["part"]
    assert set(watch.cpu) == {"a", "part"}


def test_a_photo_that_cannot_be_read_is_told_and_left_out(
    photos: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no photo")
    report = bench.bench(Pipeline(OneWord(), Says()), [broken, *photos])
    assert (report.photos, report.failed) == (3, 1)
    assert str(broken) in capsys.readouterr().err
    with pytest.raises(ImageError, match="none of 1 photos can be read"):
        bench.bench(Pipeline(OneWord(), Says()), [broken])
    with pytest.raises(ValueError, match="repeat must be"):
        bench.bench(Pipeline(OneWord(), Says()), photos, repeat=0)


def test_the_command_prints_a_table_and_json(
    photos: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["bench", str(tmp_path), "--weights", str(weights_folder(tmp_path / "models")), "--device", "cpu"]
    assert cli.main([*given, "--warm-up", "0"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "\t".join(bench.COLUMNS)
    assert [line.split("\t")[0] for line in out[1:9]] == [*bench.STAGES, *bench.NETWORKS]
    assert "3 photos" in out[10]
    assert cli.main([*given, "--as-json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["photos"] == 3
    assert found["machine"]["cores"] == describe().cores
    assert cli.main(["bench", str(tmp_path / "models"), "--device", "cpu"]) == 3


def test_the_machine_is_told_without_its_name() -> None:
    import platform

    machine = describe()
    assert machine.processor
    assert machine.cores >= 1
    assert platform.node() not in (machine.processor, machine.system)
    peak = peak_memory_mb()
    assert peak is None or 10 < peak < 1e6
