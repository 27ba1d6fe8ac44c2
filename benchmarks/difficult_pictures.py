"""Photos that are large, small, turned, or looked at larger and smaller: what is found and read of them.

    python benchmarks/difficult_pictures.py scan                       # 10,000 x 8,000 with 12-px text
    python benchmarks/difficult_pictures.py upscaled --factor 3        # large photos of large words
    python benchmarks/difficult_pictures.py turned --scenes forms_dev  # on their side, on their head
    python benchmarks/difficult_pictures.py modes --scenes ic15_dev    # --mode fast, balanced, accurate
    python benchmarks/difficult_pictures.py tight                      # a word fills the picture

All take --data (or $OCRPIPE_DATA), and --every N for every N-th photo only. Rows are Markdown; cpu is
processor time. Results: docs/detection.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from detectors.db_detector import DBDetector
from detectors.tiling import Tiling
from ocrpipe import images, load_pipeline
from ocrpipe.evaluate import ReadScores, score_reading
from ocrpipe.labels import Scene, SceneWord, load_scenes
from ocrpipe.options import ZOOMS
from ocrpipe.page import Page
from ocrpipe.pipeline import Pipeline
from ocrpipe.synth.fonts import Face, load_faces
from ocrpipe.turns import turned, turned_back
from recognizer.metrics import normalise

Pixels = NDArray[np.uint8]
HEADER = """| | photos | precision | recall | hmean | e2e F1 | cpu a photo, s |
|---|---|---|---|---|---|---|"""
data_option = click.option(
    "--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True
)
scenes_option = click.option("--scenes", default="ic15_dev", show_default=True)
every_option = click.option("--every", type=int, default=1, show_default=True)


@click.group()
def main() -> None:
    """Print Markdown rows."""


def row(name: str, read: Callable[[Scene], Page], scenes: list[Scene]) -> ReadScores:
    """Read all, and print what came out and what it cost."""
    start = time.process_time()
    scores = score_reading(read, scenes)
    seconds = (time.process_time() - start) / len(scenes)
    found = scores.detection
    values = (found.precision, found.recall, found.hmean, scores.end_to_end.hmean)
    cells = " | ".join(f"{100 * value:.1f}" for value in values)
    print(f"| {name} | {len(scenes)} | {cells} | {seconds:.2f} |", flush=True)
    return scores


def moved(page: Page, move: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> Page:
    """page with its words' quads (N, 4, 2) moved."""
    quads = np.array([word.polygon for word in page.words], np.float32).reshape(-1, 4, 2)
    placed = [tuple((float(x), float(y)) for x, y in quad) for quad in move(quads)]
    words = (replace(word, polygon=polygon) for word, polygon in zip(page.words, placed, strict=True))
    return replace(page, words=tuple(words))


def with_detector(**settings: float | int | str) -> Pipeline:
    """The default pipeline with other settings of the detector."""
    pipeline = load_pipeline()
    if not isinstance(pipeline.detector, DBDetector):
        raise click.UsageError("the default detector has no such settings")
    pipeline.detector = replace(pipeline.detector, **settings)  # type: ignore[arg-type]  # each field by its name
    return pipeline


def render_scan(
    faces: list[Face], words: list[str], size: tuple[int, int], em: int, lines: int
) -> tuple[Pixels, Scene]:
    """A paper of size (width, height) with so many lines of one to seven words, em pixels to the em, and what
    stands where.
    """
    rng = np.random.default_rng(3)
    picture = Image.new("L", size, 245)
    pen = ImageDraw.Draw(picture)
    used: list[tuple[float, float, float, float]] = []
    truth: list[SceneWord] = []
    while len(used) < lines:
        font = ImageFont.truetype(str(faces[rng.integers(len(faces))].path), em)
        line = [words[i] for i in rng.integers(0, len(words), int(rng.integers(1, 8)))]
        x, y = float(rng.integers(50, size[0] - 1000)), float(rng.integers(50, size[1] - 50))
        area = (x - 20, y - 20, x + pen.textlength(" ".join(line) + " ", font=font) + 20, y + 2 * em + 20)
        if any(area[0] < u[2] and u[0] < area[2] and area[1] < u[3] and u[1] < area[3] for u in used):
            continue
        used.append(area)
        for word in line:
            left, top, right, bottom = pen.textbbox((x, y), word, font=font)
            pen.text((x, y), word, fill=int(rng.integers(0, 70)), font=font)
            truth.append(SceneWord(((left, top), (right, top), (right, bottom), (left, bottom)), word))
            x += pen.textlength(word + " ", font=font)
    soft = cv2.GaussianBlur(np.asarray(picture), (0, 0), 0.5)
    noise = rng.standard_normal(soft.shape, np.float32) * 3
    grey = np.clip(soft + noise, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2), Scene(Path("scan"), *size, tuple(truth))


