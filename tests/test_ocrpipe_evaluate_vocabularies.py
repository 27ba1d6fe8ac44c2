"""Lexicons for whole photos: made from labels, always the same, or read from ICDAR's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocrpipe.errors import LexiconError
from ocrpipe.evaluate.vocabularies import STRONG, Vocabularies, dictionary_words, load, make
from ocrpipe.labels import Scene, SceneWord

BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
GENERIC = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(300)]


def scene(name: str, *texts: str | None) -> Scene:
    return Scene(Path(name), 10, 10, tuple(SceneWord(BOX, text, ignore=text is None) for text in texts))


SCENES = [scene("img_1.jpg", "Ford's", "OPEN", "24H", "of", None, "open"), scene("img_2.jpg", "Bank", "Open")]


def test_vocabularies_hold_dictionary_words_once() -> None:
    assert dictionary_words(SCENES[0]) == ("FORD", "OPEN")


def test_strong_has_a_photos_own_words_then_the_other_photos_then_the_lists() -> None:
    made = make(SCENES, GENERIC)
    first = made.strong["img_1"]
    assert first[:3] == ("FORD", "OPEN", "BANK")
    assert len(first) == len(set(first)) == STRONG
    assert set(first[3:]) <= set(GENERIC)
    assert made.weak == ("BANK", "FORD", "OPEN")
    assert made.generic == tuple(GENERIC)


def test_strong_is_the_same_each_time_and_differs_between_photos() -> None:
    assert make(SCENES, GENERIC) == make(SCENES[:1] + SCENES[1:], GENERIC)
    made = make(SCENES, GENERIC)
    assert made.strong["img_1"][3:] != made.strong["img_2"][3:]


def test_a_photo_of_more_than_a_hundred_words_keeps_them_all() -> None:
    many = scene("a.jpg", *GENERIC[:150])
    assert len(make([many], GENERIC).strong["a"]) == 150


def test_a_short_list_gives_what_it_has() -> None:
    assert make([scene("a.jpg", "Ford")], ["only"]).strong["a"] == ("FORD", "only")


def test_files_of_icdars_names_are_read(tmp_path: Path) -> None:
    files = {
        "voc_img_1.txt": "\ufeffFORD\r\nOPEN\r\n",
        "voc_img_9.txt": "OTHER",
        "ch4_test_vocabulary.txt": "FORD\nBANK\n\nFORD",
        "GenericVocabulary.txt": "a\nb",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    assert load(tmp_path, SCENES) == Vocabularies({"img_1": ("FORD", "OPEN")}, ("FORD", "BANK"), ("a", "b"))


def test_a_folder_without_any_is_refused_and_so_is_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"no vocabulary there; expected voc_NAME\.txt"):
        load(tmp_path, SCENES)
    (tmp_path / "voc_img_1.txt").write_text("\n")
    with pytest.raises(LexiconError, match=r"voc_img_1\.txt: holds no word"):
        load(tmp_path, SCENES)
