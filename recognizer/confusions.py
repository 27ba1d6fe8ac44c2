"""Which characters are taken for which: the edits that turn a true text into what was read, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True, slots=True)
class Confusion:
    """A character that was read for another, `count` times. true is "" where one was read that is not there,
    read is "" where one was overlooked.
    """

    true: str
    read: str
    count: int


def edits(read: str, true: str) -> list[tuple[str, str]]:
    """The fewest single-character edits from true to read, as (true, read), left to right; "" for nothing.

    Of several alignments with as few edits it is one, the same for the same texts.
    """
    found = []
    for step in Levenshtein.editops(true, read):
        gone = "" if step.tag == "insert" else true[step.src_pos]
        come = "" if step.tag == "delete" else read[step.dest_pos]
        found.append((gone, come))
    return found


def count_confusions(pairs: Iterable[tuple[str, str]]) -> list[Confusion]:
    """Every confusion in pairs (read, true), the most frequent first, then in the order of characters."""
    counts = Counter(edit for read, true in pairs for edit in edits(read, true))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Confusion(true, read, count) for (true, read), count in ordered]
