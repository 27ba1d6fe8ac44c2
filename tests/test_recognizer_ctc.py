"""CTC: the map from paths to text, best path decoding, and the probability of a labelling."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.charset import Charset
from recognizer.ctc import collapse, geometric_mean, greedy_decode, labelling_probability, softmax

ALPHABET = Charset("abcdefghijklmnopqrstuvwxyz")


def one_hot(path: str, charset: Charset = ALPHABET) -> NDArray[np.float32]:
    """Probabilities (T, C) of a path written with `-` for the blank."""
    classes = [0 if c == "-" else charset.encode(c)[0] for c in path]
    return np.eye(charset.classes, dtype=np.float32)[classes]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("--hh-e-l-ll-oo--", "hello"),  # the paper, section 2.3.1
        ("-s-t-aatte", "state"),
        ("a-----v--a-i-l-a-bb-l-e-", "available"),
        ("------", ""),
        ("aaa", "a"),
        ("a-a", "aa"),
    ],
)
def test_worked_examples_collapse_to_their_word(path: str, text: str) -> None:
    transcript = greedy_decode(one_hot(path), ALPHABET)
    assert (transcript.text, transcript.frames) == (text, len(path))
    assert transcript.score == (1.0 if text else 0.0)


def test_spans_say_which_frames_spoke() -> None:
    spans = greedy_decode(one_hot("--hh-e"), ALPHABET).chars
    assert [(s.char, s.first, s.last, s.score) for s in spans] == [("h", 2, 3, 1.0), ("e", 5, 5, 1.0)]


def test_scores_are_peaks_and_their_geometric_mean() -> None:
    probabilities = np.array(
        [[0.1, 0.9, 0.0], [0.5, 0.5, 0.0], [0.6, 0.0, 0.4], [0.36, 0.0, 0.64]], np.float32
    )
    transcript = greedy_decode(probabilities, Charset("ab"))
    assert transcript.text == "ab"
    assert [span.score for span in transcript.chars] == pytest.approx([0.9, 0.64])
    assert transcript.score == pytest.approx(np.sqrt(0.9 * 0.64))
    assert geometric_mean([]) == 0.0


def test_best_path_and_best_labelling_may_differ() -> None:
    # Two frames, blank 0.6, "a" 0.4: the best path is blank-blank (0.36), yet "a" sums to 0.64 over three
    # paths.
    probabilities = np.array([[0.6, 0.4], [0.6, 0.4]], np.float32)
    assert greedy_decode(probabilities, Charset("a")).text == ""
    assert labelling_probability(probabilities, []) == pytest.approx(0.36)
    assert labelling_probability(probabilities, [1]) == pytest.approx(0.64)


@pytest.mark.parametrize("frames", [1, 2, 3, 4])
def test_the_forward_sum_equals_the_sum_over_every_path(frames: int) -> None:
    probabilities = softmax(np.random.default_rng(frames).normal(0, 2, (frames, 4)).astype(np.float32))
    by_labelling: dict[tuple[int, ...], float] = {}
    for path in product(range(4), repeat=frames):
        labelling = tuple(c for c, _, _ in collapse(np.array(path)))
        chance = float(np.prod([probabilities[t, c] for t, c in enumerate(path)], dtype=np.float64))
        by_labelling[labelling] = by_labelling.get(labelling, 0.0) + chance
    for labelling in product(range(1, 4), repeat=min(frames, 3)):
        expected = by_labelling.get(labelling, 0.0)
        assert labelling_probability(probabilities, list(labelling)) == pytest.approx(expected, abs=1e-9)
    assert labelling_probability(probabilities, []) == pytest.approx(by_labelling[()])
    assert sum(by_labelling.values()) == pytest.approx(1.0, abs=1e-5)


def test_no_frames_say_nothing() -> None:
    assert greedy_decode(np.zeros((0, 27), np.float32), ALPHABET).text == ""
    assert labelling_probability(np.zeros((0, 27), np.float32), []) == 1.0
    assert labelling_probability(np.zeros((0, 27), np.float32), [1]) == 0.0


def test_a_wrong_number_of_classes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(T, 27\), got \(3, 5\)"):
        greedy_decode(np.zeros((3, 5), np.float32), ALPHABET)