@main.command()
@data_option
@click.option("--width", default=10_000, show_default=True)
@click.option("--height", default=8_000, show_default=True)
@click.option("--em", default=12, show_default=True, help="Font size in pixels.")
@click.option("--lines", default=60, show_default=True)
@click.option("--tiles", default="off,auto", show_default=True, help="Values of --tile, with commas.")
def scan(data: Path, width: int, height: int, em: int, lines: int, tiles: str) -> None:
    """A large rendered scan of small text, in fonts held out of training."""
    faces = [face for face in load_faces(data / "fonts", held_out=True) if not face.unicase]
    faces = [face for face in faces if face.category.startswith(("sans", "serif"))]
    listed = (
        line.partition("\t")[0] for line in (data / "lexicons/en_google20k.txt").read_text().splitlines()
    )
    words = [word for word in listed if word.isascii() and word.isalpha() and 2 <= len(word) <= 12]
    pixels, scene = render_scan(faces, words, (width, height), em, lines)
    print(f"{width} x {height}, {em} px to the em, {len(scene.words)} words\n\n{HEADER}")
    for tile in tiles.split(","):
        wanted: Tiling = int(tile) if tile.isdigit() else "auto" if tile == "auto" else "off"
        pipeline = with_detector(tile=wanted)
        row(f"--tile {tile}", lambda _, p=pipeline: p.read(pixels), [scene])  # type: ignore[misc]  # mypy cannot infer a lambda with defaults


@main.command()
@data_option
@scenes_option
@every_option
@click.option("--factor", type=float, default=3.0, show_default=True)
def upscaled(data: Path, scenes: str, every: int, factor: float) -> None:
    """Photos made larger, as a phone's are: nothing new is in them to be found."""
    chosen = load_scenes(data / "scenes" / scenes)[::every]
    print(HEADER)
    for tile in ("off", "auto"):
        pipeline = with_detector(tile=tile)

        def read(scene: Scene, pipeline: Pipeline = pipeline) -> Page:
            large = cv2.resize(
                images.load(scene.image).pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC
            )
            return moved(pipeline.read(np.asarray(large, np.uint8)), lambda quads: quads / np.float32(factor))

        row(f"{scenes} x {factor:g}, --tile {tile}", read, chosen)


@main.command("turned")
@data_option
@scenes_option
@every_option
def turned_photos(data: Path, scenes: str, every: int) -> None:
    """Photos on their side and on their head, against the same upright."""
    chosen = load_scenes(data / "scenes" / scenes)[::every]
    print(HEADER)
    for quarters, turns in ((0, False), (0, True), (1, False), (1, True), (2, False), (2, True), (3, True)):
        pipeline = load_pipeline(turns=turns)

        def read(scene: Scene, pipeline: Pipeline = pipeline, quarters: int = quarters) -> Page:
            page = pipeline.read(turned(images.load(scene.image).pixels, quarters))
            return moved(page, lambda quads: turned_back(quads, quarters, scene.width, scene.height))

        row(f"{scenes} turned by {90 * quarters}, --turns {'auto' if turns else 'off'}", read, chosen)


@main.command()
@data_option
@scenes_option
@every_option
def modes(data: Path, scenes: str, every: int) -> None:
    """What --mode finds and costs."""
    chosen = load_scenes(data / "scenes" / scenes)[::every]
    print(HEADER)
    for mode, zoom in ZOOMS.items():
        pipeline = with_detector(zoom=zoom)
        row(f"{scenes}, --mode {mode}", lambda scene, p=pipeline: p.read(scene.image), chosen)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults


@main.command()
@data_option
@every_option
def tight(data: Path, every: int) -> None:
    """Word crops read as if they were photos: which give exactly their one word."""
    folder = data / "words/real_dev"
    lines = [line.split("\t") for line in (folder / "labels.tsv").read_text("utf-8").splitlines()]
    rows = [(name, normalise(text)) for name, text in lines if normalise(text)][::every]
    pipeline = load_pipeline()
    found = [[normalise(word.text) for word in pipeline.read(folder / name).words] for name, _ in rows]
    print(f"{len(rows)} crops: {_share(len(texts) == 0 for texts in found)} show no word,")
    print(f"{_share(len(texts) == 1 for texts in found)} exactly one,")
    right = (texts == [truth] for texts, (_, truth) in zip(found, rows, strict=True))
    print(f"{_share(right)} exactly one and the right one.")


def _share(claims: Iterable[bool]) -> str:
    return f"{100 * float(np.mean(list(claims))):.1f} %"


if __name__ == "__main__":
    main()
