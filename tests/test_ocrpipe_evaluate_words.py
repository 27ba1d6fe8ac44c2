"""A recogniser measured on labelled words whose every figure is known."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ocrpipe.evaluate.sheet import error_sheet
from ocrpipe.evaluate.word_lexicons import WordLexicons, draw, normalised
from ocrpipe.evaluate.words import Mistake, evaluate_recognizer
from ocrpipe.labels import WordCrop
from recognizer.base import Transcript
from recognizer.charset import charset
from recognizer.confusions import Confusion
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.lexicon import Lexicon

ASCII = charset("ascii94")


def png(width: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, 32), "white").save(made, "PNG")
    return made.getvalue()


def words(*labelled: tuple[str, str]) -> list[WordCrop]:
    """(source, text) of each word; its crop is 40, 41, ... pixels wide."""
    return [
        WordCrop(f"{number}.png", text, png(40 + number), source)
        for number, (source, text) in enumerate(labelled)
    ]


class Says:
    """A recogniser that tells crops apart by their width."""

    def __init__(self, *answers: tuple[str, float]) -> None:
        self.answers = answers

    def transcribe(self, crops: Sequence[NDArray[np.uint8]]) -> list[Transcript]:
        return [Transcript(*self.answers[crop.shape[1] - 40]) for crop in crops]


WORDS = words(("svt", "FORD"), ("svt", "24H"), ("iiit5k", "open"), ("iiit5k", "!?"), ("iiit5k", "i"))
READER = Says(("Ford", 0.9), ("24", 0.8), ("0pen", 0.6), ("x", 0.1), ("i", 0.7))


def test_scores_are_told_over_all_by_source_and_by_length() -> None:
    report, _ = evaluate_recognizer(READER, WORDS)
    assert (report.scores.words, report.scores.accuracy, report.scores.strict) == (4, 0.5, 0.25)
    assert report.scores.cer == pytest.approx(2 / 12)
    assert [(p.name, p.scores.words, p.scores.accuracy) for p in report.by_source] == [
        ("iiit5k", 2, 0.5),
        ("svt", 2, 0.5),
    ]
    assert [(p.name, p.scores.accuracy) for p in report.by_length] == [("1", 1.0), ("3", 0.0), ("4", 0.5)]


def test_confusions_and_calibration_leave_out_words_without_a_letter() -> None:
    report, _ = evaluate_recognizer(READER, WORDS)
    assert report.confusions == (Confusion("h", "", 1), Confusion("o", "0", 1))
    assert sum(b.words for b in report.bins) == 4
    assert report.calibration_error == pytest.approx((0.1 + 0.8 + 0.6 + 0.3) / 4)


def test_the_surest_mistakes_come_first_and_no_more_than_asked_for() -> None:
    _, mistakes = evaluate_recognizer(READER, WORDS, show=5)
    assert [(m.read, m.true, m.crop.shape[1]) for m in mistakes] == [("24", "24H", 41), ("0pen", "open", 42)]
    assert [m.read for m in evaluate_recognizer(READER, WORDS, show=1)[1]] == ["24"]
    assert evaluate_recognizer(READER, WORDS)[1] == []


def test_long_words_are_counted_together_and_too_many_sources_are_none() -> None:
    many = words(*((f"s{i}", "abcdefghijklm" + "n" * (i % 2)) for i in range(21)))
    report, _ = evaluate_recognizer(Says(*[("a", 0.5)] * 21), many)
    assert [(p.name, p.scores.words) for p in report.by_length] == [("13 or more", 21)]
    assert report.by_source == ()


def test_no_words_score_zero() -> None:
    report, _ = evaluate_recognizer(READER, [])
    assert (report.scores.words, report.bins, report.crops_per_second) == (0, (), 0.0)


def test_words_are_taken_as_they_come_in_groups() -> None:
    taken = []

    def coming() -> Iterator[WordCrop]:
        for number in range(600):
            taken.append(number)
            yield WORDS[0]

    class Counting(Says):
        def transcribe(self, crops: Sequence[NDArray[np.uint8]]) -> list[Transcript]:
            assert len(crops) == 256 or len(taken) == 600
            return super().transcribe(crops)

    assert evaluate_recognizer(Counting(("Ford", 0.9)), coming())[0].scores.words == 600


def fard(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 1, 32, W) -> (N, 8, C): "fard", with o for a nearly as probable."""
    logits = np.zeros((len(batch), 8, ASCII.classes), np.float32)
    for place, char in enumerate("fard"):
        logits[:, 2 * place, ASCII.encode(char)[0]] = 12
        logits[:, 2 * place + 1, 0] = 12
    logits[:, 2, ASCII.encode("o")[0]] = 11
    return logits


