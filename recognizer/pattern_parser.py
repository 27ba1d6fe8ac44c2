"""Regular expressions parsed into a small tree; what is understood is told in `pattern.py`."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass

_WORD = frozenset(string.ascii_letters + string.digits + "_")
_DIGITS = frozenset(string.digits)
_CLASSES: dict[str, Callable[[str], bool]] = {
    "d": lambda char: char in _DIGITS,
    "D": lambda char: char not in _DIGITS,
    "w": lambda char: char in _WORD,
    "W": lambda char: char not in _WORD,
}
_MOST_REPEATS = 1000


@dataclass(frozen=True, slots=True)
class Chars:
    """One character for which test holds."""

    test: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Series:
    """Parts one after another; none of them match the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """part, least to most times; most None: without end."""

    part: Node
    least: int
    most: int | None


Node = Chars | Series | Choice | Repeat


def parse(pattern: str) -> Node:
    """The tree of pattern; ValueError says where it cannot be understood."""
    reader = _Reader(pattern.removeprefix("^"))
    tree = reader.choice()
    if reader.rest:
        raise reader.error("a ) without its (")
    return tree


class _Reader:
    """Recursive descent; `rest` is what has not been read."""

    def __init__(self, pattern: str) -> None:
        # An unescaped $ at the very end says what holds anyway.
        backslashes = len(pattern[:-1]) - len(pattern[:-1].rstrip("\\"))
        ends = pattern.endswith("$") and backslashes % 2 == 0
        self.pattern = self.rest = pattern[:-1] if ends else pattern

    def error(self, what: str) -> ValueError:
        """A ValueError with what and the place."""
        return ValueError(f"pattern {self.pattern!r}, at {len(self.pattern) - len(self.rest)}: {what}")

    def take(self) -> str:
        """The next character, gone."""
        if not self.rest:
            raise self.error("it ends too early")
        char, self.rest = self.rest[0], self.rest[1:]
        return char

    def took(self, text: str) -> bool:
        """Whether text came next; it is gone if so."""
        if not self.rest.startswith(text):
            return False
        self.rest = self.rest[len(text) :]
        return True

    def choice(self) -> Node:
        """Series between | signs."""
        parts = [self.series()]
        while self.took("|"):
            parts.append(self.series())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def series(self) -> Node:
        """Repeated atoms up to | or ) or the end."""
        parts = []
        while self.rest and self.rest[0] not in "|)":
            parts.append(self.repeated())
        return Series(tuple(parts))

    def repeated(self) -> Node:
        """An atom and how often."""
        part = self.atom()
        counts = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        if self.rest and self.rest[0] in counts:
            part = Repeat(part, *counts[self.take()])
        elif self.took("{"):
            part = Repeat(part, *self.counts())
        if self.rest and self.rest[0] in "?*+{":
            raise self.error(
                "lazy, possessive and double repeats are not understood; write (...)? for a group"
            )
        return part

    def counts(self) -> tuple[int, int | None]:
        """What stands in braces."""
        inside, closed, rest = self.rest.partition("}")
        low, comma, high = inside.partition(",")
        if not closed or not low.isdecimal() or (high and not high.isdecimal()):
            raise self.error("expected {m}, {m,} or {m,n}; a brace itself is written \\{")
        self.rest = rest
        least, most = int(low), int(high) if high else None if comma else int(low)
        if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
            raise self.error(f"repeats must rise and stay within {_MOST_REPEATS}")
        return least, most

    def atom(self) -> Node:
        """A character, a class or a group."""
        char = self.take()
        if char == "(":
            if self.rest.startswith("?") and not self.took("?:"):
                raise self.error("of (?...) only (?:...) is understood")
            inside = self.choice()
            if not self.took(")"):
                raise self.error("a ( without its )")
            return inside
        if char == "[":
            return Chars(self.char_class())
        if char == ".":
            return Chars(lambda _: True)
        if char == "\\":
            return Chars(self.escape())
        if char in "?*+{}]^$":
            raise self.error(f"{char!r} means itself only as \\{char}")
        return Chars(_one(char))

    def escape(self) -> Callable[[str], bool]:
        """What follows a backslash."""
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char.isalnum():
            raise self.error(f"\\{char} is not understood")
        return _one(char)

    def char_class(self) -> Callable[[str], bool]:
        """What stands between [ and ]."""
        negated = self.took("^")
        tests: list[Callable[[str], bool]] = []
        while not self.rest.startswith("]"):
            tests.append(self.class_item())
        if not tests:
            raise self.error("an empty [class]; ] itself is written \\]")
        self.take()
        return lambda char: any(test(char) for test in tests) != negated

    def class_item(self) -> Callable[[str], bool]:
        """A character, a range or an escape inside a class."""
        if self.rest.startswith("\\") and self.rest[1:2] in _CLASSES:
            self.take()
            return self.escape()
        low = self.literal()
        if not self.rest.startswith("-") or self.rest.startswith("-]"):
            return _one(low)
        self.take()
        high = self.literal()
        if high < low:
            raise self.error(f"the range {low}-{high} runs backwards")
        return lambda char: low <= char <= high

    def literal(self) -> str:
        """A character of a class, escaped or not."""
        char = self.take()
        if char != "\\":
            return char
        char = self.take()
        if char.isalnum():
            raise self.error(f"\\{char} is not understood here")
        return char


def _one(char: str) -> Callable[[str], bool]:
    return lambda c: c == char
