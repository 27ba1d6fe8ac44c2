"""How well character boxes lie on the characters: words set in many fonts, whose character cells are known.

    python benchmarks/char_boxes.py --data $OCRPIPE_DATA

A character's true box is its cell: from where the pen sets it to where it sets the next, as high as the word.
Only words that are read rightly count. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ocrpipe import crops
from ocrpipe.char_boxes import char_edges
from ocrpipe.device import choose
from ocrpipe.weights import load_recognizer


@dataclass(frozen=True, slots=True, eq=False)
class SetWord:
    """crop: (32, w, 3); cells: (K, 2), left and right of each character, as fractions of the width."""

    text: str
    crop: NDArray[np.uint8]
    cells: NDArray[np.float64]


def set_word(text: str, font: Path, rng: np.random.Generator) -> SetWord:
    """text in font, dark on light, with a margin as a detector leaves it."""
    face = ImageFont.truetype(str(font), 40)
    left, top, right, bottom = face.getbbox(text)
    margins = rng.uniform(1, 6, 4)
    width, height = (
        round(right - left + margins[0] + margins[1]),
        round(bottom - top + margins[2] + margins[3]),
    )
    paper = Image.new("L", (width, max(8, height)), int(rng.integers(150, 256)))
    origin = margins[0] - left
    ImageDraw.Draw(paper).text((origin, margins[2] - top), text, fill=int(rng.integers(0, 70)), font=face)
    pens = np.array([face.getlength(text[:i]) for i in range(len(text) + 1)]) + origin
    grey = np.asarray(paper, np.uint8)
    quad = np.array([[(0, 0), (width, 0), (width, len(grey)), (0, len(grey))]], np.float32)
    crop = crops.rectify(np.repeat(grey[:, :, None], 3, axis=2), quad)[0]
    pens = np.clip(pens / width, 0, 1)
    return SetWord(text, crop, np.stack([pens[:-1], pens[1:]], axis=1))


def overlaps(found: NDArray[np.float64], true: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) intersection over union of boxes that are equally high: (K, 2) and (K, 2) left and right edges."""
    both = np.minimum(found[:, 1], true[:, 1]) - np.maximum(found[:, 0], true[:, 0])
    either = np.maximum(found[:, 1], true[:, 1]) - np.minimum(found[:, 0], true[:, 0])
    return np.asarray(np.maximum(both, 0) / np.maximum(either, 1e-9))


def main() -> None:
    """Parse, set, read, measure."""
    parser = argparse.ArgumentParser(description="Mean IoU of character boxes with the cells of set words.")
    parser.add_argument("--data", type=Path, required=True, help="folder with fonts and lexicons")
    parser.add_argument("--recognizer", help="model id or weight file")
    parser.add_argument("--weights", type=Path, help="folder of weights")
    parser.add_argument("--words", type=int, default=500)
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    fonts = sorted(p for p in (asked.data / "fonts").rglob("*") if p.suffix in (".ttf", ".otf"))
    known = (asked.data / "lexicons" / "en_google20k.txt").read_text("utf-8").split()
    texts = [word for word in known if word.isascii() and 3 <= len(word) <= 10]
    chosen = [
        (texts[i], fonts[int(rng.integers(len(fonts)))]) for i in rng.integers(0, len(texts), asked.words)
    ]
    words = [set_word(text, font, rng) for text, font in chosen]
    reader, info = load_recognizer(asked.recognizer, choose("cpu"), asked.weights)
    read = reader.transcribe([word.crop for word in words])
    right = [(t, w) for t, w in zip(read, words, strict=True) if t.text.lower() == w.text]
    found = [overlaps(char_edges(t.chars, t.frames), w.cells) for t, w in right]
    mean = float(np.concatenate(found).mean()) if found else 0.0
    print(json.dumps({"model": info.id, "words": len(words), "read": len(right), "mean_iou": round(mean, 3)}))


if __name__ == "__main__":
    main()
