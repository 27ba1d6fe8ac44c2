"""Decoder: greedy, beam and lexicon agree where nothing is in doubt; constraints act before the argmax."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.base import Transcript
from recognizer.char_ngram import CharNgram
from recognizer.charset import Charset
from recognizer.ctc import greedy_decode, softmax
from recognizer.decoding import Decoder, Decoding
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule

LETTERS = Charset("0123456789abcdefghijklmnopqrstuvwxyz")
WORDS = Lexicon(["hello", "state", "available", "ford"], LETTERS)


def one_hot(path: str) -> NDArray[np.float32]:
    classes = [0 if c == "-" else LETTERS.encode(c)[0] for c in path]
    return np.eye(LETTERS.classes, dtype=np.float32)[classes]


def hesitant(*frames: str) -> NDArray[np.float32]:
    """Logits (T, C) that say the first of each frame's two characters, but nearly the second."""
    logits = np.zeros((len(frames), LETTERS.classes), np.float32)
    for row, pair in zip(logits, frames, strict=True):
        for char, height in zip(pair, (9.0, 6.0), strict=True):
            row[0 if char == "-" else LETTERS.encode(char)[0]] = height
    return logits


def decode(logits: NDArray[np.float32], **wanted: Any) -> Transcript:
    decoder = Decoder(LETTERS, Decoding(**wanted))
    return decoder.decode([softmax(decoder.mask(logits))])[0]


@pytest.mark.parametrize("path", ["--hh-e-l-ll-oo--", "-s-t-aatte", "a-----v--a-i-l-a-bb-l-e-", "ford"])
def test_greedy_beam_and_lexicon_agree_on_one_hot_input(path: str) -> None:
    greedy = greedy_decode(one_hot(path), LETTERS)
    for wanted in (
        Decoding(),
        Decoding(decoder="beam"),
        Decoding(pattern="[a-z]+"),
        Decoding(lexicon=WORDS, rule=LexiconRule("strict")),
        Decoding(lexicon=WORDS, rule=LexiconRule("strict", whole_up_to=0)),
        Decoding(decoder="beam", lexicon=WORDS),
    ):
        found = Decoder(LETTERS, wanted).decode([one_hot(path)])[0]
        assert (found.text, found.score, found.chars) == (greedy.text, 1.0, greedy.chars)


def test_a_denied_character_leaves_its_frames_to_the_next_best() -> None:
    logits = hesitant("o0", "-x", "l1", "d-")
    assert decode(logits).text == "old"
    assert decode(logits, deny="o").text == "0ld"
    assert decode(logits, allow="0123456789").text == "01"
    assert decode(logits, allow="0123456789abcdl", deny="l").text == "01d"


def test_denied_characters_take_no_part_of_the_probability() -> None:
    logits = np.zeros((1, LETTERS.classes), np.float32)
    logits[0, LETTERS.encode("ab")] = 9.0, 8.0
    decoder = Decoder(LETTERS, Decoding(deny="a"))
    probabilities = softmax(decoder.mask(logits))
    assert probabilities[0, LETTERS.encode("a")[0]] == 0.0
    assert probabilities.sum() == pytest.approx(1.0)


def test_a_pattern_finds_the_best_text_that_matches() -> None:
    logits = hesitant("l1", "-x", "o0", "-x", "5x")
    assert decode(logits).text == "lo5"
    assert decode(logits, pattern=r"\d{3}").text == "105"
    impossible = decode(logits, pattern=r"\d{6}", n_best=2)
    assert (impossible.text, impossible.score, impossible.frames, impossible.alternatives) == ("", 0.0, 5, ())


def test_alternatives_come_best_first_with_their_probabilities() -> None:
    crop = np.zeros((2, LETTERS.classes), np.float32)
    crop[:, 0], crop[:, LETTERS.encode("a")[0]] = 0.6, 0.4
    for decoder, text in (("greedy", ""), ("beam", "a")):
        found = Decoder(LETTERS, Decoding(decoder, n_best=2)).decode([crop])[0]  # type: ignore[arg-type]  # both are
        assert found.text == text
        assert [(a.text, round(a.probability, 6)) for a in found.alternatives] == [("a", 0.64), ("", 0.36)]


def test_with_a_lexicon_alternatives_are_its_words_in_strict_and_any_text_in_prefer() -> None:
    crop = one_hot("-ford-")
    strict = Decoding(n_best=2, lexicon=WORDS, rule=LexiconRule("strict"))
    prefer = Decoding(n_best=2, lexicon=WORDS)
    assert [a.text for a in Decoder(LETTERS, strict).decode([crop])[0].alternatives] == ["ford"]
    assert [a.text for a in Decoder(LETTERS, prefer).decode([crop])[0].alternatives] == ["ford"]


def test_a_prior_is_used_inside_the_beam() -> None:
    prior = CharNgram.train(["the"] * 50, LETTERS)
    crop = np.full((3, LETTERS.classes), 1e-4, np.float32)
    for row, pair in zip(crop, ("tf", "nh", "ec"), strict=True):
        row[LETTERS.encode(pair)] = 0.5, 0.45
    assert Decoder(LETTERS, Decoding("beam")).decode([crop])[0].text == "tne"
    assert Decoder(LETTERS, Decoding("beam", prior=prior)).decode([crop])[0].text == "the"


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ({"decoder": "viterbi"}, "decoder must be 'greedy' or 'beam', got 'viterbi'"),
        ({"n_best": -1}, "n_best 0 or more"),
        ({"beam_width": 0}, "beam width must be positive"),
        ({"prior": CharNgram.train(["a"], LETTERS)}, "needs decoder 'beam'"),
        ({"lexicon": WORDS, "pattern": "a"}, "cannot both decide"),
        ({"allow": "É"}, "characters outside the charset: 'É'"),
        ({"allow": "ab", "deny": "ab"}, "no character may be read"),
        ({"lexicon": Lexicon(["a"], Charset("a"))}, "made for another charset"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(wanted: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Decoder(LETTERS, Decoding(**wanted))
