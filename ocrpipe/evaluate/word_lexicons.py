"""Lexicon columns for word crops, as in arXiv 1507.05717, table 2: 50 words, 1,000, the set's own, a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from zlib import crc32

import numpy as np

from ocrpipe.labels import WordCrop
from recognizer.base import Transcript
from recognizer.charset import Charset
from recognizer.ctc import Probabilities
from recognizer.decoding import Decoder
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule, apply_lexicon
from recognizer.metrics import normalise

DRAWN = (("50", 50), ("1k", 1000))
FULL, GENERIC = "full", "generic"
STRICT = LexiconRule("strict")


def normalised(words: Sequence[str]) -> list[str]:
    """words in the field's protocol, lower case and alphanumeric, each once, in their order."""
    return [word for word in dict.fromkeys(map(normalise, words)) if word]


def draw(everyone: Lexicon, true: str, name: str, size: int) -> list[int]:
    """Which words of everyone a crop's lexicon of `size` words holds: its own true word, which must be one of
    everyone's, and others drawn by a generator seeded with the crop's name. ValueError for more than there
    are.
    """
    own = everyone.find(true)
    if own is None:
        raise ValueError(f"{true!r} is not among the words")
    rng = np.random.default_rng(crc32(PurePath(name).name.encode()))
    drawn = rng.choice(len(everyone), min(size, len(everyone)), replace=False)
    return [own, *map(int, drawn[drawn != own][: size - 1])]


class WordLexicons:
    """Reads crops with every lexicon that is at hand.

    words: all that will be read. Lexicons that the data set gives for a word are used for it. generic: a
    large list: with it come the set's own words ("full"), the list ("generic", strict, so that a word that
    is not in it is lost), and lexicons of 50 and 1,000 words drawn from both, where the set gives none.
    """

    def __init__(self, charset: Charset, words: Sequence[WordCrop], generic: Sequence[str]) -> None:
        self._decoder = Decoder(charset)
        given = {column for word in words for column, _ in word.lexicons}
        self._shared: dict[str, Lexicon] = {}
        self._everyone: Lexicon | None = None
        self._drawn: tuple[tuple[str, int], ...] = ()
        truths, large = normalised([word.text for word in words]), normalised(generic)
        if truths and large:
            self._everyone = Lexicon(normalised([*sorted(truths), *large]), charset)
            self._shared = {FULL: Lexicon(truths, charset), GENERIC: Lexicon(large, charset)}
            self._drawn = tuple((column, size) for column, size in DRAWN if column not in given)
        listed = (
            *sorted(given, key=lambda column: (column != "50", column)),
            *dict(self._drawn),
            *self._shared,
        )
        self.columns = listed

    def read(
        self, words: Sequence[WordCrop], said: Sequence[Probabilities]
    ) -> Iterator[tuple[str, list[str | None]]]:
        """For every column, the text of each word; None where the column has no lexicon for it."""
        free = self._decoder.decode(said)
        for column in self.columns:
            if column in self._shared:
                found = apply_lexicon(said, free, self._shared[column], STRICT)
                yield column, [transcript.text for transcript in found]
            else:
                pairs = zip(words, said, free, strict=True)
                yield column, [self._own(column, *pair) for pair in pairs]

    def _own(self, column: str, word: WordCrop, said: Probabilities, free: Transcript) -> str | None:
        given = normalised(dict(word.lexicons).get(column, ()))
        if given:
            lexicon = Lexicon(given, self._decoder.charset)
            return apply_lexicon([said], [free], lexicon, STRICT)[0].text
        size = dict(self._drawn).get(column)
        if self._everyone is None or size is None or not normalise(word.text):
            return None
        among = draw(self._everyone, normalise(word.text), word.name, size)
        best, _ = self._everyone.best(self._everyone.merge_cases(said), np.array(among))
        return self._everyone.keys[best[0]] if len(best) else ""
