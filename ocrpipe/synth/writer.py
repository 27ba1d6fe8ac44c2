"""Who writes: words, figures and a hand (face, size, gaps) to set them in."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocrpipe.synth.fonts import FontPool, covered, open_font
from ocrpipe.synth.glyphs import Ink, ink
from ocrpipe.synth.phrases import Phrases

_TYPICAL = "AEHaegn138"  # a face without these writes nothing worth finding
_BY_FREQUENCY = "en_google20k"
PRINT = ("sans", "serif", "slab")
TYPED = ("typewriter", "mono")
ANY: tuple[str, ...] = ()
DOCUMENT_FACES = ((0.25, TYPED), (0.55, PRINT), (0.2, ANY))  # how often a printed word is set in which
# Of the em, between the ink of two words. Forms and signs are set much tighter than a font's own space, and
# a detector that never saw it joins the words.
TIGHT = (0.19, 0.32)


@dataclass(frozen=True, slots=True)
class Style:
    """How words are set. size: pixels per em; gap: pixels from ink to ink between words; leading: pixels from
    line to line; tracking: extra pixels a letter.
    """

    path: Path
    size: int
    known: frozenset[str]
    gap: float
    leading: int
    ascent: int  # pixels from the ascender line to the baseline
    tracking: float = 0.0
    upper: bool = False

    def ink(self, text: str) -> Ink:
        """text as this style draws it."""
        return ink(text, self.path, self.size, self.tracking)


@dataclass(frozen=True, slots=True)
class Writer:
    """Draws words from lists, to be set in faces from a pool."""

    phrases: Phrases
    fonts: FontPool

    def style(
        self,
        size: int,
        rng: np.random.Generator,
        categories: Collection[str] = ANY,
        upper: float = 0.35,
        spaced: float = 0.0,
    ) -> Style:
        """A style of size pixels per em in a face of these categories (none: any; so too if there is none).

        upper and spaced are the probabilities of capitals only and of letters set apart.
        """
        face = self.fonts.draw(_TYPICAL, rng, categories)
        font = open_font(face.path, size)
        ascent, descent = font.getmetrics()
        own = font.getlength(" ") * rng.uniform(0.8, 1.3)
        tracking = size * rng.uniform(0.03, 0.25) if rng.random() < spaced else 0.0
        gap = size * rng.uniform(*TIGHT) if rng.random() < 0.4 else min(max(own, 0.22 * size), 0.8 * size)
        # Some faces claim a descent above the baseline, or no height at all.
        line = max(ascent + descent, size) if ascent + descent < 2 * size else size
        return Style(
            face.path,
            size,
            covered(face.path, self.fonts.characters),
            gap + 1.6 * tracking,
            math.ceil(line * rng.uniform(0.85, 1.35)) + 1,
            ascent if 0 < ascent < 2 * size else size,
            tracking,
            bool(rng.random() < upper),
        )

    def word(self, style: Style, rng: np.random.Generator, longest: int = 14, common: float = 0.35) -> str:
        """A word that style can draw; `common` is the share of the little words that running text is made
        of.
        """
        for _ in range(20):
            if rng.random() < common:
                text = self.phrases.frequent(_BY_FREQUENCY, rng)
            else:
                text = self.phrases.draw(rng, longest)
            text = text.upper() if style.upper else text
            if text and len(text) <= longest and style.known.issuperset(text):
                return text
        return "".join(rng.choice(sorted(style.known & set("aeinorst")) or list("ae"), 5))

    def figure(self, style: Style, rng: np.random.Generator) -> str:
        """A number as tables, receipts and forms show it: 4.31, (205), $1,020.00, 53%, 12-31."""
        value = float(np.exp(rng.uniform(0, 9)))
        shapes = (
            f"{value:.0f}", f"{value:.2f}", f"{value:,.2f}", f"{value / 1000:.2f}", f"({value:.0f})",
            f"${value / 10:,.2f}", f"{value % 100:.0f}%", f"{value % 12 + 1:.0f}-{value % 28 + 1:.0f}",
        )  # fmt: skip
        text = shapes[int(rng.integers(len(shapes)))]
        return text if style.known.issuperset(text) else self.word(style, rng, 5)
