"""A regular expression as an automaton over a charset, which tells a decoder what may come next.

What is understood: characters, `.`, classes `[a-z]` `[^x]`, `\\d \\w \\D \\W`, escaped punctuation, `( )`,
`(?: )`, `|`, `?`, `*`, `+`, `{m}`, `{m,}`, `{m,n}`; `^` and `$` at the ends change nothing, for the whole
text must match anyway. `\\d` and `\\w` are those of ASCII. Anything else is refused, never misread.

The standard library's `re` cannot say whether a text may still become a match; hence an automaton of our own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.charset import BLANK, Charset
from recognizer.pattern_parser import Chars, Choice, Node, Repeat, Series, parse

DEAD = -1
_MOST_STATES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """Deterministic; state 0 is the start.

    next:      (Q, C) intp, the state after each class, or -1 where no text can match any more.
    remaining: (Q,) intp, the fewest characters until a match; 0: the text so far matches.
    """

    next: NDArray[np.intp]
    remaining: NDArray[np.intp]

    def accepts(self, classes: list[int]) -> bool:
        """Whether the text of those classes matches."""
        state = 0
        for c in classes:
            state = int(self.next[state, c])
            if state == DEAD:
                return False
        return bool(self.remaining[state] == 0)


def compile_pattern(pattern: str, charset: Charset, permitted: NDArray[np.bool_] | None = None) -> Automaton:
    """The automaton of pattern over charset. permitted: (C,) bool, classes that may be used at all.

    ValueError for a pattern that cannot be understood, that no text can match, or that is too large.
    """
    nfa = _Nfa(charset)
    start, end = nfa.fragment(parse(pattern))
    usable = np.ones(charset.classes, bool) if permitted is None else permitted.copy()
    usable[BLANK] = False
    table, ends = nfa.determinise(start, end, usable, pattern)
    remaining = _steps_to_end(table, ends)
    if remaining[0] < 0:
        raise ValueError(f"pattern {pattern!r} matches no text of the characters permitted here")
    hopeless = np.append(remaining < 0, True)  # the last one stands for DEAD
    return Automaton(np.where(hopeless[table], DEAD, table), remaining)


class _Nfa:
    """Thompson's construction: states with empty moves and moves on sets of classes."""

    def __init__(self, charset: Charset) -> None:
        self.characters = charset.characters
        self.empty: list[list[int]] = []
        self.moves: list[list[tuple[NDArray[np.bool_], int]]] = []

    def state(self) -> int:
        if len(self.empty) >= 20 * _MOST_STATES:
            raise ValueError("the pattern repeats too often")
        self.empty.append([])
        self.moves.append([])
        return len(self.empty) - 1

    def fragment(self, node: Node) -> tuple[int, int]:
        """First and last state of a piece that matches node."""
        match node:
            case Chars(test):
                return self._chars(test)
            case Series(parts):
                start = end = self.state()
                for part in parts:
                    end = self._after(end, part)
                return start, end
            case Choice(parts):
                start, end = self.state(), self.state()
                for part in parts:
                    self.empty[self._after(start, part)].append(end)
                return start, end
            case Repeat(part, least, most):
                return self._repeat(part, least, most)

    def _after(self, state: int, node: Node) -> int:
        start, end = self.fragment(node)
        self.empty[state].append(start)
        return end

    def _chars(self, test: Callable[[str], bool]) -> tuple[int, int]:
        start, end = self.state(), self.state()
        mask = np.array([False, *(test(char) for char in self.characters)])
        self.moves[start].append((mask, end))
        return start, end

    def _repeat(self, part: Node, least: int, most: int | None) -> tuple[int, int]:
        start = end = self.state()
        for _ in range(least):
            end = self._after(end, part)
        if most is None:
            loop = self.state()
            self.empty[end].append(loop)
            self.empty[self._after(loop, part)].append(loop)
            return start, loop
        finish = self.state()
        self.empty[end].append(finish)
        for _ in range(most - least):
            end = self._after(end, part)
            self.empty[end].append(finish)
        return start, finish

    def closure(self, states: frozenset[int]) -> frozenset[int]:
        """states and all that empty moves lead to."""
        seen, waiting = set(states), list(states)
        while waiting:
            for target in self.empty[waiting.pop()]:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return frozenset(seen)

    def determinise(
        self, start: int, end: int, usable: NDArray[np.bool_], pattern: str
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Subset construction: next (Q, C) with -1 for nowhere, and which states (Q,) are matches."""
        first = self.closure(frozenset([start]))
        numbers, waiting, rows = {first: 0}, [first], []
        for subset in waiting:  # grows while it is walked
            moves = [move for state in subset for move in self.moves[state]]
            row = np.full(len(usable), DEAD, np.intp)
            table = np.array([mask & usable for mask, _ in moves]).reshape(len(moves), len(usable))
            for column in np.unique(table, axis=1).T if moves else ():
                if not column.any():
                    continue
                target = self.closure(frozenset(moves[i][1] for i in np.flatnonzero(column)))
                if target not in numbers:
                    numbers[target] = len(numbers)
                    waiting.append(target)
                row[(table == column[:, None]).all(axis=0)] = numbers[target]
            rows.append(row)
            if len(numbers) > _MOST_STATES:
                raise ValueError(f"pattern {pattern!r} needs more than {_MOST_STATES} states")
        return np.stack(rows), np.array([end in subset for subset in waiting])


def _steps_to_end(table: NDArray[np.intp], ends: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Fewest characters from each state to a match, -1 where there is no way."""
    remaining = np.where(ends, 0, DEAD)
    known = np.append(ends, False)  # the last one stands for DEAD
    for steps in range(1, len(table) + 1):
        reached = known[table].any(axis=1) & ~known[:-1]
        if not reached.any():
            break
        remaining[reached] = steps
        known[:-1] |= reached
    return np.asarray(remaining, np.intp)
