"""Strict and prefer: what a lexicon makes of crops whose probabilities are written by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.base import LexiconMatch, Transcript
from recognizer.charset import charset
from recognizer.ctc import greedy_decode, labelling_probability
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule, apply_lexicon

ASCII = charset("ascii94")


def crop(text: str, **rivals: str) -> NDArray[np.float32]:
    """(2 len(text), 95): a blank after each character; its rivals share 0.4 of its frame."""
    rows = np.full((2 * len(text), 95), 1e-6)
    rows[1::2, 0] = 1.0
    for i, char in enumerate(text):
        others = rivals.get(f"at{i}", "")
        rows[2 * i, ASCII.encode(char)] = 0.6 if others else 1.0
        rows[2 * i, ASCII.encode(others)] = 0.4 / max(1, len(others))
    return np.asarray(rows / rows.sum(axis=1, keepdims=True), np.float32)


def read(
    picture: NDArray[np.float32],
    words: list[str],
    n_best: int = 0,
    weights: list[float] | None = None,
    **rule: object,
) -> Transcript:
    settings = LexiconRule(**rule)  # type: ignore[arg-type]  # each test names fields of LexiconRule
    free = greedy_decode(picture, ASCII)
    return apply_lexicon([picture], [free], Lexicon(words, ASCII, weights), settings, n_best)[0]


@pytest.mark.parametrize("whole_up_to", [0, 2000])
def test_strict_gives_the_most_probable_word_of_the_lexicon(whole_up_to: int) -> None:
    picture = crop("FQRD", at1="OE")
    found = read(picture, ["fern", "ford", "sword"], mode="strict", whole_up_to=whole_up_to)
    assert (found.text, found.lexicon) == ("FORD", LexiconMatch("ford", 1))
    assert [(s.char, s.first) for s in found.chars] == [("F", 0), ("O", 2), ("R", 4), ("D", 6)]
    assert found.score == pytest.approx(0.2**0.25, abs=1e-3)  # O has half of 0.4


def test_strict_widens_until_a_word_is_found_however_far() -> None:
    found = read(crop("x1y2z3"), ["house", "elephant"], mode="strict", whole_up_to=0, delta=1)
    assert found.lexicon == LexiconMatch("house", 6)


def test_strict_lists_the_best_words_with_their_probabilities() -> None:
    picture = crop("cat", at0="bh")
    found = read(picture, ["hat", "bat", "dog", "cat"], n_best=3, mode="strict")
    assert found.alternatives[0].text == "cat"
    assert {a.text for a in found.alternatives[1:]} == {"hat", "bat"}
    expected = labelling_probability(picture, ASCII.encode("cat"))
    assert found.alternatives[0].probability == pytest.approx(expected, rel=1e-3)  # + "CAT", "Cat", ...


def test_strict_is_empty_only_where_no_word_fits_the_crop() -> None:
    found = read(crop("a"), ["elephant"], mode="strict")
    assert (found.text, found.score, found.chars, found.lexicon) == ("", 0.0, (), LexiconMatch(None, None))


def test_a_weight_decides_where_the_crop_does_not() -> None:
    picture = crop("xat", at0="bh")
    words = ["bat", "hat"]
    assert read(picture, words, weights=[1, 5], mode="strict").text == "hat"
    assert read(picture, words, weights=[5, 1], mode="strict").text == "bat"


def test_prefer_replaces_what_is_nearly_a_word_and_says_so() -> None:
    found = read(crop("OPEM", at3="N"), ["open", "oxen"])
    assert (found.text, found.lexicon) == ("OPEN", LexiconMatch("open", 1))


def test_prefer_keeps_what_the_crop_is_sure_of() -> None:
    found = read(crop("OPEM"), ["open", "oxen"])
    assert (found.text, found.lexicon) == ("OPEM", LexiconMatch(None, None))


def test_prefer_replaces_up_to_the_margin_and_no_further() -> None:
    picture = crop("OPEM", at3="N")  # ln(0.6 / 0.4) = 0.405 between M and N
    assert read(picture, ["open"], margin=0.41).text == "OPEN"
    assert read(picture, ["open"], margin=0.40).text == "OPEM"


def test_prefer_allows_short_texts_less() -> None:
    picture = crop("xat", at0="bh")  # ln(0.6 / 0.2) = 1.10 between x and b; two thirds of an edit count
    assert read(picture, ["bat"], margin=1.66).text == "bat"
    assert read(picture, ["bat"], margin=1.64).text == "xat"


def test_prefer_keeps_a_word_of_the_lexicon_as_it_was_seen() -> None:
    found = read(crop("fORD", at1="o"), ["Ford", "word"])
    assert (found.text, found.lexicon) == ("fORD", LexiconMatch("Ford", 0))
    assert read(crop("fORD"), ["Ford"], own_spelling=True).text == "Ford"


def test_prefer_keeps_punctuation_around_the_word() -> None:
    found = read(crop('"OPEM!)', at4="N"), ["open"])
    assert (found.text, found.lexicon) == ('"OPEN!)', LexiconMatch("open", 1))


@pytest.mark.parametrize("number", ["24", "1999", "4.95", "24H", "A4", "", "..."])
def test_prefer_never_replaces_numbers_or_what_has_no_letter(number: str) -> None:
    free = greedy_decode(crop(number), ASCII)
    rule = LexiconRule(margin=1e9)
    found = apply_lexicon([crop(number)], [free], Lexicon(["a", "he", "hat"], ASCII), rule)[0]
    assert (found.text, found.lexicon) == (number, LexiconMatch(None, None))


def test_own_spelling_writes_the_word_as_the_list_does() -> None:
    assert read(crop("IPHOME", at4="N"), ["iPhone"], own_spelling=True).text == "iPhone"
    assert read(crop("IPHOME", at4="N"), ["iPhone"]).text == "IPHONE"


def test_many_crops_read_as_each_alone() -> None:
    pictures = [crop("OPEM", at3="N"), crop("24"), crop("xq"), crop("Ford")]
    lexicon = Lexicon(["open", "ford"], ASCII)
    for rule in (LexiconRule("strict"), LexiconRule("prefer")):
        free = [greedy_decode(p, ASCII) for p in pictures]
        together = apply_lexicon(pictures, free, lexicon, rule)
        alone = [apply_lexicon([p], [f], lexicon, rule)[0] for p, f in zip(pictures, free, strict=True)]
        assert together == alone
        assert apply_lexicon([], [], lexicon, rule) == []


def test_modes_and_numbers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="lexicon mode must be 'strict' or 'prefer', got 'soft'"):
        LexiconRule("soft")  # type: ignore[arg-type]  # the point of this test
    with pytest.raises(ValueError, match="delta and margin must not be negative"):
        LexiconRule(delta=-1)
