"""Lines of words drawn flat: an ink mask and a quad a word, to be laid on a page or a sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocrpipe.synth.fonts import FontPool, covered, open_font
from ocrpipe.synth.phrases import Phrases

_TYPICAL = "AEHaegn138"  # a face without these writes nothing worth finding


@dataclass(frozen=True, slots=True, eq=False)
class TextBlock:
    """mask: (H, W) uint8, 255 where the ink is;
    quads: (N, 4, 2) float32, one a word, upright, in its pixels.
    """

    mask: NDArray[np.uint8]
    quads: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Writer:
    """Draws words from lists in faces from a pool."""

    phrases: Phrases
    fonts: FontPool

    def face(self, size: int, rng: np.random.Generator) -> tuple[ImageFont.FreeTypeFont, frozenset[str]]:
        """A font at size pixels per em, and the characters it has."""
        face = self.fonts.draw(_TYPICAL, rng)
        return open_font(face.path, size), covered(face.path, self.fonts.characters)

    def word(self, known: frozenset[str], rng: np.random.Generator, longest: int = 14) -> str:
        """A word of known characters only."""
        for _ in range(20):
            text = self.phrases.draw(rng, longest)
            if known.issuperset(text):
                return text
        return "".join(rng.choice(sorted(known & set("aeinorst")) or list("ae"), 5))

    def block(
        self, width: int, lines: int, size: int, rng: np.random.Generator, fill: float = 1.0
    ) -> TextBlock:
        """lines of text, each at most width pixels wide; fill < 1 leaves lines short and gaps in them."""
        font, known = self.face(size, rng)
        ascent, descent = font.getmetrics()
        # Some faces claim a descent above the baseline, or no height at all.
        leading = int(np.ceil(max(ascent + descent, size) * rng.uniform(0.9, 1.5))) + 1
        space = max(2.0, font.getlength(" ") * rng.uniform(0.8, 1.4), 0.18 * size)
        image = Image.new("L", (width, leading * lines + max(descent, 0) + 2))
        draw = ImageDraw.Draw(image)
        boxes: list[tuple[float, float, float, float]] = []
        for line in range(lines):
            x, y = float(rng.uniform(0, size)), line * leading
            while x < width:
                if rng.random() > fill:
                    x += size * rng.uniform(2, 8)
                    continue
                text = self.word(known, rng)
                if x + font.getlength(text) > width:
                    break
                box = draw.textbbox((x, y), text, font=font)
                draw.text((x, y), text, fill=255, font=font)
                if box[2] - box[0] > 2 and box[3] - box[1] > 2:
                    boxes.append(box)
                x = max(x + font.getlength(text), box[2]) + space
        return TextBlock(np.asarray(image, np.uint8), _loosened(boxes, size))


def _loosened(boxes: list[tuple[float, float, float, float]], size: int) -> NDArray[np.float32]:
    """Ink boxes (x0, y0, x1, y1) as quads (N, 4, 2) with the little air that people leave who draw boxes."""
    corners = np.array(boxes, np.float32).reshape(-1, 4) + np.array([-1, -1, 1, 1], np.float32) * 0.05 * size
    return corners[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
