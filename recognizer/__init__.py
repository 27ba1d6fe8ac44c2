"""Stage 2: reading word crops, (32, w, 3) uint8 RGB, one transcript each. No files, no printing, arrays in
and out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recognizer.base import CROP_HEIGHT, CharSpan, Recognizer, Transcript
from recognizer.charset import Charset, charset

__all__ = [
    "CROP_HEIGHT",
    "RECOGNIZERS",
    "CharSpan",
    "Charset",
    "Recognizer",
    "Transcript",
    "charset",
    "create",
]


def _crnn(**settings: Any) -> Recognizer:
    from recognizer.crnn_recognizer import CRNNRecognizer

    return CRNNRecognizer(**settings)


RECOGNIZERS: dict[str, Callable[..., Recognizer]] = {"crnn": _crnn}


def create(name: str, **settings: Any) -> Recognizer:
    """The recogniser of that name, built with settings; ValueError with the known names otherwise."""
    if name not in RECOGNIZERS:
        raise ValueError(f"unknown recogniser {name!r}; known: {', '.join(RECOGNIZERS)}")
    return RECOGNIZERS[name](**settings)
