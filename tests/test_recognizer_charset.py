"""Characters <-> classes."""

from __future__ import annotations

import pytest

from recognizer.charset import ALPHANUMERIC_36, ASCII_94, BLANK, Charset, charset


def test_the_charsets_have_the_sizes_of_the_field() -> None:
    assert (charset("ascii94").classes, charset("alnum36").classes) == (95, 37)
    assert (ASCII_94[0], ASCII_94[-1], len(ALPHANUMERIC_36)) == ("!", "~", 36)


def test_encode_and_decode_are_inverse_for_every_character() -> None:
    every = charset("ascii94")
    assert every.decode(every.encode(ASCII_94)) == ASCII_94
    assert every.decode([]) == ""


def test_no_character_is_the_blank() -> None:
    assert BLANK == 0
    assert min(charset("ascii94").encode(ASCII_94)) == 1


def test_characters_outside_are_all_named() -> None:
    with pytest.raises(ValueError, match="characters outside the charset: ' ' 'é' in 'caf é'"):
        charset("ascii94").encode("caf é")
    assert not charset("ascii94").covers("é")
    assert charset("ascii94").covers("")


@pytest.mark.parametrize("classes", [[0], [95], [-1]])
def test_blanks_and_strange_indices_are_not_decoded(classes: list[int]) -> None:
    with pytest.raises(ValueError, match=r"class indices must be 1\.\.94"):
        charset("ascii94").decode(classes)


def test_a_charset_holds_each_character_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Charset("aba")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="known: ascii94, ascii95, alnum36"):
        charset("greek")
