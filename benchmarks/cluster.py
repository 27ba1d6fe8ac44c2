"""The same photos by the local batch and by a Ray cluster: every record equal, field by field, but for times.

    python benchmarks/cluster.py $OCRPIPE_DATA/scenes/ic15_dev/images --photos 60 --actors 2

The cluster is the one at $RAY_ADDRESS, else one that Ray starts on this machine for the run. Exit code 1 if a
record differs, is missing, or is there twice.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe.images import find_photos

COMMAND = Path(__file__).resolve().parent.parent / "cli.py"


def read(photos: Path, out: Path, *options: str) -> float:
    """Seconds that `ocrpipe read` takes for a list of photos, start and loading of models included."""
    begun = time.perf_counter()
    command = [sys.executable, str(COMMAND), "read", "-q", "--from-file", str(photos)]
    subprocess.run([*command, "-o", str(out), *options], check=True)
    return time.perf_counter() - begun


def records(files: list[Path]) -> list[dict[str, Any]]:
    """All records, by path, without the times they took."""
    found = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return sorted(({**record, "timing_ms": None} for record in found), key=lambda r: str(r["source"]["path"]))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--photos", type=click.IntRange(1), default=60, show_default=True)
@click.option("--actors", type=click.IntRange(1), default=2, show_default=True)
def main(folder: Path, photos: int, actors: int) -> None:
    """Compare the records of both ways to read the first photos of FOLDER."""
    chosen = [path.absolute() for path in find_photos([folder])][:photos]
    workers = ("--workers", str(actors))
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        (room / "list").write_text("\n".join(map(str, chosen)), encoding="utf-8")
        here = read(room / "list", room / "here.jsonl", *workers)
        there = read(room / "list", room / "there", "--on", "ray", *workers)
        shards = sorted((room / "there").iterdir())
        local, far = records([room / "here.jsonl"]), records(shards)
    words = sum(len(record["words"]) for record in local)
    different = sum(a != b for a, b in zip(local, far, strict=False)) + abs(len(local) - len(far))
    print(
        f"{len(chosen)} photos, {words} words: {len(local)} records here, {len(far)} in {len(shards)} shards"
    )
    print(f"{different} records differ; {here:.0f} s here, {there:.0f} s on Ray, starts included")
    sys.exit(int(different > 0 or len(local) != len(chosen)))


if __name__ == "__main__":
    main()
