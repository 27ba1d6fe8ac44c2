"""When a text counts as read: our rule, and those of ICDAR's end-to-end and word-spotting tasks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from recognizer.metrics import normalise

_SPECIAL = "!?.:,*\"()·[]/'"  # what ICDAR's script forgives at a word's ends
_SEPARATORS = str.maketrans(dict.fromkeys("'!?.:,*\"()·[]/", " "))
_DICTIONARY_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ƿǄ-ɿΆ-Ͽ-]{3,}")


@dataclass(frozen=True, slots=True)
class TextRule:
    """counts: whether a true text counts at all; where not, its word is an ignore region. is_right: whether
    (read, true) agree; asked only of truths that count.
    """

    name: str
    counts: Callable[[str], bool]
    is_right: Callable[[str, str], bool]


def _has_alphanumeric(true: str) -> bool:
    return bool(normalise(true))


def _same_alphanumeric(read: str, true: str) -> bool:
    return normalise(read) == normalise(true)


def _has_three(true: str) -> bool:
    return len(normalise(true)) >= 3


def forgiving_match(read: str, true: str) -> bool:
    """ICDAR 2015's end-to-end match: equal but for case, and for one special character at either end that
    the truth has and the reading has not.
    """
    read, true = read.upper(), true.upper()
    starts = [true] + [true[1:]] * (true[:1] in _SPECIAL)
    ends = starts + [start[:-1] for start in starts if true[-1:] in _SPECIAL]
    return read in ends


def dictionary_form(true: str) -> str | None:
    """What a truth is compared as in word spotting, None for one that is no dictionary word: less than three
    letters, or anything but letters and hyphens once a final 's, hyphens and special characters at its ends
    are gone.
    """
    stem = true[:-2] if true[-2:] in ("'s", "'S") else true
    stem = stem.strip("-").translate(_SEPARATORS).strip()
    return stem if _DICTIONARY_WORD.fullmatch(stem) else None


def _is_dictionary_word(true: str) -> bool:
    return dictionary_form(true) is not None


def _spotted(read: str, true: str) -> bool:
    return read.upper() == (dictionary_form(true) or "").upper()


OURS = TextRule("words", _has_alphanumeric, _same_alphanumeric)
RULES: tuple[TextRule, ...] = (
    OURS,
    TextRule("words, 3 characters or more", _has_three, _same_alphanumeric),
    TextRule("ICDAR end to end", bool, forgiving_match),
    TextRule("ICDAR end to end, 3 characters or more", _has_three, forgiving_match),
    TextRule("ICDAR word spotting", _is_dictionary_word, _spotted),
)
