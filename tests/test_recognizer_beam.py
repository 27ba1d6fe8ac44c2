"""Beam search against the sum over every path, and its guides: n-gram prior and pattern."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.beam import Guide, beam_search
from recognizer.char_ngram import END, CharNgram
from recognizer.charset import Charset
from recognizer.ctc import collapse, labelling_probability, softmax
from recognizer.pattern import compile_pattern

ABC = Charset("abc")


def random_crop(frames: int, classes: int, seed: int) -> NDArray[np.float32]:
    return softmax(np.random.default_rng(seed).normal(0, 2, (frames, classes)).astype(np.float32))


def by_every_path(crop: NDArray[np.float32]) -> dict[tuple[int, ...], float]:
    found: dict[tuple[int, ...], float] = {}
    for path in product(range(crop.shape[1]), repeat=len(crop)):
        text = tuple(c for c, _, _ in collapse(np.array(path)))
        chance = float(np.prod([crop[t, c] for t, c in enumerate(path)], dtype=np.float64))
        found[text] = found.get(text, 0.0) + chance
    return found


@pytest.mark.parametrize("frames", [0, 1, 2, 3, 4, 5])
def test_a_wide_beam_finds_every_text_with_its_sum_over_all_paths(frames: int) -> None:
    crop = random_crop(frames, 4, seed=frames)
    expected = by_every_path(crop)
    found = beam_search(crop, width=1000)
    assert {x.classes: np.exp(x.log_probability) for x in found} == pytest.approx(expected, rel=1e-9)
    assert [x.log_probability for x in found] == sorted((x.log_probability for x in found), reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_a_narrow_beam_never_claims_more_than_a_text_has(seed: int) -> None:
    crop = random_crop(15, 6, seed)
    found = beam_search(crop, width=8)
    assert len(found) == len({x.classes for x in found}) == 8
    for x in found:
        assert np.exp(x.log_probability) <= labelling_probability(crop, list(x.classes)) * (1 + 1e-9)


def test_the_sum_wins_over_the_best_path() -> None:
    crop = np.array([[0.6, 0.4], [0.6, 0.4]], np.float32)
    assert [x.classes for x in beam_search(crop)] == [(1,), ()]
    assert np.exp(beam_search(crop)[0].log_probability) == pytest.approx(0.64)


def test_only_texts_that_match_the_pattern_come_out_with_their_exact_probabilities() -> None:
    crop = random_crop(5, 4, seed=3)
    found = beam_search(crop, 1000, Guide(automaton=compile_pattern("a?(b|c)+", ABC)))
    expected = {
        text: chance
        for text, chance in by_every_path(crop).items()
        if re.fullmatch("a?(b|c)+", ABC.decode(text))
    }
    assert {x.classes: np.exp(x.log_probability) for x in found} == pytest.approx(expected, rel=1e-9)


def test_a_narrow_beam_still_finishes_a_pattern_against_the_crops_wish() -> None:
    crop = np.full((6, 4), 0.001, np.float32)
    crop[:, 0] = 0.997  # all blank: left alone, the beam keeps the empty text until it is too late
    found = beam_search(crop, 2, Guide(automaton=compile_pattern("abc", ABC)))
    assert [x.classes for x in found] == [(1, 2, 3)]
    assert beam_search(crop[:2], 2, Guide(automaton=compile_pattern("abc", ABC))) == []


def test_an_ngram_row_is_a_distribution_and_knows_its_words() -> None:
    letters = Charset("abcdeABCDE1")
    model = CharNgram.train(["bad", "bade", "cab", "héros"], letters, order=3)
    for prefix in ((), (2,), (2, 1), (9, 9, 9)):
        assert np.exp(model.log_next(prefix)).sum() == pytest.approx(1.0)
    after_ba = model.log_next((2, 1))
    assert after_ba[4] == after_ba[9] == after_ba.max()  # d and D alike
    assert model.log_next((3, 1, 2))[END] > model.log_next((2, 1))[END]
    with pytest.raises(ValueError, match="order must be at least 1, got 0"):
        CharNgram.train([], letters, order=0)


def test_witten_bell_worked_by_hand() -> None:
    # Order 1 over "a", twice: a is seen 2 times, the end 2 times, 2 kinds; uniform is 1/3.
    model = CharNgram.train(["a", "a"], Charset("ab"), order=1)
    assert np.exp(model.log_next(())) == pytest.approx([(2 + 2 / 3) / 6, (2 + 2 / 3) / 6, (0 + 2 / 3) / 6])


def test_a_prior_decides_between_texts_that_the_crop_finds_alike() -> None:
    crop = np.array([[0.02, 0.01, 0.96, 0.01], [0.02, 0.48, 0.01, 0.49]], np.float32)  # "ba" or "bc"
    prior = CharNgram.train(["ba"] * 9, ABC, order=2)
    assert ABC.decode(beam_search(crop)[0].classes) == "bc"
    best = beam_search(crop, guide=Guide(prior))[0]
    assert ABC.decode(best.classes) == "ba"
    assert np.exp(best.log_probability) == pytest.approx(labelling_probability(crop, [2, 1]))


def test_a_beam_must_be_wide_enough_for_one() -> None:
    with pytest.raises(ValueError, match="beam width must be positive, got 0"):
        beam_search(random_crop(2, 4, 0), 0)
