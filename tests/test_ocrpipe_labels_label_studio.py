"""Label Studio: exact tasks out, the same words back, and exports as its own templates make them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from result_pages import PAGES, empty, failure, sign, word_page

from ocrpipe.errors import LabelError
from ocrpipe.formats import PageWriter, find
from ocrpipe.labels import Scene, SceneWord, load_label_studio
from ocrpipe.page import Page

SIZE = {"original_width": 200, "original_height": 100, "image_rotation": 0, "to_name": "image"}
BOX: dict[str, Any] = {"x": 10, "y": 20, "width": 30, "height": 10, "rotation": 0}  # in percent
BOX_QUAD = ((20.0, 20.0), (80.0, 20.0), (80.0, 30.0), (20.0, 30.0))


def tasks(*pages: Page) -> list[dict[str, Any]]:
    stream = io.StringIO()
    with PageWriter(stream, find("label-studio"), several=True) as writer:
        for page in pages:
            writer.write(page)
    loaded: list[dict[str, Any]] = json.loads(stream.getvalue())
    return loaded


def scenes(tmp_path: Path, content: object, **options: Any) -> list[Scene]:
    (tmp_path / "export.json").write_text(json.dumps(content), encoding="utf-8")
    return load_label_studio(tmp_path / "export.json", **options)


def region(kind: str, name: str = "r1", **value: Any) -> dict[str, Any]:
    return SIZE | {"id": name, "type": kind, "from_name": "x", "value": value}


def task(*results: dict[str, Any], image: str = "a.jpg", **more: Any) -> dict[str, Any]:
    return {
        "data": {"image": image},
        "annotations": [{"result": list(results), "was_cancelled": False}],
    } | more


def test_a_word_is_a_polygon_and_a_text_area_of_one_id() -> None:
    (found,) = tasks(sign())
    assert found["data"] == {"image": "café/sign.jpg", "page": 1, "width": 320, "height": 240}
    (prediction,) = found["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("crnn_xs", 0.7719)
    outline, text = prediction["result"][2:4]
    common = {"id": "word1", "original_width": 320, "original_height": 240, "image_rotation": 0}
    points = [[6.40625, 41.666667], [25.0, 41.666667], [25.0, 50.0], [6.40625, 50.0]]
    assert outline == common | {
        "to_name": "image", "from_name": "word", "type": "polygonlabels", "score": 0.8,
        "value": {"points": points, "closed": True, "polygonlabels": ["Text"]},
    }  # fmt: skip
    assert text == common | {
        "to_name": "image", "from_name": "transcription", "type": "textarea", "score": 0.9,
        "value": {"points": points, "closed": True, "text": ["OPEN"]},
    }  # fmt: skip


def test_failures_and_empty_pages_are_tasks_too() -> None:
    bad, nothing = tasks(failure(), empty())
    assert bad["predictions"] == []
    assert bad["data"]["error"] == 'ImageError: bad.jpg: "cut" <off>; copy it\nagain'
    assert nothing["predictions"][0]["result"] == []
    assert tasks() == []


def test_a_word_not_transcribed_has_no_text_area() -> None:
    (found,) = tasks(word_page(""))
    assert [item["type"] for item in found["predictions"][0]["result"]] == ["polygonlabels"]


def test_what_is_written_reads_back_as_ground_truth(tmp_path: Path) -> None:
    first, hostile = scenes(tmp_path, tasks(*PAGES), predictions=True)
    words = tuple(
        SceneWord((w.polygon[0], w.polygon[1], w.polygon[2], w.polygon[3]), w.text) for w in sign().words
    )
    assert first == Scene(tmp_path / "café/sign.jpg", 320, 240, words)
    assert [word.text for word in hostile.words] == [word.text for word in PAGES[3].words]


def test_predictions_are_no_ground_truth_unless_asked_for(tmp_path: Path) -> None:
    assert scenes(tmp_path, tasks(*PAGES)) == []


def test_the_ocr_templates_triples_are_understood(tmp_path: Path) -> None:
    triple = [
        region("rectangle", **BOX),
        region("labels", **BOX, labels=["Text"]),
        region("textarea", **BOX, text=["Ford", "GT"]),
        SIZE | {"type": "choices", "id": "c", "value": {"choices": ["sharp"]}},
    ]
    (scene,) = scenes(tmp_path, [task(*triple)])
    assert scene == Scene(tmp_path / "a.jpg", 200, 100, (SceneWord(BOX_QUAD, "Ford GT"),))
    assert scenes(tmp_path, [task(*reversed(triple))]) == [scene]


def test_a_rectangle_turns_around_its_top_left_corner(tmp_path: Path) -> None:
    (scene,) = scenes(tmp_path, [task(region("rectanglelabels", **BOX | {"rotation": 90}))])
    assert scene.words[0].quad == ((20.0, 20.0), (20.0, 80.0), (10.0, 80.0), (10.0, 20.0))


def test_ignored_regions_and_regions_without_text(tmp_path: Path) -> None:
    ignored = region("rectanglelabels", "i", **BOX, rectanglelabels=["Ignore"])
    said = region("textarea", "i", **BOX, text="###")
    silent = region(
        "polygonlabels", "s", points=[[10, 20], [10, 30], [40, 30], [40, 20]], polygonlabels=["Text"]
    )
    (scene,) = scenes(tmp_path, [task(ignored, said, silent)])
    assert scene.words == (SceneWord(BOX_QUAD, None, ignore=True), SceneWord(BOX_QUAD, None))


def test_the_last_annotation_that_was_not_cancelled_counts(tmp_path: Path) -> None:
    first = {"result": [region("rectangle", **BOX)]}
    last = {"result": [], "was_cancelled": True}
    (scene,) = scenes(tmp_path, [task(annotations=[first, last])])
    assert len(scene.words) == 1
    assert scenes(tmp_path, [task(annotations=[last])]) == []


def test_a_photo_without_words_takes_its_size_from_the_task_or_the_photo(tmp_path: Path) -> None:
    (scene,) = scenes(tmp_path, [task(data={"ocr": "a.jpg", "width": 7, "height": 5})])
    assert scene == Scene(tmp_path / "a.jpg", 7, 5)
    Image.new("L", (30, 20)).save(tmp_path / "a.jpg")
    assert scenes(tmp_path, [task()]) == [Scene(tmp_path / "a.jpg", 30, 20)]


@pytest.mark.parametrize(
    ("address", "there", "found"),
    [
        ("shop/a.jpg", "shop/a.jpg", "shop/a.jpg"),
        ("/data/upload/3/0a1b2c3d-a.jpg", "a.jpg", "a.jpg"),
        ("/data/upload/3/0a1b2c3d-a.jpg", "0a1b2c3d-a.jpg", "0a1b2c3d-a.jpg"),
        ("/data/local-files/?d=shop/a%20b.jpg", "shop/a b.jpg", "shop/a b.jpg"),
        ("http://photos.example/shop/a%20b.jpg?x=1", "a b.jpg", "a b.jpg"),
        ("s3://bucket/shop/a.jpg", "shop/a.jpg", "shop/a.jpg"),
        ("a#1?.jpg", "a#1?.jpg", "a#1?.jpg"),
        ("gone/a.jpg", "b.jpg", "gone/a.jpg"),
    ],
)
def test_photos_are_found_whatever_the_address(tmp_path: Path, address: str, there: str, found: str) -> None:
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).touch()
    (scene,) = scenes(tmp_path, [task(region("rectangle", **BOX), image=address)])
    assert scene.image == tmp_path / found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, r"record: expected an array, got an object"),
        ([{"annotations": []}], r"\[0\]: 'data' is missing"),
        (
            [task(data={"text": "a"})],
            r"\[0\]\.data: no photo under image or ocr or captioning; name the field",
        ),
        ([task(region("rectangle", x=1))], r"\[0\]\.annotations\[0\]\.result\[0\]\.value: 'y' is missing"),
        (
            [task(region("polygon", points=[[1, 2]]))],
            r".*value\.points: expected three points or more, got 1",
        ),
        ([task()], r"\[0\]: the size of a labelled photo is needed: .*a\.jpg"),
    ],
)
def test_a_malformed_export_is_refused_with_the_place(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(LabelError, match=r"export\.json: " + message):
        scenes(tmp_path, content)
