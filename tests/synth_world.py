"""A tiny world to render from: the typeface inside Pillow, two word lists, one background. No file of it is
kept.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFont

from ocrpipe.synth.fonts import FontPool, load_faces
from ocrpipe.synth.phrases import load_phrases
from ocrpipe.synth.scenes import SceneRenderer, load_photos
from ocrpipe.synth.words import WordRenderer, load_backgrounds
from ocrpipe.synth.writer import Writer
from recognizer.charset import ASCII_94


def build(folder: Path) -> Path:
    """folder with fonts/, lexicons/, backgrounds/, words/real_train/ and words/real_dev/, as the data folder
    has them.
    """
    for name in ("fonts", "lexicons", "backgrounds", "words/real_train/images", "words/real_dev/images"):
        (folder / name).mkdir(parents=True)
    bundled = ImageFont.load_default(24)
    assert isinstance(bundled, ImageFont.FreeTypeFont)
    assert isinstance(bundled.path, BytesIO)
    (folder / "fonts/Aileron.ttf").write_bytes(bundled.path.getvalue())
    (folder / "lexicons/en_google20k.txt").write_text("open\nford\ncafé\nlondon bridge\n", "utf-8")
    (folder / "lexicons/pat_prices.txt").write_text("$4.99\n£2\n", "utf-8")
    noise = np.random.default_rng(0).integers(0, 256, (120, 160), np.uint8)
    cv2.imwrite(str(folder / "backgrounds/noise.png"), noise)
    for split in ("real_train", "real_dev"):
        lines = []
        for source, text in (("iiit5k", "Open"), ("svt", "FORD")):
            name = f"images/{source}_{text}.png"
            crop = cv2.putText(np.full((40, 120), 255, np.uint8), text, (5, 32), 0, 1.2, 0, 3)
            cv2.imwrite(str(folder / "words" / split / name), crop)
            lines.append(f"{name}\t{text}\n")
        (folder / "words" / split / "labels.tsv").write_text("".join(lines), "utf-8")
    return folder


def renderer(folder: Path) -> WordRenderer:
    """A renderer over such a folder."""
    fonts = FontPool(load_faces(folder / "fonts"), ASCII_94)
    return WordRenderer(
        load_phrases(folder / "lexicons", ASCII_94), fonts, load_backgrounds(folder / "backgrounds")
    )


def scene_renderer(folder: Path) -> SceneRenderer:
    """A renderer of scenes over such a folder, which it builds."""
    build(folder)
    fonts = FontPool(load_faces(folder / "fonts"), ASCII_94)
    return SceneRenderer(
        Writer(load_phrases(folder / "lexicons", ASCII_94), fonts), load_photos(folder / "backgrounds")
    )
