"""How logits become text: which characters may be read, by which search, held to which lexicon or pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recognizer.alignment import aligned_transcript
from recognizer.base import Alternative, Transcript
from recognizer.beam import PRIOR_STRENGTH, WIDTH, Guide, beam_search
from recognizer.char_ngram import CharNgram
from recognizer.charset import BLANK, SPACE, Charset
from recognizer.ctc import Probabilities, greedy_decode
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule, apply_lexicon
from recognizer.pattern import compile_pattern

_FORBIDDEN = np.float32(-1e9)  # a logit that no temperature brings back


@dataclass(frozen=True, slots=True)
class Decoding:
    """What is wanted of a decoder. The default is greedy decoding, free of everything.

    n_best: so many alternatives. allow: only these characters (None: all); deny: none of these.
    pattern: the whole text must match it (see `pattern.py`); needs and therefore implies the beam.
    prior: weighs texts in the beam by how word-like they are, `prior_strength` times.
    ValueError for numbers that make no sense, for a prior without a beam, and for a lexicon with a pattern.
    """

    decoder: Literal["greedy", "beam"] = "greedy"
    beam_width: int = WIDTH
    n_best: int = 0
    allow: str | None = None
    deny: str = ""
    pattern: str | None = None
    lexicon: Lexicon | None = None
    rule: LexiconRule = field(default_factory=LexiconRule)
    prior: CharNgram | None = None
    prior_strength: float = PRIOR_STRENGTH

    def __post_init__(self) -> None:
        if self.decoder not in ("greedy", "beam"):
            raise ValueError(f"decoder must be 'greedy' or 'beam', got {self.decoder!r}")
        if self.beam_width < 1 or self.n_best < 0:
            raise ValueError(
                f"beam width must be positive and n_best 0 or more, got {self.beam_width} and {self.n_best}"
            )
        if self.prior is not None and self.decoder == "greedy":
            raise ValueError("a prior weighs whole texts; it needs decoder 'beam'")
        if self.lexicon is not None and self.pattern is not None:
            raise ValueError("a lexicon and a pattern cannot both decide the text; use one of them")


class Decoder:
    """Decodes crops of a charset as a Decoding wants it. ValueError for characters, or a pattern, that the
    charset cannot say, and for a lexicon made for another charset.
    """

    def __init__(self, charset: Charset, wanted: Decoding | None = None) -> None:
        self.charset, self.wanted = charset, wanted or Decoding()
        lexicon = self.wanted.lexicon
        if lexicon is not None and lexicon.charset != charset:
            raise ValueError("the lexicon was made for another charset")
        self.permitted = _permitted(charset, self.wanted.allow, self.wanted.deny)
        automaton = None
        if self.wanted.pattern is not None:
            automaton = compile_pattern(self.wanted.pattern, charset, self.permitted)
        self.guide = Guide(self.wanted.prior, self.wanted.prior_strength, automaton=automaton)
        self.searches = self.wanted.decoder == "beam" or automaton is not None

    def mask(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (..., C) in which a forbidden character can never win: its frame's next best one does."""
        if self.permitted.all():
            return logits
        return np.where(self.permitted, logits, _FORBIDDEN)

    def decode(self, crops: Sequence[Probabilities]) -> list[Transcript]:
        """A transcript a crop; crops: N times (T, C), 0..1, of masked logits."""
        free = [self._free(probabilities) for probabilities in crops]
        wanted = self.wanted
        if wanted.lexicon is None:
            return free
        held = apply_lexicon(crops, free, wanted.lexicon, wanted.rule, wanted.n_best)
        return [
            h if h.alternatives else replace(h, alternatives=f.alternatives)
            for h, f in zip(held, free, strict=True)
        ]

    def _free(self, probabilities: Probabilities) -> Transcript:
        """Without the lexicon. A text that no beam finished (a pattern too long for the crop) is empty."""
        greedy = None if self.searches else greedy_decode(probabilities, self.charset)
        if greedy is not None and (not self.wanted.n_best or self._lexicon_lists_alternatives()):
            return greedy
        width = max(self.wanted.beam_width, self.wanted.n_best)
        found = beam_search(probabilities, width, self.guide)
        texts = [self.charset.decode(labelling.classes) for labelling in found]
        best = greedy or (
            aligned_transcript(probabilities, texts[0], self.charset)
            if texts
            else Transcript("", 0.0, frames=len(probabilities))
        )
        chances = [min(1.0, float(np.exp(labelling.log_probability))) for labelling in found]
        others = tuple(map(Alternative, texts[: self.wanted.n_best], chances))
        return replace(best, alternatives=others)

    def _lexicon_lists_alternatives(self) -> bool:
        return self.wanted.lexicon is not None and self.wanted.rule.mode == "strict"


def _permitted(charset: Charset, allow: str | None, deny: str) -> NDArray[np.bool_]:
    """(C,) which classes may be read; the blank always."""
    permitted = np.full(charset.classes, allow is None)
    permitted[charset.encode(allow or "")] = True
    permitted[charset.encode(deny)] = False
    permitted[BLANK] = True
    if SPACE in charset.characters:
        permitted[charset.encode(SPACE)] = False  # a word has none
    if permitted.sum() == 1:
        raise ValueError("no character may be read: allow leaves none, or deny takes all")
    return permitted
