"""Wishes of the user in the recogniser's terms, and what of them reaches a page and its JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from tiny_models import weights_folder

from ocrpipe.decode_options import N_BEST_IN_FULL, DecodeOptions
from ocrpipe.device import choose
from ocrpipe.errors import LexiconError, ResultError
from ocrpipe.formats import from_dict, load_schema, to_dict
from ocrpipe.images import load
from ocrpipe.page import Alternative, LexiconMatch, Page, Word
from ocrpipe.pipeline import load_pipeline, transcribe_photo
from ocrpipe.records import rounded
from ocrpipe.weights import load_recognizer
from recognizer.charset import charset
from recognizer.decoding import Decoding

ASCII = charset("ascii94")
PHOTO = np.full((32, 64, 3), 200, np.uint8)


def read(weights: Path, **wanted: Any) -> Word:
    """What the tiny recogniser, which says "a" to everything, makes of a crop of 64 x 32 pixels."""
    options = DecodeOptions(**wanted)
    model, info = load_recognizer(None, choose("cpu"), weights, options)
    return transcribe_photo(model, info, load(PHOTO), chars=options.chars).words[0]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights_folder(tmp_path_factory.mktemp("tiny"))


def test_the_defaults_are_those_of_the_decoder() -> None:
    assert DecodeOptions().decoding(ASCII) == Decoding()
    assert DecodeOptions(detail="full").decoding(ASCII).n_best == N_BEST_IN_FULL
    assert DecodeOptions(detail="full", n_best=2).decoding(ASCII).n_best == 2


def test_without_wishes_a_word_tells_its_text_alone(weights: Path) -> None:
    word = read(weights)
    assert (word.text, word.chars, word.alternatives, word.lexicon) == ("a", (), (), None)


def test_characters_come_with_their_boxes(weights: Path) -> None:
    word = read(weights, detail="char")
    assert [(c.text, c.polygon) for c in word.chars] == [("a", word.polygon)]
    assert word.chars[0].confidence == word.confidence
    assert word.alternatives == ()


def test_alternatives_come_best_first_where_asked(weights: Path) -> None:
    word = read(weights, n_best=3)
    assert [a.text for a in word.alternatives][:1] == ["a"]
    assert len(word.alternatives) == 3
    assert word.chars == ()


def test_a_lexicon_a_denial_and_a_pattern_reach_the_decoder(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("B\nab\n")
    word = read(weights, lexicon=tmp_path / "words.txt", lexicon_mode="strict")
    assert word.lexicon == LexiconMatch("ab", 1)
    assert read(weights, pattern=r"\d\d").text.isdigit()
    assert read(weights, pattern=r"\da?", deny="012345678").text in ("9", "9a")
    assert read(weights, decoder="beam", allow="xyz", pattern=".").text in set("xyz")


def test_a_prior_is_counted_in_a_word_list_and_brings_the_beam(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("bab\t3\nbob\n\ncafé\n", encoding="utf-8")
    wanted = DecodeOptions(prior=tmp_path / "words.txt", prior_strength=2.5).decoding(ASCII)
    assert (wanted.decoder, wanted.prior_strength) == ("beam", 2.5)
    assert wanted.prior is not None
    first, z = wanted.prior.log_next(()), ASCII.encode("bz")
    assert first[z[0]] > first[z[1]]
    assert read(weights, prior=tmp_path / "words.txt", prior_strength=0).text == "a"
    with pytest.raises(LexiconError, match=r"missing\.txt"):
        read(weights, prior=tmp_path / "missing.txt")


def test_wishes_that_the_charset_cannot_fulfil_are_the_users_errors(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("café\n")
    for wish, error in (
        ({"deny": "é"}, ValueError),
        ({"pattern": "é"}, ValueError),
        ({"n_best": -1}, ValueError),
    ):
        with pytest.raises(error):
            read(weights, **wish)
    with pytest.raises(LexiconError, match="outside the charset: 'é'"):
        read(weights, lexicon=tmp_path / "words.txt")


def test_a_whole_page_keeps_each_words_own_details(weights: Path) -> None:
    photo = np.full((128, 320, 3), 255, np.uint8)
    photo[20:50, 20:120] = photo[70:100, 40:260] = 0
    pipeline = load_pipeline(weights_folder=weights, decode=DecodeOptions(detail="full"))
    page = pipeline.read(photo)
    assert len(page.words) == 2
    for word in page.words:
        xs = [x for x, _ in word.polygon]
        assert min(xs) - 0.1 <= word.chars[0].polygon[0][0] <= max(xs) + 0.1
        assert word.alternatives[0].text == "a"


def test_details_are_valid_json_and_come_back_as_they_went(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("ab\n")
    options = DecodeOptions(lexicon=tmp_path / "words.txt", detail="full")
    model, info = load_recognizer(None, choose("cpu"), weights, options)
    page = rounded(transcribe_photo(model, info, load(PHOTO), chars=True))
    record = json.loads(json.dumps(to_dict(page)))
    jsonschema.validate(record, load_schema())
    assert from_dict(record) == page
    assert set(record["words"][0]) >= {"chars", "alternatives", "lexicon"}
    assert page.words[0].lexicon == LexiconMatch(None, None)


def test_damaged_details_are_refused_with_their_place(weights: Path) -> None:
    model, info = load_recognizer(None, choose("cpu"), weights, DecodeOptions(n_best=1))
    page: Page = transcribe_photo(model, info, load(PHOTO))
    assert page.words[0].alternatives == (Alternative("a", page.words[0].alternatives[0].confidence),)
    record = to_dict(page)
    record["words"][0]["alternatives"][0]["confidence"] = 2
    with pytest.raises(ResultError, match=r"words\[0\].alternatives\[0\].confidence: expected from 0 to 1"):
        from_dict(record)
