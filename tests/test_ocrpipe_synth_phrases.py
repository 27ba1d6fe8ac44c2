"""Phrases: words without spaces, inside the charset, never too long, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synth_world import build

from ocrpipe.errors import LabelError
from ocrpipe.synth.phrases import Phrases, load_phrases
from recognizer.charset import ASCII_94


def test_every_word_fits_the_charset_and_the_length(tmp_path: Path) -> None:
    phrases = load_phrases(build(tmp_path) / "lexicons", ASCII_94)
    rng = np.random.default_rng(0)
    words = [phrases.draw(rng, longest=6) for _ in range(500)]
    assert all(1 <= len(word) <= 6 and set(word) <= set(ASCII_94) for word in words)
    lower = {word.lower() for word in words}
    assert {"open", "ford", "cafe", "london", "bridge", "$4.99"} >= lower & {"open", "ford", "cafe", "$4.99"}
    assert {"open", "ford", "cafe", "$4.99"} <= lower  # accents go, and patterns keep their signs
    assert not any("£" in word for word in words)


def test_the_same_seed_draws_the_same_words() -> None:
    phrases = Phrases({"en_google20k": ("open", "ford")}, ASCII_94)
    first, second = ([phrases.draw(np.random.default_rng(7)) for _ in range(5)] for _ in range(2))
    assert first == second


def test_a_folder_without_lists_says_so(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"no word lists \(\*\.txt\) in it"):
        load_phrases(tmp_path, ASCII_94)


def test_a_charset_without_signs_gets_none() -> None:
    letters = "".join(c for c in ASCII_94 if c.isalnum())
    phrases = Phrases({"en_google20k": ("open", "ford")}, letters)
    rng = np.random.default_rng(0)
    assert all(phrases.draw(rng).isalnum() for _ in range(300))
