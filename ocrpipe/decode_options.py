"""What a user asks of decoding, in words and files, and the recogniser's terms for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from recognizer.charset import Charset
    from recognizer.decoding import Decoding

N_BEST_IN_FULL = 5  # alternatives that detail "full" means, unless a number is asked for


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """See `recognizer.decoding.Decoding`; None and the defaults mean greedy decoding, free of everything.

    lexicon: a word list (`ocrpipe.lexicons`). prior: a word list whose spelling is preferred, by
    `prior_strength`; it needs and therefore implies the beam. detail: what is told of each word besides its
    text: "char" its characters, "full" these and its alternatives. looks: 2 reads unsure words again
    (`ocrpipe.second_look`), which the pipeline does, not the recogniser; None leaves it to what is read.
    """

    lexicon: Path | None = None
    lexicon_mode: Literal["strict", "prefer"] = "prefer"
    decoder: Literal["greedy", "beam"] = "greedy"
    n_best: int | None = None
    allow: str | None = None
    deny: str = ""
    pattern: str | None = None
    detail: Literal["word", "char", "full"] = "word"
    prior: Path | None = None
    prior_strength: float = 0.3
    looks: int | None = None

    @property
    def chars(self) -> bool:
        """Whether characters are wanted."""
        return self.detail != "word"

    def decoding(self, charset: Charset) -> Decoding:
        """The same in the recogniser's terms; reads the lexicon. ValueError for what makes no sense,
        LexiconError for a list that cannot be used.
        """
        from recognizer.char_ngram import CharNgram
        from recognizer.decoding import Decoding
        from recognizer.lexicon_decoding import LexiconRule

        lexicon = prior = None
        if self.lexicon is not None:
            from ocrpipe.lexicons import load_lexicon

            lexicon = load_lexicon(self.lexicon, charset)
        if self.prior is not None:
            from ocrpipe.lexicons import read_words

            prior = CharNgram.train(read_words(self.prior), charset)
        n_best = self.n_best
        if n_best is None:
            n_best = N_BEST_IN_FULL if self.detail == "full" else 0
        return Decoding(
            decoder=self.decoder if prior is None else "beam",
            n_best=n_best,
            allow=self.allow,
            deny=self.deny,
            pattern=self.pattern,
            lexicon=lexicon,
            rule=LexiconRule(self.lexicon_mode),
            prior=prior,
            prior_strength=self.prior_strength,
        )
