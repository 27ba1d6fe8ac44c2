"""What a charset makes of a label: some have no capitals, and labels may hold characters they cannot say."""

from __future__ import annotations

from collections.abc import Iterable

from ocrpipe import console
from ocrpipe.errors import LabelError
from recognizer.charset import SPACE, Charset

SHOWN = 8  # of the characters that a warning names


def has_capitals(charset: Charset) -> bool:
    """Whether a capital and its small letter are two classes; the paper's 36 characters have one for both."""
    return any(char.isupper() for char in charset.characters)


def spelled(text: str, charset: Charset) -> str | None:
    """text as charset says it, in small letters where it has no capitals; None where it cannot."""
    folded = text if has_capitals(charset) else text.lower()
    return folded if folded and charset.covers(folded) else None


def rendered_characters(charset: Charset) -> str:
    """What words may be drawn of: everything that charset can spell but spaces, so capitals even where it has
    none.
    """
    capitals = "" if has_capitals(charset) else "".join(c.upper() for c in charset.characters if c.isalpha())
    return charset.characters.replace(SPACE, "") + capitals


def usable(texts: Iterable[str], charset: Charset, name: str) -> list[int]:
    """The places of those texts that charset can spell; the others are counted in one warning.

    LabelError where none is left. name: of the data set, for both.
    """
    given = list(texts)
    kept = [i for i, text in enumerate(given) if spelled(text, charset) is not None]
    strange = sorted({c for text in given for c in text if spelled(c, charset) is None})
    shown = " ".join(map(repr, strange[:SHOWN])) + (" ..." if len(strange) > SHOWN else "")
    if not given:
        raise LabelError(f"{name}: no word in there has a text; add labelled words, or leave it out")
    if not kept:
        raise LabelError(f"{name}: none of {len(given)} labels fits the charset; it lacks {shown}")
    if len(kept) < len(given):
        count = len(given) - len(kept)
        console.warning(f"{name}: {count} of {len(given)} labels are left out, for the charset lacks {shown}")
    return kept
