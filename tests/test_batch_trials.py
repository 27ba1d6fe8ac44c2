"""Nothing is lost: hostile files, runs that are killed, memory over many photos."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from batch_trials import kill_and_resume, lines, records, start, watch
from hostile_files import HOSTILE, add_hostile, nan_exif
from PIL import Image
from tiny_models import weights_folder

import cli


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that read every dark spot as "a"."""
    monkeypatch.setenv("OCRPIPE_WEIGHTS", str(weights_folder(tmp_path / "models")))


def album(folder: Path, photos: int) -> Path:
    """A folder of so many photos with one to three dark spots."""
    folder.mkdir()
    for i in range(photos):
        pixels = np.full((40, 150, 3), 255, np.uint8)
        for x in range(i % 3 + 1):
            pixels[12:28, 10 + 50 * x : 40 + 50 * x] = 0
        Image.fromarray(pixels).save(folder / f"photo {i}.png")
    return folder


def test_hostile_files_are_records_of_the_right_type_and_the_others_are_read(tmp_path: Path) -> None:
    folder = album(tmp_path / "in", 5)
    expected = add_hostile(folder, 2 * len(HOSTILE))
    nan_exif(folder / "nan.jpg")
    out = tmp_path / "out.jsonl"
    assert cli.main(["read", "-q", str(folder), "-o", str(out), "--workers", "0"]) == 1
    found = records(out)
    assert len(found) == 5 + 1 + len(expected)
    assert {path: r["error"]["type"] for (path, _), r in found.items() if r["error"]} == expected
    texts = [found[str(folder / f"photo {i}.png"), 1]["text"].split() for i in range(5)]
    assert texts == [["a"] * (i % 3 + 1) for i in range(5)]


def test_a_run_that_is_killed_and_resumed_has_the_same_records_once(tmp_path: Path) -> None:
    folder = album(tmp_path / "in", 30)
    add_hostile(folder, len(HOSTILE))
    whole, killed = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    assert start(folder, whole, "--workers", "0").wait() == 1
    assert kill_and_resume(folder, killed, [random.Random(1).randint(5, 25)], "--workers", "1") == 1
    assert lines(killed) == 30 + len(HOSTILE)
    assert records(killed) == records(whole)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is told by Linux only")
@pytest.mark.parametrize("workers", ["0", "1"])
def test_memory_after_two_thousand_photos_is_what_it_was_after_two_hundred(
    tmp_path: Path, workers: str
) -> None:
    folder = album(tmp_path / "in", 40)
    for i in range(40, 2000):
        (folder / f"photo {i}.png").hardlink_to(folder / f"photo {i % 40}.png")
    process = start(folder, tmp_path / "out.jsonl", "--workers", workers)
    seen = watch(process, tmp_path / "out.jsonl", [200, 1950])
    assert process.returncode == 0
    assert max(seen[1950]) < 1.1 * max(seen[200])
