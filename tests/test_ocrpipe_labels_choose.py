"""Labelled words and photos of every layout, in instances of a few words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrpipe.errors import ImageError, LabelError
from ocrpipe.labels import cut, load_photos, load_words, words_of

BOX = [[10, 10], [50, 10], [50, 20], [10, 20]]


def picture(path: Path, size: tuple[int, int] = (64, 32), grey: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (grey, grey, grey)).save(path)
    return path


def text(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines), encoding=encoding)
    return path


def test_a_folder_with_labels_tsv_tells_sources_by_file_names(tmp_path: Path) -> None:
    text(tmp_path / "labels.tsv", "images/svt_1.png\tFORD", "", "b.png\tit's\tso\r")
    words = list(load_words(tmp_path))
    assert [(w.name, w.text, w.source) for w in words] == [
        ("images/svt_1.png", "FORD", "svt"),
        ("b.png", "it's\tso", tmp_path.name),
    ]
    assert words[0].image == tmp_path / "images/svt_1.png"


def test_icdar_word_lists_have_quotes_escapes_and_a_byte_order_mark(tmp_path: Path) -> None:
    lines = ['word_1.png, "JOINT"', r'word_2.png, "say \"no\", C:\\"', 'word_3.png, "###"', 'word_4.png, ","']
    path = text(tmp_path / "gt.txt", *lines, encoding="utf-8-sig")
    found = [(w.name, w.text) for w in load_words(path)]
    assert found == [("word_1.png", "JOINT"), ("word_2.png", 'say "no", C:\\'), ("word_4.png", ",")]


@pytest.mark.parametrize("line", ["word_1.png JOINT", "a.png\t", '\t"x"', 'word_1.png, ""'])
def test_a_line_of_no_word_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(LabelError, match=r"gt\.txt:2: expected a? ?file"):
        load_words(text(tmp_path / "gt.txt", "a.png\tx", line))


def test_a_list_without_a_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="lists no word"):
        load_words(text(tmp_path / "labels.tsv", ""))


SVT = """<?xml version="1.0" encoding="utf-8"?>
<tagset><image><imageName>img/14_03.jpg</imageName><address>341 Southwest 10th Avenue Portland OR</address>
<lex>LIVING,ROOM, THEATERS</lex><Resolution x="100" y="50"/><taggedRectangles>
<taggedRectangle height="10" width="40" x="10" y="10"><tag>LIVING</tag></taggedRectangle>
<taggedRectangle height="10" width="20" x="60" y="10"><tag>ROOM</tag></taggedRectangle>
</taggedRectangles></image></tagset>"""


def test_street_view_text_gives_rectangles_and_the_photos_lexicon(tmp_path: Path) -> None:
    text(tmp_path / "test.xml", SVT)
    words = list(load_words(tmp_path))
    assert [w.text for w in words] == ["LIVING", "ROOM"]
    assert words[0].quad == ((10, 10), (50, 10), (50, 20), (10, 20))
    assert words[1].lexicons == (("50", ("LIVING", "ROOM", "THEATERS")),)
    picture(tmp_path / "img/14_03.jpg", (100, 50))
    assert [crop.shape for _, crop in cut(words)] == [(32, 128, 3), (32, 64, 3)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("<tagset>", ""), "is not XML"),
        (('x="10"', 'x="left"'), r"img/14_03\.jpg, rectangle 1: expected numbers"),
        (('width="40" ', ""), "rectangle 1: expected numbers for x, y, width, height"),
        (("img/14_03.jpg", " "), "an image has no imageName"),
        (("image>", "photo>"), "holds no tagged word"),
    ],
)
def test_a_damaged_street_view_file_is_one_line(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = text(tmp_path / "test.xml", SVT.replace(*change))
    with pytest.raises(LabelError, match=message):
        load_words(path)


@pytest.mark.parametrize("count", [1, 3])
def test_iiit5k_gives_texts_and_both_lexicons(tmp_path: Path, count: int) -> None:
    savemat = pytest.importorskip("scipy.io").savemat
    fields = [(name, object) for name in ("ImgName", "GroundTruth", "smallLexi", "mediumLexi")]
    records = np.zeros((1, count), fields)
    for number in range(count):
        small, medium = (np.array([words], object) for words in (["YOU", "AND"], ["YOU", "AND", "ME"]))
        records[0, number] = (f"test/{number}.png", "YOU", small, medium)
    savemat(tmp_path / "testdata.mat", {"testdata": records})
    words = list(load_words(tmp_path))
    assert [(w.image, w.text, w.source) for w in words] == [
        (tmp_path / f"test/{number}.png", "YOU", "iiit5k") for number in range(count)
    ]
    assert words[0].lexicons == (("50", ("YOU", "AND")), ("1k", ("YOU", "AND", "ME")))


def test_iiit5k_character_files_have_no_lexicons(tmp_path: Path) -> None:
    savemat = pytest.importorskip("scipy.io").savemat
    records = np.zeros((1, 2), [(name, object) for name in ("ImgName", "chars", "charBB")])
    records[0, 0], records[0, 1] = (
        ("test/1.png", "AB", np.zeros((2, 4))),
        ("test/2.png", "7", np.zeros((1, 4))),
    )
    savemat(tmp_path / "testCharBound.mat", {"testCharBound": records})
    assert [(w.text, w.lexicons) for w in load_words(tmp_path)] == [("AB", ()), ("7", ())]


def test_other_mat_files_are_refused(tmp_path: Path) -> None:
    savemat = pytest.importorskip("scipy.io").savemat
    path = tmp_path / "testdata.mat"
    for variables in ({"a": np.zeros(3)}, {"a": 1, "b": 2}, {}):
        savemat(path, variables)
        with pytest.raises(LabelError, match="expected one array of structures"):
            load_words(path)
    savemat(path, {"testdata": {"ImgName": "a.png", "GroundTruth": 7}})
    with pytest.raises(LabelError, match="word 1: expected ImgName and GroundTruth"):
        load_words(path)
    for content in (b"", b"nothing of the kind" * 100):
        path.write_bytes(content)
        with pytest.raises(LabelError, match=r"testdata\.mat: is not a MATLAB file"):
            load_words(path)


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    picture(tmp_path / "photos/a.png", (100, 50))
    words = [
        {"quad": BOX, "text": "Ford"},
        {"quad": BOX, "text": None},
        {"quad": BOX, "text": "x", "ignore": True},
    ]
    line = json.dumps({"image": "photos/a.png", "width": 100, "height": 50, "words": words})
    text(tmp_path / "labels.jsonl", line)
    return tmp_path


def test_words_are_cut_out_of_labelled_photos_by_their_true_quads(scenes: Path) -> None:
    words = list(load_words(scenes))
    assert [(w.name, w.text, w.source) for w in words] == [("a.png#0", "Ford", scenes.name)]
    assert words_of(load_photos(scenes), scenes.name) == words
    assert next(cut(words))[1].shape == (32, 128, 3)


def test_photos_of_our_own_layout_by_folder_or_file(scenes: Path) -> None:
    assert load_photos(scenes) == load_photos(scenes / "labels.jsonl")


def test_photos_of_icdar_lie_beside_their_labels_or_elsewhere(tmp_path: Path) -> None:
    picture(tmp_path / "photos/img_1.png", (100, 50))
    (tmp_path / "gt").mkdir()
    text(tmp_path / "gt/gt_img_1.txt", "10,10,50,10,50,20,10,20,Ford", "0,0,9,0,9,9,0,9,###")
    (scene,) = load_photos(tmp_path / "gt", tmp_path / "photos")
    assert [(w.text, w.ignore) for w in scene.words] == [("Ford", False), (None, True)]


def test_json_exports_are_told_apart_by_their_content(tmp_path: Path) -> None:
    photo = {"id": 1, "file_name": "a.png", "width": 100, "height": 50, "set": "val"}
    coco = text(tmp_path / "coco.json", json.dumps({"imgs": {"1": photo}, "anns": {}}))
    studio = text(
        tmp_path / "tasks.json",
        json.dumps(
            [{"data": {"image": "a.png", "width": 100, "height": 50}, "annotations": [{"result": []}]}]
        ),
    )
    for path in (coco, studio):
        (scene,) = load_photos(path)
        assert (scene.image, scene.width, scene.words) == (tmp_path / "a.png", 100, ())


def test_what_is_no_ground_truth_is_said_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"no labelled words; expected one of labels\.tsv, gt\.txt"):
        load_words(tmp_path)
    with pytest.raises(LabelError, match=r"x\.doc: is none of \.tsv"):
        load_words(text(tmp_path / "x.doc", ""))
    for load in (load_words, load_photos):
        with pytest.raises(LabelError, match=r"none\.tsv: no such file or folder"):
            load(tmp_path / "none.tsv")
    with pytest.raises(LabelError, match="no label file there"):
        load_photos(tmp_path)


def test_a_missing_crop_is_named_when_it_is_needed(tmp_path: Path) -> None:
    words = load_words(text(tmp_path / "labels.tsv", "gone.png\tx"))
    with pytest.raises(ImageError, match=r"gone\.png: no such file"):
        next(cut(words))
