"""One OCR program on the cores it is given: photos' paths in, a line of JSON a photo out.

    python benchmarks/peer_worker.py NAME CORES

Started by compare_peers.py, with the interpreter that has the program. Nothing of ocrpipe is imported unless
NAME is ocrpipe. A line holds the words with their quads (a line of text where the program gives only lines),
the processor seconds of this process and its children, the seconds that passed, the peak memory in MB.
"""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

Quad = list[list[float]]
Found = list[tuple[str, Quad]]
ROOT = Path(__file__).resolve().parent.parent


def ocrpipe() -> Callable[[str], Found]:
    """Our pipeline, loaded once."""
    sys.path.insert(0, str(ROOT))
    pipeline = import_module("ocrpipe").load_pipeline(device="cpu")
    return lambda path: [(w.text, [list(p) for p in w.polygon]) for w in pipeline.read(path).words]


def ocrpipe_command() -> Callable[[str], Found]:
    """Our command, a process a photo; from bytecode, as it runs where pip put it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def read(path: str) -> Found:
        command = [sys.executable, str(ROOT / "cli.py"), "read", path, "-q", "-f", "json"]
        out = subprocess.run(command, capture_output=True, check=True, env=environment).stdout
        record = json.loads(out)
        return [(word["text"], word["polygon"]) for word in record["words"]]

    return read


def rapidocr() -> Callable[[str], Found]:
    """RapidOCR with its default settings, loaded once; it finds lines."""
    engine = import_module("rapidocr").RapidOCR()

    def read(path: str) -> Found:
        result = engine(path)
        if result.boxes is None:
            return []
        return [(text, quad.tolist()) for text, quad in zip(result.txts, result.boxes, strict=True)]

    return read


def tesseract(*options: str) -> Callable[[str], Found]:
    """Tesseract's command, a process a photo."""

    def read(path: str) -> Found:
        command = ["tesseract", path, "stdout", *options, "tsv"]
        out = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        rows = csv.DictReader(io.StringIO(out), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["text"], _box(row)) for row in rows if (row["text"] or "").strip()]

    return read


def _box(row: dict[str, str]) -> Quad:
    x, y, w, h = (float(row[name]) for name in ("left", "top", "width", "height"))
    return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]]


PROGRAMS: dict[str, Callable[[], Callable[[str], Found]]] = {
    "ocrpipe": ocrpipe,
    "ocrpipe read": ocrpipe_command,
    "rapidocr": rapidocr,
    "tesseract": tesseract,
    "tesseract --psm 11": lambda: tesseract("--psm", "11"),
}


def used() -> tuple[float, float]:
    """Processor seconds of this process and its finished children, and the peak memory of either in MB."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usages), max(u.ru_maxrss for u in usages) / 1000


def main(name: str, cores: int) -> None:
    """Answer every path on stdin, the first line being a sign of life."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    talk, sys.stdout = sys.stdout, sys.stderr  # programs print what they like
    read = PROGRAMS[name]()
    print(json.dumps({"ready": name}), file=talk, flush=True)
    for line in sys.stdin:
        start, before = time.perf_counter(), used()[0]
        words = read(line.rstrip("\n"))
        seconds, (after, memory) = time.perf_counter() - start, used()
        answer = {"words": words, "cpu": after - before, "seconds": seconds, "memory": memory}
        print(json.dumps(answer), file=talk, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
