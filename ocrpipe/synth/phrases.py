"""What to write: words from lexicons, numbers, prices, dates, addresses of the web, codes and plain random
strings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocrpipe.errors import LabelError

# Share of each source; what is not named here shares "other". Scene text is mostly words, but a reader that
# saw few digits reads prices badly, and one that saw only words guesses words.
SHARES: dict[str, float] = {
    "en_google20k": 0.24, "en_mjsynth90k": 0.16, "en_books_mixed_100k": 0.12, "places_geonames": 0.03,
    "names_first": 0.02, "names_surnames": 0.03, "street_names_generated": 0.03, "corpora_brands": 0.03,
    "corpora_places": 0.02, "corpora_food": 0.03, "corpora_objects": 0.02, "deb_de": 0.01, "deb_fr": 0.01,
    "deb_es": 0.01, "deb_it": 0.01, "deb_pt": 0.01, "deb_nl": 0.01, "pat_prices": 0.03, "pat_dates": 0.02,
    "pat_times": 0.015, "pat_phones": 0.02, "pat_codes_units": 0.02, "pat_urls_emails": 0.02,
}  # fmt: skip
RANDOM_SHARE = 0.06
DIGITS_SHARE = 0.05
_KEPT_AS_WRITTEN = ("pat_", "random")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Draws one word (no spaces) at a time, every character of it in `characters`."""

    sources: Mapping[str, Sequence[str]]
    characters: str
    _names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _upto: NDArray[np.float64] = field(init=False, repr=False, compare=False)  # cumulated shares

    def __post_init__(self) -> None:
        names = tuple(self.sources)
        upto = np.cumsum([SHARES.get(name, 0.005) for name in names])
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_upto", upto / upto[-1])

    def frequent(self, source: str, rng: np.random.Generator) -> str:
        """A word of a list that runs from frequent to rare, the more frequent the oftener (Zipf), cased at
        random; empty where there is no such list or the word has other characters.
        """
        entries = self.sources.get(source, ())
        if not entries:
            return ""
        return _recase(self._plain(entries[int(len(entries) ** rng.random()) - 1]), rng)

    def draw(self, rng: np.random.Generator, longest: int = 25) -> str:
        """A word of 1..longest characters."""
        for _ in range(100):
            text = self._candidate(rng, longest)
            if 0 < len(text) <= longest:
                return text
        return self._random(rng, min(longest, 4))

    def _candidate(self, rng: np.random.Generator, longest: int) -> str:
        kind = rng.random()
        if kind < RANDOM_SHARE:
            return self._random(rng, longest)
        if kind < RANDOM_SHARE + DIGITS_SHARE:
            return "".join(rng.choice(list("0123456789"), int(rng.integers(1, min(longest, 7) + 1))))
        name = self._names[int(np.searchsorted(self._upto, rng.random(), side="right"))]
        entries = self.sources[name]
        parts = entries[int(rng.integers(len(entries)))].split()
        word = self._plain(parts[int(rng.integers(len(parts)))]) if parts else ""
        if name.startswith(_KEPT_AS_WRITTEN):
            return word
        word = _recase(word, rng)
        with_signs = _punctuate(word, rng)
        return with_signs if set(with_signs) <= set(self.characters) else word

    def _plain(self, word: str) -> str:
        """word without the accents that the charset lacks; empty if something else is left outside it."""
        if not set(word) <= set(self.characters):
            word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        return word if set(word) <= set(self.characters) else ""

    def _random(self, rng: np.random.Generator, longest: int) -> str:
        return "".join(rng.choice(list(self.characters), int(rng.integers(1, min(longest, 9) + 1))))


def _recase(word: str, rng: np.random.Generator) -> str:
    style = rng.random()
    if style < 0.36:
        return word.upper()
    if style < 0.62:
        return word[:1].upper() + word[1:]
    return word.lower() if style < 0.85 else word


def _punctuate(word: str, rng: np.random.Generator) -> str:
    if rng.random() > 0.08:
        return word
    before, after = ("", ".,:;!?-'%*") if rng.random() < 0.75 else ("(\"'[&#$", ")\"'].-!,")
    return (before and str(rng.choice(list(before)))) + word + str(rng.choice(list(after)))


def load_phrases(folder: Path, characters: str) -> Phrases:
    """Every `*.txt` of folder, one entry a line. LabelError when there is none."""
    sources = {
        path.stem: tuple(line.strip() for line in path.read_text("utf-8").splitlines() if line.strip())
        for path in sorted(folder.glob("*.txt"))
    }
    sources = {name: entries for name, entries in sources.items() if entries}
    if not sources:
        raise LabelError(f"{folder}: no word lists (*.txt) in it; name a folder with one entry a line")
    return Phrases(sources, characters)
