"""How well words were read: word accuracy, CER and 1-NED, with the normalisation spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def normalise(text: str) -> str:
    """The field's protocol: lower case, and nothing but a-z and 0-9 is kept. (Baek et al. 2019, section
    4.1)
    """
    return "".join(c for c in text.lower() if c.isascii() and c.isalnum())


def edit_distance(a: str, b: str) -> int:
    """Fewest single-character insertions, deletions and substitutions that turn a into b. (Levenshtein)"""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1]


@dataclass(frozen=True, slots=True)
class WordScores:
    """Over `words` pairs. accuracy: case-insensitive alphanumeric; strict: the exact string; cer: edit
    distance over true length, both summed, after normalise; one_minus_ned: mean of 1 - distance / longer
    length, after normalise."""

    words: int
    accuracy: float
    strict: float
    cer: float
    one_minus_ned: float


def score_words(predictions: Sequence[str], truths: Sequence[str]) -> WordScores:
    """Scores of predictions against truths, one for one; words whose truth has no letter or digit are left
    out.

    Raises ValueError when the two differ in number. No words give zeros.
    """
    if len(predictions) != len(truths):
        raise ValueError(f"{len(predictions)} predictions for {len(truths)} truths")
    pairs = [(p, t, normalise(p), normalise(t)) for p, t in zip(predictions, truths, strict=True)]
    pairs = [pair for pair in pairs if pair[3]]
    if not pairs:
        return WordScores(0, 0.0, 0.0, 0.0, 0.0)
    count = len(pairs)
    distances = [edit_distance(p, t) for _, _, p, t in pairs]
    return WordScores(
        count,
        sum(p == t for _, _, p, t in pairs) / count,
        sum(p == t for p, t, _, _ in pairs) / count,
        sum(distances) / sum(len(t) for _, _, _, t in pairs),
        sum(1 - d / max(len(p), len(t)) for d, (_, _, p, t) in zip(distances, pairs, strict=True)) / count,
    )
