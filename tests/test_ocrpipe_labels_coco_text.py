"""COCO-Text: exact records out, the same words back, polygons of any kind, every complaint with its place."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from result_pages import FORD, PAGES, failure, sign

from ocrpipe.errors import LabelError
from ocrpipe.formats import PageWriter, find
from ocrpipe.labels import Scene, SceneWord, load_coco_text
from ocrpipe.page import Page
from ocrpipe.version import version


def document(*pages: Page) -> dict[str, Any]:
    stream = io.StringIO()
    with PageWriter(stream, find("coco-text"), several=True) as writer:
        for page in pages:
            writer.write(page)
    loaded: dict[str, Any] = json.loads(stream.getvalue())
    return loaded


def scenes(tmp_path: Path, content: object, split: str | None = None) -> list[Scene]:
    (tmp_path / "labels.json").write_text(json.dumps(content), encoding="utf-8")
    return load_coco_text(tmp_path / "labels.json", Path("photos"), split=split)


def annotation(**changes: Any) -> dict[str, Any]:
    """A document of one photo and one word, as the data set has it."""
    word = {
        "mask": [1, 2, 9, 2, 9, 6, 1, 6], "class": "machine printed", "bbox": [1, 2, 8, 4],
        "image_id": 217925, "id": 45346, "language": "english", "area": 32, "utf8_string": "THEN",
        "legibility": "legible",
    } | changes  # fmt: skip
    image = {"id": 217925, "set": "train", "width": 640, "height": 480, "file_name": "COCO_217925.jpg"}
    return {
        "cats": {}, "anns": {"45346": word}, "imgs": {"217925": image}, "imgToAnns": {"217925": [45346]},
        "info": {},
    }  # fmt: skip


def test_a_page_is_an_image_its_words_annotations_tied_by_id() -> None:
    found = document(sign())
    assert found["info"] == {"description": "read by ocrpipe", "version": version()}
    assert found["imgs"]["1"] == {
        "id": 1, "set": "val", "width": 320, "height": 240, "file_name": "café/sign.jpg", "page": 1,
    }  # fmt: skip
    assert found["imgToAnns"] == {"1": [1, 2, 3, 4]}
    assert found["anns"]["1"] == {
        "id": 1, "image_id": 1, "mask": [10, 20, 110, 18, 111, 50, 11, 52], "bbox": [10, 18, 101, 34],
        "area": 3202, "class": "others", "legibility": "legible", "language": "na", "utf8_string": "FORD",
        "score": 0.9877,
    }  # fmt: skip


def test_ids_are_unique_in_the_document_and_failures_are_left_out() -> None:
    found = document(sign("a.jpg"), failure(), sign("b.jpg"))
    assert [image["file_name"] for image in found["imgs"].values()] == ["a.jpg", "b.jpg"]
    assert found["imgToAnns"] == {"1": [1, 2, 3, 4], "2": [5, 6, 7, 8]}
    assert [int(key) for key in found["anns"]] == [word["id"] for word in found["anns"].values()]


def test_no_pages_are_a_valid_document() -> None:
    assert document() == document(failure())
    assert document()["anns"] == document()["imgs"] == document()["imgToAnns"] == {}


def test_what_is_written_reads_back_as_ground_truth(tmp_path: Path) -> None:
    quads = [(w.polygon[0], w.polygon[1], w.polygon[2], w.polygon[3]) for w in sign().words]
    words = tuple(SceneWord(quad, w.text) for quad, w in zip(quads, sign().words, strict=True))
    first, hostile = scenes(tmp_path, document(*PAGES))  # the failure has no place, page 2 of 3 no Scene
    assert first == Scene(Path("photos/café/sign.jpg"), 320, 240, words)
    assert [word.text for word in hostile.words] == [word.text for word in PAGES[3].words]


def test_the_data_sets_own_records_are_understood(tmp_path: Path) -> None:
    (scene,) = scenes(tmp_path, annotation())
    quad = ((1.0, 2.0), (9.0, 2.0), (9.0, 6.0), (1.0, 6.0))
    assert scene == Scene(Path("photos/COCO_217925.jpg"), 640, 480, (SceneWord(quad, "THEN"),))
    assert scenes(tmp_path, annotation(mask=None)) == [scene]
    assert scenes(tmp_path, annotation(mask=[1, 2, 5, 2, 9, 2, 9, 6, 1, 6])) == [scene]
    assert scenes(tmp_path, annotation(mask=[1, 2, 1, 6, 9, 6, 9, 2])) == [scene]  # counterclockwise
    (illegible,) = scenes(tmp_path, annotation(legibility="illegible"))
    assert illegible.words == (SceneWord(quad, None, ignore=True),)
    (silent,) = scenes(tmp_path, annotation(utf8_string=""))
    assert silent.words == (SceneWord(quad, None),)


def test_a_split_can_be_chosen_and_photos_without_words_are_there(tmp_path: Path) -> None:
    content = annotation()
    content["imgs"]["5"] = content["imgs"]["217925"] | {"id": 5, "set": "val", "file_name": "empty.jpg"}
    assert [scene.image.name for scene in scenes(tmp_path, content)] == ["COCO_217925.jpg", "empty.jpg"]
    assert scenes(tmp_path, content, "val") == [Scene(Path("photos/empty.jpg"), 640, 480)]


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (
            ("anns", "45346", "mask"),
            [1, 2, 3],
            r"anns\.45346\.mask: expected x and y of three points or more",
        ),
        (("anns", "45346", "mask"), [1, 2, 3, 4, 5, None], r"anns\.45346\.mask\[5\]: expected a number"),
        (("anns", "45346", "utf8_string"), 7, r"anns\.45346\.utf8_string: expected a string"),
        (("anns", "45346", "image_id"), 3, r"anns: image_id 3 is in none of imgs"),
        (("imgs", "217925", "width"), 0, r"imgs\.217925\.width: expected 1"),
        (("imgs", "217925"), [], r"imgs\.217925: expected an object, got an array"),
        (("anns",), [], r"anns: expected an object"),
    ],
)
def test_a_malformed_file_is_refused_with_the_place(
    tmp_path: Path, where: tuple[str, ...], value: Any, message: str
) -> None:
    content = copy.deepcopy(annotation())
    at: Any = content
    for key in where[:-1]:
        at = at[key]
    at[where[-1]] = value
    with pytest.raises(LabelError, match=r"labels\.json: " + message):
        scenes(tmp_path, content)


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(LabelError, match=r"a\.json: is not JSON"):
        load_coco_text(tmp_path / "a.json")
    with pytest.raises(LabelError, match=r"gone\.json: cannot be read"):
        load_coco_text(tmp_path / "gone.json")


def test_the_quad_of_a_word_keeps_its_first_corner() -> None:
    assert document(sign())["anns"]["1"]["mask"][:2] == list(FORD[0])
