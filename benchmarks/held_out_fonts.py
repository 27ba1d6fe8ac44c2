"""Clean print in fonts that training never sees, beside as many words in fonts that it does.

    python benchmarks/held_out_fonts.py --data $OCRPIPE_DATA

Words of 3 to 10 letters from the English list, as written, black on white, 32 pixels high with the margin of
a detector's box. A word counts as read when its letters and digits are, whatever their case. Writes
benchmarks/held_out_fonts.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe.device import choose
from ocrpipe.lexicons import read_words
from ocrpipe.synth.fonts import FontPool, load_faces, open_font
from ocrpipe.synth.raster import rasterise
from ocrpipe.train.real_crops import fit_height
from ocrpipe.weights import load_recognizer
from recognizer.metrics import WordScores, score_words

OUT = Path(__file__).with_suffix(".md")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIZE, MARGIN = 40, 5  # pixels an em and around the ink, before the crop is brought to 32


def crop(text: str, pool: FontPool, rng: np.random.Generator) -> NDArray[np.uint8] | None:
    """text in a face of the pool, (32, w) grey; None where the face draws nothing."""
    raster = rasterise(text, open_font(pool.draw(text, rng).path, SIZE), 0.0, margin=MARGIN)
    if raster is None:
        return None
    x0, y0, x1, y1 = (int(v) for v in raster.box)
    ink = raster.mask[max(0, y0 - MARGIN) : y1 + MARGIN, max(0, x0 - MARGIN) : x1 + MARGIN]
    return fit_height(np.ascontiguousarray(255 - ink))


def score(data: Path, held_out: bool, words: Sequence[str], categories: Sequence[str]) -> WordScores:
    """How the default recogniser reads words, each in one face."""
    pool = FontPool(load_faces(data / "fonts", held_out=held_out), LETTERS)
    rng = np.random.default_rng(1)
    if categories:
        pool = FontPool([face for face in pool.faces if face.category in categories], LETTERS)
    drawn = [(crop(word, pool, rng), word) for word in words]
    kept = [(pixels, word) for pixels, word in drawn if pixels is not None]
    reader, _ = load_recognizer(None, choose("cpu", None), None)
    texts = [transcript.text for transcript in reader.transcribe([pixels for pixels, _ in kept])]
    return score_words(texts, [word for _, word in kept])


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), envvar="OCRPIPE_DATA", required=True)
@click.option("--count", type=click.IntRange(1), default=2000)
def main(data: Path, count: int) -> None:
    """Measure, and write benchmarks/held_out_fonts.md."""
    known = [w for w in read_words(data / "lexicons/en_books_mixed_100k.txt") if set(w) <= set(LETTERS)]
    known = [word for word in known if 3 <= len(word) <= 10]
    words = [known[i] for i in np.random.default_rng(0).integers(0, len(known), count)]
    today = date.today()
    lines = [
        "# Clean print in fonts held out of training",
        "",
        f"`python benchmarks/held_out_fonts.py --data $OCRPIPE_DATA --count {count}`, {today}, percent.",
        "Text faces are those that documents are set in: sans, serif and mono; all faces hold handwriting,",
        "blackletter and ornamental ones too.",
        "",
        "| faces | fonts | words | accuracy | strict | CER |",
        "|---|---|---|---|---|---|",
    ]
    for name, categories in (("text", ("sans", "serif", "mono")), ("all", ())):
        for held_out in (True, False):
            found = score(data, held_out, words, categories)
            values = " | ".join(f"{100 * v:.1f}" for v in (found.accuracy, found.strict, found.cer))
            whose = "held out" if held_out else "seen in training"
            lines.append(f"| {name} | {whose} | {found.words} | {values} |")
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
