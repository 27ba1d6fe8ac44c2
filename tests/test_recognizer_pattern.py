"""Patterns: the automaton agrees with the standard library, and knows what can still come."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest

from recognizer.charset import Charset, charset
from recognizer.pattern import DEAD, compile_pattern

SMALL = Charset("ab1-")
TEXTS = ["".join(chars) for n in range(6) for chars in product(SMALL.characters, repeat=n)]


@pytest.mark.parametrize(
    "pattern",
    [
        "a", "ab|b1", "(a|b)*1", "a?b+", "[ab]{2}", "[^a]{1,3}", r"\d+(-\d)?", "a{2,}", r"\w\W", ".*1.*",
        "(a*b)*", "^a.b$", "(?:ab|a)(b|)", r"[a\-]+", "[1-]a", "(|a)b{0}", r"\D{3}", r"[\da]*",
        "((a|b)(1|-)){2}",
    ],
)  # fmt: skip
def test_a_pattern_accepts_what_the_standard_library_matches_in_full(pattern: str) -> None:
    automaton = compile_pattern(pattern, SMALL)
    for text in TEXTS:
        assert automaton.accepts(SMALL.encode(text)) == bool(re.fullmatch(pattern, text)), text


@pytest.mark.parametrize("pattern", ["(a|b)*1", "a{2,4}b", r"\d-\d|ab?", "(ab1)+"])
def test_every_state_knows_how_few_characters_finish_it_and_none_is_a_dead_end(pattern: str) -> None:
    automaton = compile_pattern(pattern, SMALL)
    for prefix in (text for text in TEXTS if len(text) <= 2):
        state = 0
        for c in SMALL.encode(prefix):
            state = int(automaton.next[state, c]) if state != DEAD else DEAD
        ends = [len(t) - len(prefix) for t in TEXTS if t.startswith(prefix) and re.fullmatch(pattern, t)]
        if ends:
            assert automaton.remaining[state] == min(ends)
        else:
            assert state == DEAD


def test_dates_on_the_whole_charset() -> None:
    ascii94 = charset("ascii94")
    automaton = compile_pattern(r"\d{2}/\d{2}/(19|20)\d{2}", ascii94)
    assert automaton.accepts(ascii94.encode("21/11/2026"))
    assert not automaton.accepts(ascii94.encode("21/11/1826"))
    assert automaton.remaining[0] == 10


def test_a_pattern_that_permitted_characters_cannot_say_is_refused() -> None:
    permitted = np.array([True, True, False, True, True])
    assert compile_pattern("a|b", SMALL, permitted).accepts([1])
    with pytest.raises(ValueError, match="pattern 'b1' matches no text of the characters permitted here"):
        compile_pattern("b1", SMALL, permitted)
    with pytest.raises(ValueError, match="matches no text"):
        compile_pattern("z", SMALL)


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("(a", r"at 2: a \( without its \)"),
        ("a)", r"at 1: a \) without its \("),
        ("[]", "an empty"),
        ("[a", "it ends too early"),
        ("a\\", "it ends too early"),
        ("*a", r"at 1: '\*' means itself only as \\\*"),
        ("a??", "lazy"),
        ("a{x}", r"expected \{m\}"),
        ("a{3,2}", "repeats must rise"),
        (r"\bA", r"\\b is not understood"),
        ("(?=a)", r"only \(\?:...\) is understood"),
        ("[b-a]", "the range b-a runs backwards"),
        (r"[a-\d]", r"\\d is not understood here"),
        ("(a{900}){900}", "repeats too often"),
        ("(a|b)*a(a|b){14}", "needs more than 1000 states"),
    ],
)
def test_what_is_not_understood_is_refused(pattern: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        compile_pattern(pattern, SMALL)