def test_lexicons_of_the_set_are_columns_of_their_own_words_only() -> None:
    given = WordCrop(
        "a.png", "FORD", png(40), "svt", lexicons=(("50", ("Ford!", "Open")), ("1k", ("bard", "x")))
    )
    plain = WordCrop("b.png", "fard", png(40), "svt")
    reader = CRNNRecognizer(fard, ASCII)
    lexicons = WordLexicons(ASCII, [given, plain], ())
    assert lexicons.columns == ("50", "1k")
    report, _ = evaluate_recognizer(reader, [given, plain], lexicons)
    assert [(p.name, p.scores.words, p.scores.accuracy) for p in report.lexicons] == [
        ("50", 1, 1.0),
        ("1k", 1, 0.0),
    ]
    assert report.scores.accuracy == 0.5  # without a lexicon, "fard" is read in both


def test_a_large_list_gives_drawn_lexicons_the_full_one_and_itself() -> None:
    labelled = words(("svt", "Ford"), ("svt", "open"))
    large = [f"w{number}" for number in range(2000)] + ["bard"]
    lexicons = WordLexicons(ASCII, labelled, large)
    assert lexicons.columns == ("50", "1k", "full", "generic")
    report, _ = evaluate_recognizer(CRNNRecognizer(fard, ASCII), labelled, lexicons)
    found = {part.name: part.scores.accuracy for part in report.lexicons}
    # "fard" is nearer to "ford" and "bard" than to "open", where they were drawn too.
    assert found == {"50": 1.0, "1k": 0.5, "full": 0.5, "generic": 0.0}


def test_a_drawn_lexicon_holds_the_true_word_once_and_is_always_the_same() -> None:
    everyone = Lexicon([f"w{number}" for number in range(300)], ASCII)
    drawn = draw(everyone, "w7", "folder/a.png", 50)
    assert drawn == draw(everyone, "w7", "elsewhere/a.png", 50)
    assert drawn != draw(everyone, "w7", "b.png", 50)
    assert (len(drawn), len(set(drawn)), everyone.words[drawn[0]]) == (50, 50, "w7")
    assert len(draw(Lexicon(["a", "b"], ASCII), "b", "x", 50)) == 2
    with pytest.raises(ValueError, match="'zz' is not among the words"):
        draw(everyone, "zz", "a.png", 50)


def test_lexicon_words_are_normalised_and_counted_once() -> None:
    assert normalised(["It's", "ITS", "!", "24 h"]) == ["its", "24h"]


def test_lexicons_need_a_recogniser_that_takes_them() -> None:
    with pytest.raises(ValueError, match="takes no lexicon"):
        evaluate_recognizer(READER, WORDS, WordLexicons(ASCII, WORDS, ["a"]))


def test_the_sheet_shows_four_mistakes_a_row() -> None:
    crop = np.zeros((32, 64, 3), np.uint8)
    made = error_sheet([Mistake(0.9, 0, "", "Ford", crop)] * 5, "title")
    assert made.shape == (32 + 2 * 96, 1280, 3)
    assert (made[32:88, 6:118] == 0).all()  # the first crop, 56 high
    assert (made[32:88, 118:320] == 255).all()
    assert error_sheet([], "none").shape == (32, 1280, 3)
