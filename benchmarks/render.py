"""Samples that rendering makes per second of one core: words, words in batches, glyphs of the atlas, scenes.

    python benchmarks/render.py --data $OCRPIPE_DATA

Processor time of this process with one thread, after a warm-up; on a core that others share it is longer than
on a free one. Loading is not counted, opening fonts is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe import console
from ocrpipe.synth.device_words import DeviceRenderer, background_texture, generator_of
from ocrpipe.synth.fonts import Face, FontPool, load_faces
from ocrpipe.synth.orders import CHARACTERS
from ocrpipe.synth.phrases import Phrases, load_phrases
from ocrpipe.synth.scenes import SceneRenderer, load_photos
from ocrpipe.synth.sdf_atlas import Atlas, build_atlas
from ocrpipe.synth.word_plan import draw_texts
from ocrpipe.synth.words import WordRenderer, load_backgrounds
from ocrpipe.synth.writer import Writer

BATCH, CPU = 64, torch.device("cpu")
Row = tuple[str, str, str, str]


def row(name: str, count: int, seconds: float, note: str = "") -> Row:
    """A line of the table: how many samples in how many seconds."""
    return name, f"{count / seconds:.0f}", f"{1000 * seconds / count:.2f}", note


def timed(work: Callable[[int], int], first: int, last: int) -> tuple[int, float]:
    """What work(first) .. work(last - 1) sum up to, and the processor seconds they took."""
    start = time.process_time()
    made = sum(work(index) for index in range(first, last))
    return made, time.process_time() - start


def words(renderer: WordRenderer, looks: int, rounds: int) -> Row:
    """The ordinary renderer at full difficulty, one or two lights a word."""
    rng = np.random.default_rng(0)
    timed(lambda _: len(renderer.render(rng, 1.0, looks)), 0, rounds // 4)
    made, seconds = timed(lambda _: len(renderer.render(rng, 1.0, looks)), 0, rounds)
    return row(f"words, {looks} light(s)", made, seconds)


def batched_words(renderer: DeviceRenderer, rounds: int) -> Row:
    """The batched renderer at full difficulty, sorted by width as training sorts them."""

    def batch(index: int) -> int:
        generator = generator_of(0, index, CPU)
        plan = renderer.plan(4 * BATCH, 1.0, generator)
        for part in plan.final.argsort().reshape(-1, BATCH):
            chosen = plan[part]
            renderer.render(chosen, -(-int(chosen.final.max()) // 16) * 16, 1.0, generator)
        return 4 * BATCH

    batch(0)
    return row("words, batched", *timed(batch, 1, 1 + max(1, rounds // (4 * BATCH))), f"batches of {BATCH}")


def atlas(faces: list[Face]) -> tuple[Atlas, Row]:
    """The glyphs of some faces."""
    start = time.process_time()
    made = build_atlas(faces, CHARACTERS)
    return made, row("glyphs of the atlas", made.advance.numel(), time.process_time() - start)


def scenes(renderer: SceneRenderer, kind: str, size: int, rounds: int) -> Row:
    """Pages or streets of one size."""
    draw = renderer.page if kind == "page" else renderer.street

    def count(index: int) -> int:
        return len(draw(size, np.random.default_rng((1, index))).quads)

    timed(count, 0, rounds // 2)
    found, seconds = timed(count, rounds // 2, rounds // 2 + rounds)
    return row(f"{kind}s of {size} px", rounds, seconds, f"{found / rounds:.0f} words each")


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Folder with fonts, lexicons, ..."
)
@click.option("--rounds", default=400, show_default=True, help="Words of each kind; a fifth as many scenes.")
@click.option("--faces", default=60, show_default=True, help="Faces to render with, evenly spread.")
def main(data: Path, rounds: int, faces: int) -> None:
    """Print the table."""
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    found = load_faces(data / "fonts")
    chosen = found[:: max(1, len(found) // faces)]
    phrases: Phrases = load_phrases(data / "lexicons", CHARACTERS)
    pool, photos = FontPool(chosen, CHARACTERS), load_backgrounds(data / "backgrounds")
    rows = [words(WordRenderer(phrases, pool, photos), looks, rounds) for looks in (1, 2)]
    made, glyphs = atlas(chosen[:12])
    texts = draw_texts(phrases, CHARACTERS, 10_000, np.random.default_rng(0))
    rows += [batched_words(DeviceRenderer(made, texts, background_texture(photos)), rounds), glyphs]
    renderer = SceneRenderer(Writer(phrases, pool), load_photos(data / "backgrounds"))
    for kind in ("page", "street"):
        rows += [scenes(renderer, kind, size, max(2, rounds // 5)) for size in (320, 640)]
    console.table(("what", "a second", "ms each", ""), rows, sys.stdout)


if __name__ == "__main__":
    main()
