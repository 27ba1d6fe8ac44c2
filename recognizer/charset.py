"""Characters <-> class indices. Class 0 is the CTC blank; character i of the charset is class i + 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

BLANK = 0
ALPHANUMERIC_36 = "0123456789abcdefghijklmnopqrstuvwxyz"  # the paper's 36 (arXiv 1507.05717, section 3.1)
ASCII_94 = "".join(chr(code) for code in range(33, 127))  # every printable ASCII character but the space
SPACE = " "  # never part of a word's text: it tells a box that holds several words


@dataclass(frozen=True)
class Charset:
    """An ordered set of characters. Raises ValueError if one occurs twice or is not a single code point."""

    characters: str
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {char: i for i, char in enumerate(self.characters, start=1)}
        if len(index) != len(self.characters):
            raise ValueError("a charset cannot hold a character twice")
        object.__setattr__(self, "_index", index)

    @property
    def classes(self) -> int:
        """C: the characters and the blank."""
        return len(self.characters) + 1

    def encode(self, text: str) -> list[int]:
        """Class indices of text, 1..C-1. Raises ValueError naming every character outside the charset."""
        strange = sorted(set(text) - self._index.keys())
        if strange:
            raise ValueError(f"characters outside the charset: {' '.join(map(repr, strange))} in {text!r}")
        return [self._index[char] for char in text]

    def decode(self, classes: Iterable[int]) -> str:
        """Text of class indices 1..C-1. Raises ValueError for a blank or an index out of range."""
        indices = list(classes)
        if any(not 0 < i < self.classes for i in indices):
            raise ValueError(f"class indices must be 1..{self.classes - 1}, got {indices}")
        return "".join(self.characters[i - 1] for i in indices)

    def covers(self, text: str) -> bool:
        """Whether every character of text is in the charset."""
        return self._index.keys() >= set(text)


CHARSETS: dict[str, str] = {"ascii94": ASCII_94, "ascii95": ASCII_94 + SPACE, "alnum36": ALPHANUMERIC_36}


def charset(name: str) -> Charset:
    """The charset of that name; ValueError with the known ones otherwise."""
    if name not in CHARSETS:
        raise ValueError(f"unknown charset {name!r}; known: {', '.join(CHARSETS)}")
    return Charset(CHARSETS[name])
