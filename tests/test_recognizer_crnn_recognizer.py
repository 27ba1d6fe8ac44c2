"""CRNNRecognizer with networks that say exact things, so that the text can be told in advance."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from recognizer import RECOGNIZERS, charset, create
from recognizer.charset import Charset
from recognizer.crnn import CRNN, CRNNConfig
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.decoding import Decoding
from recognizer.lexicon import Lexicon
from recognizer.lexicon_decoding import LexiconRule

DIGITS = Charset("0123456789")


def brightness_reader(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Says the digit of how many columns, four at a time, are brighter than the crop's mean; blank
    between.
    """
    columns = images[:, 0].mean(axis=1).reshape(len(images), -1, 4).mean(axis=2)  # (N, T)
    logits = np.zeros((*columns.shape, 11), np.float32)
    logits[..., 0] = 20.0
    for n, row in enumerate(columns):
        for t in np.flatnonzero(row > 0.5):
            logits[n, t, 0], logits[n, t, 1 + t % 10] = 0.0, 20.0
    return logits


def striped(width: int, *frames: int) -> NDArray[np.uint8]:
    crop = np.zeros((32, width, 3), np.uint8)
    for frame in frames:
        crop[:, 4 * frame : 4 * frame + 4] = 255
    return crop


def test_each_crop_gets_its_own_text_in_the_order_given() -> None:
    reader = CRNNRecognizer(brightness_reader, DIGITS)
    found = reader.transcribe([striped(100, 3, 7), striped(100, 1), striped(100, 20), striped(300, 0, 5, 9)])
    assert [t.text for t in found] == ["37", "1", "0", "059"]
    assert found[0].chars[1].first == 7
    assert found[0].score == pytest.approx(1.0, abs=1e-6)


def test_no_crops_no_transcripts() -> None:
    assert CRNNRecognizer(brightness_reader, DIGITS).transcribe([]) == []


def test_what_stands_in_the_padding_is_not_read() -> None:
    crop = striped(98, 24)  # the last columns are bright, and the edge is repeated: frames 25, 26 and 27
    transcript = CRNNRecognizer(brightness_reader, DIGITS).transcribe([crop])[0]
    assert (transcript.text, transcript.frames) == ("4", 25)


def test_a_real_network_reads_alike_alone_and_in_a_batch() -> None:
    torch.manual_seed(0)
    network = CRNN(CRNNConfig("tiny", stem=8, stages=(8, 8, 16, 16), blocks=(1, 1, 1, 1), hidden=8)).eval()

    def call(images: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return np.asarray(network(torch.from_numpy(images)).numpy(), np.float32)

    reader = CRNNRecognizer(call, charset("ascii94"))
    rng = np.random.default_rng(0)
    crops = [rng.integers(0, 256, (32, int(w), 3), np.uint8) for w in rng.integers(5, 400, 30)]
    together = reader.transcribe(crops)
    for crop, transcript in zip(crops, together, strict=True):
        alone = reader.transcribe([crop])[0]
        assert alone.text == transcript.text
        assert alone.score == pytest.approx(transcript.score, abs=1e-4)


def test_temperature_softens_scores_and_keeps_the_text() -> None:
    crop = striped(100, 3, 7)
    sharp, soft = (CRNNRecognizer(brightness_reader, DIGITS, t).transcribe([crop])[0] for t in (1.0, 10.0))
    assert sharp.text == soft.text
    assert soft.score < 0.6 < sharp.score
    with pytest.raises(ValueError, match="positive"):
        CRNNRecognizer(brightness_reader, DIGITS, 0.0)


def test_recognisers_are_made_by_name() -> None:
    assert list(RECOGNIZERS) == ["crnn"]
    assert create("crnn", network=brightness_reader, charset=DIGITS).transcribe([]) == []
    with pytest.raises(ValueError, match="unknown recogniser 'transformer'; known: crnn"):
        create("transformer")


def test_other_decodings_share_the_network_and_read_alike_alone_and_in_a_batch() -> None:
    lexicon = Lexicon(["37", "059", "120"], DIGITS)
    reader = CRNNRecognizer(brightness_reader, DIGITS)
    crops = [striped(100, 3, 7), striped(100, 1), striped(300, 0, 5, 9), striped(100, 2, 4, 8)]
    for wanted, texts in (
        (Decoding("beam"), ["37", "1", "059", "248"]),
        (Decoding(deny="3", n_best=2), [None, "1", "059", "248"]),
        (Decoding(pattern=r"\d{1,2}"), ["37", "1", None, None]),
        (Decoding(lexicon=lexicon, rule=LexiconRule("strict")), ["37", None, "059", None]),
    ):
        other = reader.with_decoding(wanted)
        assert other.network is reader.network
        together = other.transcribe(crops)
        assert [other.transcribe([crop])[0] for crop in crops] == together
        assert all(want in (None, t.text) for want, t in zip(texts, together, strict=True))
    assert all("3" not in t.text for t in reader.with_decoding(Decoding(deny="3")).transcribe(crops))


def test_calibration_raises_scores_to_a_power_and_keeps_the_characters() -> None:
    crop = striped(100, 3, 7)
    soft = CRNNRecognizer(brightness_reader, DIGITS, 10.0).transcribe([crop])[0]
    mild = CRNNRecognizer(brightness_reader, DIGITS, 10.0, calibration=3.0)
    for reader in (mild, mild.with_decoding(Decoding(n_best=1))):
        found = reader.transcribe([crop])[0]
        assert found.score == pytest.approx(soft.score**3)
        assert (found.text, found.chars) == (soft.text, soft.chars)
    with pytest.raises(ValueError, match="must be positive, got 1"):
        CRNNRecognizer(brightness_reader, DIGITS, calibration=0)
