"""When a text counts as read: cases worked by hand from what ICDAR's script does."""

from __future__ import annotations

import pytest

from ocrpipe.evaluate.text_rules import RULES, dictionary_form, forgiving_match

BY_NAME = {rule.name: rule for rule in RULES}


@pytest.mark.parametrize(
    ("read", "true", "right"),
    [
        ("ford", "FORD", True),
        ("SALE", "SALE!", True),
        ("sale", "(SALE)", True),
        ("SALE)", "(SALE)", True),
        ("SALE", "SALE!!", False),  # only one character is forgiven
        ("SALE!", "SALE", False),  # and only what the truth has too much
        ("SALE", "-SALE", False),  # a hyphen is none of them
        ("ST", "S.T", False),
        ("", "!", True),
    ],
)
def test_end_to_end_forgives_one_special_character_at_either_end(read: str, true: str, right: bool) -> None:
    assert forgiving_match(read, true) is right


@pytest.mark.parametrize(
    ("true", "form"),
    [
        ("Ford", "Ford"),
        ("Ford's", "Ford"),
        ("-so-called-", "so-called"),
        ("'CAFÉ!'", "CAFÉ"),
        ("of", None),
        ("A's", None),
        ("24H", None),
        ("up/down", None),
        ("2×4", None),
        ("a×b", None),
        ("***", None),
    ],
)
def test_word_spotting_looks_for_dictionary_words_only(true: str, form: str | None) -> None:
    assert dictionary_form(true) == form


@pytest.mark.parametrize(
    ("rule", "true", "counts"),
    [
        ("words", "!", False),
        ("words", "7", True),
        ("words, 3 characters or more", "A.B.", False),
        ("words, 3 characters or more", "24H", True),
        ("ICDAR end to end", "!", True),
        ("ICDAR end to end", "", False),
        ("ICDAR end to end, 3 characters or more", "of", False),
        ("ICDAR word spotting", "of", False),
        ("ICDAR word spotting", "Ford's", True),
    ],
)
def test_each_rule_says_which_truths_count(rule: str, true: str, counts: bool) -> None:
    assert BY_NAME[rule].counts(true) is counts


@pytest.mark.parametrize(
    ("rule", "read", "true", "right"),
    [
        ("words", "its", "It's!", True),
        ("ICDAR end to end", "its", "It's!", False),
        ("ICDAR word spotting", "FORD", "Ford's", True),
        ("ICDAR word spotting", "Ford's", "Ford's", False),
    ],
)
def test_rules_differ_in_what_is_right(rule: str, read: str, true: str, right: bool) -> None:
    assert BY_NAME[rule].is_right(read, true) is right
