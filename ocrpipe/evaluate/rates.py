"""Counts as rates, and how they differ with the height of words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from detectors.metrics import Matching

HEIGHTS = (12, 20, 40)  # pixels, where one class of word heights ends and the next begins
HEIGHT_NAMES = ("below 12", "12 to 20", "20 to 40", "40 or more")


@dataclass(frozen=True, slots=True)
class Rates:
    """A `Matching` with what follows from it: shares, 0..1."""

    matched: int
    detected: int
    true: int
    precision: float
    recall: float
    hmean: float

    @classmethod
    def of(cls, counts: Matching) -> Rates:
        """The rates of counts."""
        shares = (counts.precision, counts.recall, counts.hmean)
        return cls(counts.matched, counts.detected, counts.true, *shares)


@dataclass(frozen=True, slots=True)
class Measured:
    """Something in a photo that counts: its height in pixels, and whether it was found, or is right."""

    height: float
    good: bool


@dataclass(frozen=True, slots=True)
class HeightRow:
    """Words of one class of heights. true words of these heights, and those that were found; detected boxes
    of these heights, and those that are right.
    """

    heights: str
    true: int
    found: int
    detected: int
    right: int

    @property
    def recall(self) -> float:
        """Share of the words that were found; 0 where there are none."""
        return self.found / self.true if self.true else 0.0

    @property
    def precision(self) -> float:
        """Share of the boxes that are right; 0 where there are none."""
        return self.right / self.detected if self.detected else 0.0


def by_height(true: Iterable[Measured], detected: Iterable[Measured]) -> tuple[HeightRow, ...]:
    """A row for each class of heights, from small to large."""
    counts = [[0, 0, 0, 0] for _ in HEIGHT_NAMES]
    for column, things in ((0, true), (2, detected)):
        for thing in things:
            row = counts[bisect_right(HEIGHTS, thing.height)]
            row[column] += 1
            row[column + 1] += thing.good
    return tuple(HeightRow(name, *row) for name, row in zip(HEIGHT_NAMES, counts, strict=True))
