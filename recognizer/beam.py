"""Prefix beam search: the most probable texts of one crop, with their probabilities.

Unlike the best path, a text's probability sums over its paths (Graves et al. 2006; Hannun et al. 2014,
algorithm 1). With a beam wider than the number of texts the search is exact (tested against all paths).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.char_ngram import END, CharNgram
from recognizer.charset import BLANK
from recognizer.ctc import Probabilities
from recognizer.pattern import DEAD, Automaton

WIDTH = 16
PRIOR_STRENGTH = 0.3


@dataclass(frozen=True, slots=True)
class Labelling:
    """classes: without blanks; log_probability: ln p(classes | y) over the paths that the beam kept."""

    classes: tuple[int, ...]
    log_probability: float


@dataclass(frozen=True, slots=True)
class Guide:
    """What else judges a text.

    prior: weighed `strength` times against the crop, plus `bonus` nats a character to undo its liking for
        short words. automaton: texts must match it.
    """

    prior: CharNgram | None = None
    strength: float = PRIOR_STRENGTH
    bonus: float = 0.5
    automaton: Automaton | None = None


@dataclass(slots=True, eq=False)
class _Beams:
    """B prefixes. blank, char: (B,) ln of the paths that end in a blank, in the prefix's last character."""

    prefixes: list[tuple[int, ...]]
    blank: NDArray[np.float64]
    char: NDArray[np.float64]
    prior: NDArray[np.float64]  # (B,) what the prior adds when prefixes are ranked
    states: NDArray[np.intp]  # (B,) of the automaton; zeros without one


def beam_search(
    probabilities: Probabilities, width: int = WIDTH, guide: Guide | None = None
) -> list[Labelling]:
    """At most width texts of one crop, best first; probabilities: (T, C), 0..1.

    With a guide they are ranked by it too, but log_probability stays the crop's alone. None are left only
    where the guide's automaton refuses all. ValueError unless width is positive.
    """
    if width < 1:
        raise ValueError(f"beam width must be positive, got {width}")
    guide = guide or Guide()
    start = np.zeros(1)
    beams = _Beams([()], start, np.full(1, -np.inf), start, np.zeros(1, np.intp))
    with np.errstate(divide="ignore"):
        logs = np.log(probabilities.astype(np.float64))
    for frame, row in enumerate(logs, start=1):
        beams = _advance(beams, row, width, guide, len(logs) - frame)
    return _ranked(beams, guide)


def _advance(beams: _Beams, row: NDArray[np.float64], width: int, guide: Guide, left: int) -> _Beams:
    """One frame more; row: (C,) ln probabilities; left: frames after it."""
    last = np.array([prefix[-1] if prefix else BLANK for prefix in beams.prefixes], np.intp)
    total = np.logaddexp(beams.blank, beams.char)
    blank = total + row[BLANK]
    char = beams.char + row[last]
    grown = total[:, None] + row  # (B, C)
    grown[np.arange(len(last)), last] = beams.blank + row[last]  # the same character again needs a blank
    grown[:, BLANK] = -np.inf
    states = _allow(beams, grown, guide, left)
    _merge(beams.prefixes, last, char, grown)
    prior = beams.prior[:, None] + _prior_steps(beams, guide, row.shape[0])
    stay = np.logaddexp(blank, char) + beams.prior
    if guide.automaton is not None:
        stay[guide.automaton.remaining[beams.states] > left] = -np.inf  # cannot be finished in time
    pool = np.concatenate([stay, (grown + prior).ravel()])
    chosen = np.argpartition(-pool, min(width, len(pool) - 1))[:width]
    chosen = chosen[np.isfinite(pool[chosen])]
    chosen = chosen[np.lexsort((chosen, -pool[chosen]))]
    kept, (parents, classes) = chosen[chosen < len(last)], _cell(chosen, len(last), row.shape[0])
    return _Beams(
        [beams.prefixes[i] for i in kept]
        + [(*beams.prefixes[i], int(c)) for i, c in zip(parents, classes, strict=True)],
        np.concatenate([blank[kept], np.full(len(parents), -np.inf)]),
        np.concatenate([char[kept], grown[parents, classes]]),
        np.concatenate([beams.prior[kept], prior[parents, classes]]),
        np.concatenate([beams.states[kept], states[parents, classes]]),
    )


def _cell(chosen: NDArray[np.intp], beams: int, classes: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column in the (B, C) table of those chosen from beyond the first B."""
    row, column = np.divmod(chosen[chosen >= beams] - beams, classes)
    return row, column


def _allow(beams: _Beams, grown: NDArray[np.float64], guide: Guide, left: int) -> NDArray[np.intp]:
    """Strike out what the automaton forbids, or cannot finish in the frames left; the states it leads to."""
    if guide.automaton is None:
        return np.zeros(grown.shape, np.intp)
    states = guide.automaton.next[beams.states]  # (B, C)
    grown[(states == DEAD) | (guide.automaton.remaining[states] > left)] = -np.inf
    return states


def _merge(
    prefixes: list[tuple[int, ...]],
    last: NDArray[np.intp],
    char: NDArray[np.float64],
    grown: NDArray[np.float64],
) -> None:
    """A prefix that grows into another beam's prefix adds to that beam instead of making a second one."""
    places = {prefix: i for i, prefix in enumerate(prefixes)}
    for child, prefix in enumerate(prefixes):
        parent = places.get(prefix[:-1]) if prefix else None
        if parent is not None:
            char[child] = np.logaddexp(char[child], grown[parent, last[child]])
            grown[parent, last[child]] = -np.inf


def _prior_steps(beams: _Beams, guide: Guide, classes: int) -> NDArray[np.float64]:
    """What each character would add to each prefix's prior, (B, C)."""
    if guide.prior is None:
        return np.zeros((len(beams.prefixes), classes))
    rows = np.stack([guide.prior.log_next(prefix) for prefix in beams.prefixes])
    return np.asarray(guide.strength * rows + guide.bonus)


def _ranked(beams: _Beams, guide: Guide) -> list[Labelling]:
    """The finished texts, best first."""
    logs = np.logaddexp(beams.blank, beams.char)
    rank = logs + beams.prior
    if guide.prior is not None:
        rank += guide.strength * np.array([guide.prior.log_next(p)[END] for p in beams.prefixes])
    if guide.automaton is not None:
        rank[guide.automaton.remaining[beams.states] > 0] = -np.inf
    order = [int(i) for i in np.argsort(-rank, kind="stable") if np.isfinite(rank[i])]
    return [Labelling(beams.prefixes[i], float(logs[i])) for i in order]
