"""2,000 photos, 40 hostile files among them, killed three times and resumed: is anything lost?

    python benchmarks/batch_torture.py --data $OCRPIPE_DATA/scenes/ic15_dev --workers 2

Photos are crops of labelled scenes around a word, under many names, and one whose EXIF data has numbers that
are none, which must be read all the same; hostile are the kinds of `tests/hostile_files.py`. Every record is
compared with what a pipeline in this process reads in the same file alone; resident memory is watched.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from batch_trials import Records, kill_and_resume, lines, records, start, watch
from hostile_files import add_hostile, nan_exif

from ocrpipe import load_pipeline
from ocrpipe.labels import load_scenes
from ocrpipe.records import to_dict


def crops(data: Path, folder: Path, count: int, size: tuple[int, int]) -> list[Path]:
    """Crops of scenes in data around a readable word, count of them, each of size."""
    folder.mkdir()
    made: list[Path] = []
    for scene in load_scenes(data):
        words = [word for word in scene.words if word.text and not word.ignore]
        if len(made) < count and words:
            word = max(words, key=lambda word: len(word.text or ""))
            x = sum(corner[0] for corner in word.quad) / 4 - size[0] / 2
            y = sum(corner[1] for corner in word.quad) / 4 - size[1] / 2
            made.append(folder / f"{len(made)}.jpg")
            with Image.open(scene.image) as photo:
                photo.convert("RGB").crop((int(x), int(y), int(x) + size[0], int(y) + size[1])).save(made[-1])
    return made


def album(folder: Path, photos: list[Path], count: int) -> dict[str, Path]:
    """count names for photos in folder; which photo each is."""
    folder.mkdir()
    named = {}
    for i in range(count):
        path = folder / f"photo {i}.jpg"
        path.hardlink_to(photos[i % len(photos)])
        named[str(path)] = photos[i % len(photos)]
    return named


def differences(found: Records, named: dict[str, Path], expected: dict[str, str]) -> list[str]:
    """What is wrong with found: records lost, of the wrong type, or other than what is read alone."""
    pipeline = load_pipeline(device="cpu")
    alone = {path: to_dict(pipeline.read(path)) for path in set(named.values())}
    wrong = [f"{name}: lost" for name in {*named, *expected} - {path for path, _ in found}]
    for (name, _), record in found.items():
        if name in expected:
            kind = record["error"] and record["error"]["type"]
            wrong += [] if kind == expected[name] else [f"{name}: {kind}, not {expected[name]}"]
            continue
        want = alone[named[name]]
        wrong += [
            f"{name}: another {key}"
            for key in ("words", "lines", "image", "error")
            if record[key] != want[key]
        ]
    return wrong


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="Labelled scenes.")
@click.option("--photos", default=2000, show_default=True, help="Files in all.")
@click.option("--hostile", default=40, show_default=True, help="Of them hostile.")
@click.option("--workers", default=2, show_default=True)
@click.option(
    "--side", default=160, show_default=True, help="Width of the photos; 3/4 of it is their height."
)
@click.option("--seed", default=1, show_default=True, help="When it is killed.")
def main(data: Path, photos: int, hostile: int, workers: int, side: int, seed: int) -> None:
    """Make the folder, run, look, kill, resume, look again."""
    with tempfile.TemporaryDirectory() as room:
        folder, whole, killed = Path(room, "in"), Path(room, "whole.jsonl"), Path(room, "killed.jsonl")
        crop_size = side, side * 3 // 4
        named = album(folder, crops(data, Path(room, "crops"), 50, crop_size), photos - hostile - 1)
        odd = folder / "nan exif.jpg"
        nan_exif(odd)
        named[str(odd)] = odd
        expected = add_hostile(folder, hostile)
        begun = time.perf_counter()
        process = start(folder, whole, "--workers", str(workers))
        memory = watch(process, whole, [photos // 10, photos // 2, photos - 20])
        seconds = time.perf_counter() - begun
        print(f"whole run: exit code {process.returncode}, {seconds:.0f} s, {lines(whole)} records")
        print(f"resident MB (parent, workers) after so many records: {json.dumps(memory)}")
        found = records(whole)
        wrong = differences(found, named, expected)
        words = sum(len(record["words"]) for record in found.values())
        kinds = Counter(record["error"]["type"] for record in found.values() if record["error"])
        print(f"records {len(found)}, words {words}, errors {dict(kinds)}; wrong: {len(wrong)} {wrong[:5]}")
        at = sorted(random.Random(seed).sample(range(photos // 20, photos * 19 // 20), 3))
        code = kill_and_resume(folder, killed, at, "--workers", str(workers))
        same = records(killed) == found
        print(
            f"killed at {at} records and resumed: exit code {code}, {lines(killed)} records, the same: {same}"
        )
        sys.exit(bool(wrong) or not same or process.returncode != 1 or code != 1)


if __name__ == "__main__":
    main()
