"""The same photos through ocrpipe and its peers, photo by photo in turn, on one core and on two.

    python benchmarks/compare_peers.py --data $OCRPIPE_DATA --rapidocr peers/bin/python

Peers that are not installed are left out: rapidocr needs an interpreter that has it, Tesseract its command.
Written to benchmarks/peers.md. Times are processor time, so that other work on the machine matters little;
every program sees a photo right after the others, and ratios are of one run. Accuracy is judged by our own
evaluation for all; a peer's line becomes words at its spaces, each with its share of the line's box.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median

import click
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from detectors.metrics import Matching, total
from ocrpipe.evaluate.photos import judge_texts
from ocrpipe.labels import Scene, load_scenes
from ocrpipe.machine import describe
from ocrpipe.page import ImageInfo, Page, Source, Word

OUT = Path(__file__).with_name("peers.md")
WORKER = Path(__file__).with_name("peer_worker.py")


@dataclass
class Program:
    """A running worker, and what it has said of the photos so far."""

    name: str
    process: subprocess.Popen[str]
    cpu: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    memory: float = 0.0
    bag: list[Matching] = field(default_factory=list)
    end_to_end: list[Matching] = field(default_factory=list)

    def ask(self, path: Path) -> dict[str, object]:
        """Its answer about the photo at path."""
        assert self.process.stdin is not None
        print(path, file=self.process.stdin, flush=True)
        return self.answer()

    def answer(self) -> dict[str, object]:
        """The next line it says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise click.ClickException(f"{self.name} died; run {WORKER.name} by hand to see why")
        found: dict[str, object] = json.loads(line)
        return found

    def judge(self, scene: Scene) -> None:
        """Read scene's photo, and count."""
        said = self.ask(scene.image)
        self.cpu.append(float(str(said["cpu"])))
        self.seconds.append(float(str(said["seconds"])))
        self.memory = float(str(said["memory"]))
        judged = judge_texts(page_of(said["words"]), scene)
        self.bag.append(judged.bag)
        self.end_to_end.append(judged.by_rule[0])


def page_of(words: object) -> Page:
    """A page of [[text, quad], ...]; texts with spaces are split, and their quads with them."""
    assert isinstance(words, list)
    found = [part for text, quad in words for part in split(text, np.array(quad, np.float32))]
    return Page(
        Source("peer"),
        ImageInfo(0, 0),
        tuple(
            Word(i, 0, text, 1.0, 1.0, tuple((float(x), float(y)) for x, y in quad))
            for i, (text, quad) in enumerate(found)
        ),
    )


def split(text: str, quad: NDArray[np.float32]) -> list[tuple[str, NDArray[np.float32]]]:
    """The words of a line and their quads (4, 2), as if all its characters were equally wide."""
    parts, start = [], 0
    for word in text.split(" "):
        low, high = start / max(len(text), 1), (start + len(word)) / max(len(text), 1)
        start += len(word) + 1
        if word:
            top, bottom = quad[1] - quad[0], quad[2] - quad[3]
            corners = (
                quad[0] + low * top,
                quad[0] + high * top,
                quad[3] + high * bottom,
                quad[3] + low * bottom,
            )
            parts.append((word, np.stack(corners)))
    return parts


def installed(rapidocr: Path | None) -> dict[str, str]:
    """Interpreter by program, of those that can run here."""
    programs = {"ocrpipe": sys.executable, "ocrpipe read": sys.executable}
    if rapidocr is not None:
        programs["rapidocr"] = str(rapidocr)
    if shutil.which("tesseract"):
        programs |= {"tesseract": sys.executable, "tesseract --psm 11": sys.executable}
    return programs


def compare(scenes: list[Scene], programs: dict[str, str], cores: int) -> list[Program]:
    """All programs on scenes, in turn, after one photo each that does not count."""
    with ExitStack() as stack:
        running = []
        for name, python in programs.items():
            process = subprocess.Popen(
                [python, str(WORKER), name, str(cores)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
            stack.callback(process.kill)
            running.append(Program(name, process))
        for program in running:
            program.answer()
            program.ask(scenes[0].image)
        for scene in scenes:
            for program in running:
                program.judge(scene)
        return running


def rows(programs: list[Program]) -> list[str]:
    """A table row each; ratios are medians over photos of the program's time by that of ocrpipe."""
    ours = programs[0].cpu
    lines = []
    for p in programs:
        ratio = median(theirs / mine for theirs, mine in zip(p.cpu, ours, strict=True))
        scores = " | ".join(f"{100 * total(counts).hmean:.1f}" for counts in (p.bag, p.end_to_end))
        lines.append(
            f"| {p.name} | {1000 * median(p.cpu):.0f} | {ratio:.2f} | {1000 * median(p.seconds):.0f} | "
            f"{p.memory:.0f} | {scores} |"
        )
    return lines


def evenly(scenes: list[Scene], count: int) -> list[Scene]:
    """count of scenes, spread over all."""
    return [scenes[i * len(scenes) // count] for i in range(min(count, len(scenes)))]


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--rapidocr", type=click.Path(path_type=Path, exists=True), help="An interpreter that has it.")
@click.option("--photos", default=20, show_default=True, help="So many of ic15_dev.")
@click.option("--forms", default=10, show_default=True, help="So many of forms_dev.")
@click.option(
    "--cores", multiple=True, default=(1, 2), show_default=True, help="On so many cores; repeat it."
)
def main(data: Path, rapidocr: Path | None, photos: int, forms: int, cores: tuple[int, ...]) -> None:
    """Measure, and write benchmarks/peers.md."""
    machine, programs = describe(), installed(rapidocr)
    asked = " ".join(f"--cores {used}" for used in cores)
    lines = [
        "# Beside its peers",
        "",
        f"`python benchmarks/compare_peers.py --photos {photos} --forms {forms} {asked}`,",
        f"{date.today()}, on"
        f" a machine of {machine.cores} cores, {machine.processor}. Processor time of a photo, medians;",
        "`ratio`: median over photos of the program's time by ocrpipe's, each photo read by all in turn.",
        "`ocrpipe` and `rapidocr` are loaded once, the others start anew for every photo. F1 in percent, our",
        "own evaluation for all; lines are",
        "split into words at spaces, so that end to end favours programs that find words.",
    ]
    for name, count in (("ic15_dev", photos), ("forms_dev", forms)):
        scenes = evenly(load_scenes(data / "scenes" / name), count)
        for used in cores:
            lines += ["", f"## {len(scenes)} of {name}, {used} core{'s' * (used > 1)}", ""]
            lines += [
                "| program | CPU ms | ratio | ms that pass | peak MB | bag of words F1 | end to end F1 |"
            ]
            lines += ["|---|---|---|---|---|---|---|", *rows(compare(scenes, programs, used))]
            OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
