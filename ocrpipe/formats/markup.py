"""Text inside XML: escaped, and without the characters that XML 1.0 has no place for, escaped or not."""

from __future__ import annotations

import re

# Everything outside XML 1.0's production 2, "Char": control characters, lone surrogates, U+FFFE and U+FFFF.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def escaped(text: str) -> str:
    """text for an element or a double-quoted attribute; U+FFFD for what XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text).translate(_ENTITIES)


def attributes(**values: object) -> str:
    """` NAME="value"` for each, in order; a trailing _ keeps Python's keywords apart; None is left out."""
    given = {name.removesuffix("_"): value for name, value in values.items() if value is not None}
    return "".join(f' {name}="{escaped(str(value))}"' for name, value in given.items())
