"""What a lexicon makes of a crop: always a word of it (strict), or one only where the crop says so (prefer).

Source: arXiv 1507.05717, section 2.3.3, is `strict` with candidates within delta edits; `prefer` is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recognizer.alignment import aligned_transcript
from recognizer.base import Alternative, LexiconMatch, Transcript
from recognizer.ctc import Probabilities
from recognizer.edit_distance import edit_distances
from recognizer.lexicon import DELTA, Lexicon, Neighbours
from recognizer.lexicon_scoring import pack, word_log_probabilities

Mode = Literal["strict", "prefer"]


@dataclass(frozen=True, slots=True)
class LexiconRule:
    """How a lexicon is used.

    delta: candidates are this many edits from the lexicon-free text.
    whole_up_to: in strict mode, a lexicon of so few words is compared as a whole.
    margin: in prefer mode, how many nats of ln p(l | y) a word may lie below the lexicon-free text, for each
        edit between them, and still replace it; no more edits count than a third of the text's letters but
        one, for short texts have a neighbour in any list.
    own_spelling: the text is the word as the list spells it; otherwise in the case that the crop shows.
    ValueError for negative numbers.
    """

    mode: Mode = "prefer"
    delta: int = DELTA
    whole_up_to: int = 2000
    margin: float = 3.0
    own_spelling: bool = False

    def __post_init__(self) -> None:
        if self.mode not in ("strict", "prefer"):
            raise ValueError(f"lexicon mode must be 'strict' or 'prefer', got {self.mode!r}")
        if self.delta < 0 or self.margin < 0:
            raise ValueError(f"delta and margin must not be negative, got {self.delta} and {self.margin}")


def apply_lexicon(
    crops: Sequence[Probabilities],
    free: Sequence[Transcript],
    lexicon: Lexicon,
    rule: LexiconRule,
    n_best: int = 0,
) -> list[Transcript]:
    """What each crop says with the lexicon; crops: N times (T, C); free: what it says without, one a crop.

    n_best: in strict mode, so many best words of the lexicon become the transcript's alternatives.
    """
    if rule.mode == "strict":
        return _strict(crops, free, lexicon, rule, n_best)
    cores = [_core(transcript.text) for transcript in free]
    asked = [i for i, (a, b) in enumerate(cores) if _is_a_word(free[i].text[a:b])]
    near = lexicon.near([free[i].text[slice(*cores[i])] for i in asked], rule.delta)
    found = [_outside(transcript) for transcript in free]
    for i, neighbours in zip(asked, near, strict=True):
        found[i] = _prefer(crops[i], free[i], cores[i], neighbours, lexicon, rule)
    return found


def _strict(
    crops: Sequence[Probabilities],
    free: Sequence[Transcript],
    lexicon: Lexicon,
    rule: LexiconRule,
    n_best: int,
) -> list[Transcript]:
    """The most probable word of the lexicon, whatever stands around it; empty only where none fits in T."""
    everyone = np.arange(len(lexicon))
    small = len(lexicon) <= rule.whole_up_to
    near = [] if small else [n.indices for n in lexicon.near([t.text for t in free], rule.delta)]
    found = []
    for i, (probabilities, transcript) in enumerate(zip(crops, free, strict=True)):
        merged = lexicon.merge_cases(probabilities)
        words, scores = lexicon.best(merged, everyone if small else near[i], max(1, n_best))
        if not len(words) and not small:  # nobody within delta
            nearest = lexicon.nearest(transcript.text).indices
            words, scores = lexicon.best(merged, nearest, max(1, n_best))
        if not len(words):
            found.append(replace(_outside(transcript), text="", score=0.0, chars=()))
            continue
        chosen = _said(probabilities, transcript.text, int(words[0]), ("", ""), lexicon, rule)
        chances = np.exp(np.minimum(0.0, scores - lexicon.log_weights[words]))
        listed = zip(words[:n_best], chances, strict=False)
        others = tuple(Alternative(lexicon.words[word], float(chance)) for word, chance in listed)
        found.append(replace(chosen, alternatives=others))
    return found


def _prefer(
    probabilities: Probabilities,
    free: Transcript,
    core: tuple[int, int],
    neighbours: Neighbours,
    lexicon: Lexicon,
    rule: LexiconRule,
) -> Transcript:
    """free, or the neighbour that replaces its core; punctuation around the core stays either way."""
    start, stop = core
    text = free.text[start:stop]
    known = lexicon.find(text)
    if known is not None:
        spelled = free
        if rule.own_spelling and lexicon.words[known] != text:
            spelled = replace(free, text=free.text[:start] + lexicon.words[known] + free.text[stop:])
        return replace(spelled, lexicon=LexiconMatch(lexicon.words[known], 0))
    around = (free.text[:start], free.text[stop:])
    merged = lexicon.merge_cases(probabilities)
    # The margin, not the best probability, opens the door: so far below the free text may a word lie.
    edits = np.minimum(neighbours.distances, (len(text) - 1) / 3)
    doors = _log_probabilities(merged, [free.text], lexicon) - rule.margin * edits
    hopeful = lexicon.log_bounds(merged, neighbours.indices) >= doors
    words, doors = neighbours.indices[hopeful], doors[hopeful]
    scores = _log_probabilities(merged, [around[0] + lexicon.keys[i] + around[1] for i in words], lexicon)
    scores += lexicon.log_weights[words]
    scores[scores < doors] = -np.inf
    if not np.isfinite(scores).any():
        return _outside(free)
    return _said(probabilities, free.text, int(words[scores.argmax()]), around, lexicon, rule)


def _log_probabilities(merged: Probabilities, texts: list[str], lexicon: Lexicon) -> NDArray[np.float64]:
    return word_log_probabilities(merged, pack([lexicon.charset.encode(lexicon.key(t)) for t in texts]))


def _said(
    probabilities: Probabilities,
    free_text: str,
    word: int,
    around: tuple[str, str],
    lexicon: Lexicon,
    rule: LexiconRule,
) -> Transcript:
    """The transcript that says word, with what stands around it, in the case that is most probable."""
    spelling, core = lexicon.words[word], free_text[len(around[0]) : len(free_text) - len(around[1])]
    cases = [lexicon.keys[word], spelling, spelling.upper(), spelling.capitalize(), core]
    same = dict.fromkeys(
        case
        for case in cases
        if lexicon.key(case) == lexicon.keys[word] and lexicon.charset.covers(around[0] + case + around[1])
    )
    texts = [around[0] + case + around[1] for case in same]
    scores = word_log_probabilities(probabilities, pack([lexicon.charset.encode(text) for text in texts]))
    said = aligned_transcript(probabilities, texts[int(scores.argmax())], lexicon.charset)
    if rule.own_spelling:
        said = replace(said, text=around[0] + spelling + around[1])
    distance = int(edit_distances([lexicon.key(core)], [lexicon.keys[word]])[0, 0])
    return replace(said, lexicon=LexiconMatch(spelling, distance))


def _outside(free: Transcript) -> Transcript:
    return replace(free, lexicon=LexiconMatch(None, None))


def _core(text: str) -> tuple[int, int]:
    """Where text begins and ends without the punctuation around it: "(Ford)," -> "Ford"."""
    inside = [i for i, char in enumerate(text) if char.isalnum()]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _is_a_word(core: str) -> bool:
    """False for numbers, prices and codes: as many digits as letters, or more. They are never replaced."""
    return 2 * sum(char.isdigit() for char in core) < len(core)
