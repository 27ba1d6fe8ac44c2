"""Alignment: where a known text stands, against greedy decoding and all paths."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from recognizer.alignment import align, aligned_transcript
from recognizer.charset import Charset
from recognizer.ctc import collapse, greedy_decode, softmax

ABC = Charset("abc")


@pytest.mark.parametrize("seed", range(5))
def test_the_path_found_is_the_most_probable_that_says_the_text(seed: int) -> None:
    crop = softmax(np.random.default_rng(seed).normal(0, 2, (5, 4)).astype(np.float32))
    wanted = [1, 1, 3]
    paths = [
        path for path in product(range(4), repeat=5) if [c for c, _, _ in collapse(np.array(path))] == wanted
    ]
    best = max(paths, key=lambda path: float(np.prod(crop[np.arange(5), list(path)], dtype=np.float64)))
    assert align(crop, wanted) == [(a, b) for _, a, b in collapse(np.array(best))]


@pytest.mark.parametrize("seed", range(5))
def test_the_greedy_text_aligned_is_the_greedy_transcript(seed: int) -> None:
    crop = softmax(np.random.default_rng(seed).normal(0, 3, (12, 4)).astype(np.float32))
    greedy = greedy_decode(crop, ABC)
    assert aligned_transcript(crop, greedy.text, ABC) == greedy


def test_the_empty_text_has_no_spans() -> None:
    assert align(np.ones((3, 4), np.float32), []) == []
    assert aligned_transcript(np.ones((3, 4), np.float32), "", ABC).score == 0.0


def test_more_characters_than_frames_can_say_are_refused() -> None:
    with pytest.raises(ValueError, match="2 frames cannot say 2 characters"):
        align(np.full((2, 4), 0.25, np.float32), [1, 1])
