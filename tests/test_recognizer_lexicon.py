"""Lexicon: keys and cases, refusals, and both indices finding the same candidates."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.charset import ALPHANUMERIC_36, Charset, charset
from recognizer.lexicon import Lexicon
from recognizer.metrics import edit_distance

ASCII = charset("ascii94")


def random_words(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list("abCD"), int(rng.integers(1, 9)))) for _ in range(count)]


@pytest.mark.parametrize("delta", range(5))
@pytest.mark.parametrize("case_sensitive", [False, True])
def test_the_batched_index_and_the_tree_give_the_same_candidates(delta: int, case_sensitive: bool) -> None:
    lexicon = Lexicon(random_words(300, seed=1), ASCII, case_sensitive=case_sensitive)
    tree = lexicon.tree()
    texts = [*random_words(20, seed=2), "", "x" * 12]
    for text, near in zip(texts, lexicon.near(texts, delta), strict=True):
        indices, distances = tree.search(lexicon.key(text), delta)
        np.testing.assert_array_equal(near.indices, indices)
        np.testing.assert_array_equal(near.distances, distances)


def test_candidates_of_many_texts_are_those_of_each_alone() -> None:
    lexicon = Lexicon(random_words(100, seed=3), ASCII)
    texts = random_words(30, seed=4)
    for text, near in zip(texts, lexicon.near(texts, 2), strict=True):
        assert near.indices.tolist() == lexicon.near([text], 2)[0].indices.tolist()
    assert lexicon.near([], 2) == []


def test_the_nearest_words_are_all_at_the_smallest_distance() -> None:
    lexicon = Lexicon(["house", "mouse", "cat"], ASCII)
    near = lexicon.nearest("XOUSEXX")
    assert sorted(lexicon.words[i] for i in near.indices) == ["house", "mouse"]
    assert near.distances.tolist() == [3, 3] == [edit_distance("xousexx", w) for w in ("house", "mouse")]


def test_case_is_ignored_and_the_first_spelling_stays() -> None:
    lexicon = Lexicon(["iPhone", "IPHONE", "Ford"], ASCII)
    assert sorted(lexicon.words) == ["Ford", "iPhone"]
    found = lexicon.find("IPhOnE")
    assert found is not None
    assert lexicon.words[found] == "iPhone"
    assert lexicon.find("ford ") is None


def test_case_counts_where_asked() -> None:
    lexicon = Lexicon(["Ford", "FORD"], ASCII, case_sensitive=True)
    assert (len(lexicon), lexicon.find("ford")) == (2, None)


def test_a_charset_with_one_case_takes_words_of_any_case() -> None:
    lexicon = Lexicon(["Ford", "24H"], Charset(ALPHANUMERIC_36))
    assert lexicon.keys == ("24h", "ford")
    assert Lexicon(["Ford"], Charset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")).keys == ("FORD",)


def test_words_outside_the_charset_are_refused_with_all_their_characters() -> None:
    with pytest.raises(ValueError, match="characters outside the charset: ' ' 'é'; they are in 2 words"):
        Lexicon(["café", "open", "New York"], ASCII)


@pytest.mark.parametrize("words", [[], ["a", ""]])
def test_no_words_and_empty_words_are_refused(words: list[str]) -> None:
    with pytest.raises(ValueError, match="a lexicon needs words, and none of them empty"):
        Lexicon(words, ASCII)


def test_weights_must_be_positive_and_one_a_word() -> None:
    assert Lexicon(["a", "bc"], ASCII, [1, np.e]).log_weights.tolist() == [0.0, 1.0]
    for weights in ([1.0], [1.0, 0.0]):
        with pytest.raises(ValueError, match="weights must be 2 positive numbers"):
            Lexicon(["a", "b"], ASCII, weights)


def test_merged_cases_keep_every_frames_sum() -> None:
    crop = np.random.default_rng(0).dirichlet(np.ones(95), 7).astype(np.float32)
    merged = Lexicon(["a"], ASCII).merge_cases(crop)
    small, capital = ASCII.encode("qQ")
    np.testing.assert_allclose(merged[:, small], crop[:, small] + crop[:, capital], rtol=1e-6)
    assert not merged[:, capital].any()
    np.testing.assert_allclose(merged.sum(axis=1), 1.0, rtol=1e-5)
    assert Lexicon(["a"], ASCII, case_sensitive=True).merge_cases(crop) is crop


@pytest.mark.parametrize("count", [1, 5])
def test_the_best_words_are_those_of_scoring_all(count: int) -> None:
    rng = np.random.default_rng(count)
    words = random_words(500, seed=5)
    lexicon = Lexicon(words, ASCII, rng.uniform(0.5, 2.0, len(words)).tolist())
    crop = rng.dirichlet(np.full(95, 0.02), 9).astype(np.float32)
    crop[:, ASCII.encode("abCDcd")] += 0.5
    merged = lexicon.merge_cases(crop / crop.sum(axis=1, keepdims=True))
    everyone = np.arange(len(lexicon))
    scores = lexicon.log_scores(merged, everyone)
    best, found = lexicon.best(merged, everyone, count)
    np.testing.assert_array_equal(found, np.sort(scores)[::-1][:count])
    np.testing.assert_array_equal(best, np.argsort(-scores, kind="stable")[:count])


def test_no_candidates_have_no_best() -> None:
    lexicon = Lexicon(["a"], ASCII)
    assert [len(x) for x in lexicon.best(np.ones((2, 95), np.float32), np.zeros(0, np.intp))] == [0, 0]
