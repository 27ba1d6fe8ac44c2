"""The result formats: exact records, the round trip, the shipped schema, streaming, and every complaint."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from ocrpipe import version as versions
from ocrpipe.errors import ResultError
from ocrpipe.formats import FORMATS, Format, PageWriter, find, from_dict, load, load_schema, loads, to_dict
from ocrpipe.formats.base import grouped
from ocrpipe.page import Block, Failure, ImageInfo, Line, ModelInfo, Page, Polygon, Source, Timing, Word
from ocrpipe.records import compact, rounded
from ocrpipe.version import _checkout_version, version

BOX: Polygon = ((0.0, 0.0), (9.0, 0.0), (9.0, 4.0), (0.0, 4.0))
VALIDATOR = jsonschema.Draft202012Validator(load_schema())


def a_page() -> Page:
    """Two lines in two blocks, every field filled, numbers with more digits than a record keeps."""
    ford: Polygon = ((10.04, 20.06), (110.0, 18.0), (111.0, 50.0), (-0.04, 52.0))
    return Page(
        source=Source("café/sign.jpg", 1, 1, "JPEG"),
        image=ImageInfo(640, 480, 6),
        words=(
            Word(0, 0, "FORD", 0.98765, 0.912345, ford, -1.26),
            Word(1, 1, "OPEN", 0.9, 0.8, BOX),
            Word(2, 1, "24H", 0.45, 0.7, BOX),
        ),
        lines=(Line(0, (0,), ford, "FORD", 0.98765), Line(1, (1, 2), BOX, "OPEN 24H", 0.675)),
        blocks=(Block(0, (0,)), Block(1, (1,))),
        detector=ModelInfo("db_r18q", "0" * 64),
        recognizer=ModelInfo("crnn_xs", "f" * 64, "ascii94"),
        timing_ms=Timing(1.26, 30.0, 12.345),
    )


def a_failure() -> Page:
    return Page(Source("bad.jpg"), error=Failure("ImageError", "bad.jpg: truncated"))


def an_empty_page() -> Page:
    return Page(Source("sky.png", 2, 3, "TIFF"), image=ImageInfo(8, 6))


PAGES = [a_page(), a_failure(), an_empty_page()]


def write_to(stream: io.StringIO, name: str, pages: Iterable[Page], *, several: bool) -> None:
    with PageWriter(stream, find(name), several=several) as writer:
        for page in pages:
            writer.write(page)


def write(name: str, pages: list[Page], *, several: bool) -> str:
    stream = io.StringIO()
    write_to(stream, name, pages, several=several)
    return stream.getvalue()


def test_a_record_is_exactly_ocr_result_1() -> None:
    assert to_dict(a_page()) == {
        "schema": "ocr-result@1",
        "tool": {"name": "ocrpipe", "version": version()},
        "models": {
            "detector": {"id": "db_r18q", "sha256": "0" * 64, "charset": None},
            "recognizer": {"id": "crnn_xs", "sha256": "f" * 64, "charset": "ascii94"},
        },
        "source": {"path": "café/sign.jpg", "page": 1, "pages": 1, "format": "JPEG"},
        "image": {"width": 640, "height": 480, "exif_orientation": 6},
        "status": "ok",
        "error": None,
        "text": "FORD\n\nOPEN 24H",
        "confidence": 0.8092,  # (4 * 0.9877 + 4 * 0.9 + 3 * 0.45) / 11
        "needs_review": True,
        "blocks": [{"id": 0, "lines": [0]}, {"id": 1, "lines": [1]}],
        "lines": [
            {
                "id": 0,
                "words": [0],
                "polygon": [[10.0, 20.1], [110.0, 18.0], [111.0, 50.0], [0.0, 52.0]],
                "text": "FORD",
                "confidence": 0.9877,
            },
            {
                "id": 1,
                "words": [1, 2],
                "polygon": [list(point) for point in BOX],
                "text": "OPEN 24H",
                "confidence": 0.675,
            },
        ],
        "words": [
            {
                "id": 0,
                "line": 0,
                "text": "FORD",
                "confidence": 0.9877,
                "detection_score": 0.9123,
                "polygon": [[10.0, 20.1], [110.0, 18.0], [111.0, 50.0], [0.0, 52.0]],
                "angle": -1.3,
            },
            {
                "id": 1,
                "line": 1,
                "text": "OPEN",
                "confidence": 0.9,
                "detection_score": 0.8,
                "polygon": [list(point) for point in BOX],
                "angle": 0.0,
            },
            {
                "id": 2,
                "line": 1,
                "text": "24H",
                "confidence": 0.45,
                "detection_score": 0.7,
                "polygon": [list(point) for point in BOX],
                "angle": 0.0,
            },
        ],
        "timing_ms": {"load": 1.3, "detect": 30.0, "recognize": 12.3},
    }


@pytest.mark.parametrize("page", PAGES)
def test_reading_a_record_back_gives_the_rounded_page(page: Page) -> None:
    assert from_dict(to_dict(page)) == rounded(page)


@pytest.mark.parametrize("page", PAGES)
def test_a_record_read_and_written_again_is_the_same_record(page: Page) -> None:
    record = to_dict(page)
    assert to_dict(from_dict(record)) == record


@pytest.mark.parametrize("page", PAGES)
def test_every_record_satisfies_the_shipped_schema(page: Page) -> None:
    VALIDATOR.validate(to_dict(page))


def test_the_schema_is_itself_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(load_schema())


def test_later_fields_within_version_1_are_allowed_and_passed_over() -> None:
    record = to_dict(a_page())
    record["words"][0] |= {"language": "en", "lexicon": None}
    record["rotation"] = 0
    VALIDATOR.validate(record)
    assert from_dict(record) == rounded(a_page())


# (place to change, new value, what from_dict says). Links between records are more than a schema can state.
BROKEN: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("schema",), "ocr-result@2", "schema: expected 'ocr-result@1', got 'ocr-result@2'"),
    (("words",), {}, "words: expected an array, got an object"),
    (("words", 2, "polygon"), [[0, 0], [1, 0], [1, 1]], "words[2].polygon: expected 4 points, got 3"),
    (("words", 0, "polygon", 1), [1.0], "words[0].polygon[1]: expected x and y, got 1 values"),
    (("words", 0, "polygon", 1, 0), "1", "words[0].polygon[1][0]: expected a number, got a string"),
    (("words", 0, "confidence"), 1.5, "words[0].confidence: expected from 0 to 1, got 1.5"),
    (("words", 0, "confidence"), True, "words[0].confidence: expected a number, got true or false"),
    (("words", 0, "detection_score"), None, "words[0].detection_score: expected a number, got null"),
    (("words", 0, "angle"), 181, "words[0].angle: expected from -180 to 180, got 181"),
    (("words", 1, "text"), 24, "words[1].text: expected a string, got a number"),
    (("words", 1, "id"), 1.5, "words[1].id: expected an integer, got 1.5"),
    (("words", 1, "id"), -1, "words[1].id: expected 0 or more, got -1"),
    (("words", 1), "OPEN", "words[1]: expected an object, got a string"),
    (("lines", 0, "polygon"), [[0, 0], [1, 1]], "lines[0].polygon: expected 3 points or more, got 2"),
    (("lines", 1, "words"), [1, 1], "lines[1].words: expected one id or more, each once"),
    (("blocks", 0, "lines"), [], "blocks[0].lines: expected one id or more, each once"),
    (("source", "page"), 0, "source.page: expected 1 or more, got 0"),
    (("image", "exif_orientation"), 9, "image.exif_orientation: expected 1 to 8, got 9"),
    (("image",), None, "image: expected an object, for the photo was read"),
    (("models", "detector"), "db", "models.detector: expected an object, got a string"),
    (("timing_ms", "load"), -1, "timing_ms.load: expected 0 or more, got -1"),
    (("needs_review",), "no", "needs_review: expected true or false, got a string"),
    (("status",), "error", "status: expected 'ok', for error is given or not; got 'error'"),
]
UNLINKED: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("words", 1, "id"), 0, "words: two have the same id"),
    (("words", 2, "line"), 0, "words[2].line: line 0 does not list word 2"),
    (("words", 2, "line"), 7, "words[2].line: line 7 does not list word 2"),
    (("lines", 1, "words"), [1], "words: id 2 is in none of the lines"),
    (("lines", 1, "words"), [1, 2, 9], "lines[1].words: id 9 does not exist"),
    (("lines", 0, "words"), [0, 1], "lines[1].words: id 1 is in two places"),
    (("blocks", 1, "lines"), [1, 5], "blocks[1].lines: id 5 does not exist"),
    (("blocks", 1, "id"), 0, "blocks: two have the same id"),
]


def changed(where: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    record: Any = copy.deepcopy(to_dict(a_page()))
    inner = record
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    return dict(record)


@pytest.mark.parametrize(("where", "value", "message"), BROKEN + UNLINKED)
def test_a_malformed_record_is_refused_with_the_place(
    where: tuple[str | int, ...], value: Any, message: str
) -> None:
    with pytest.raises(ResultError) as caught:
        from_dict(changed(where, value))
    assert str(caught.value) == message


@pytest.mark.parametrize(("where", "value"), [(where, value) for where, value, _ in BROKEN])
def test_the_schema_refuses_the_same_malformed_records(where: tuple[str | int, ...], value: Any) -> None:
    assert not VALIDATOR.is_valid(changed(where, value))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 10**400])
def test_numbers_without_a_finite_value_are_refused_on_the_way_in(number: float) -> None:
    with pytest.raises(ResultError, match=r"^words\[0\]\.polygon\[0\]\[0\]: expected a finite number"):
        from_dict(changed(("words", 0, "polygon", 0, 0), number))


def every_place(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in inner for place in [(*path, key), *every_place(item, (*path, key))]]


@pytest.mark.parametrize("where", every_place(to_dict(a_page())))
def test_no_value_anywhere_can_cause_anything_but_a_result_error(where: tuple[str | int, ...]) -> None:
    values: list[Any] = [None, True, -1, 0.5, "x", "", [], {}, [[]], [None], {"id": 0}, 1e308]
    for value in values:
        try:
            page = from_dict(changed(where, value))
        except ResultError:
            continue
        VALIDATOR.validate(to_dict(page))


@pytest.mark.parametrize("field", sorted(to_dict(a_page())))
def test_a_missing_field_is_named(field: str) -> None:
    record = to_dict(a_page())
    del record[field]
    with pytest.raises(ResultError, match=f"^record: '{field}' is missing$"):
        from_dict(record)
    assert not VALIDATOR.is_valid(record)


def test_a_failed_photo_with_words_is_refused() -> None:
    record = to_dict(replace(a_page(), error=Failure("ImageError", "truncated")))
    with pytest.raises(ResultError, match=r"^words: a failed photo has no words, lines or blocks$"):
        from_dict(record)
    assert not VALIDATOR.is_valid(record)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_without_a_finite_value_never_get_out(value: float) -> None:
    page = a_page()
    word = replace(page.words[2], confidence=value)
    with pytest.raises(ValueError, match=r"^words\[2\]\.confidence is (nan|inf); a result holds finite"):
        to_dict(replace(page, words=(*page.words[:2], word)))


def test_numpy_numbers_become_plain_ones() -> None:
    page = a_page()
    angle: Any = np.float32(0.1)
    word = replace(page.words[0], angle=angle)
    written = to_dict(replace(page, words=(word, *page.words[1:])))["words"][0]
    assert (type(written["angle"]), written["angle"]) == (float, 0.1)


def test_json_for_one_photo_is_one_object_with_a_word_a_line() -> None:
    text = write("json", [a_page()], several=False)
    assert json.loads(text) == to_dict(a_page())
    assert text.splitlines()[:2] == ["{", '  "schema": "ocr-result@1",']
    assert '    {"id": 0, "lines": [0]},\n    {"id": 1, "lines": [1]}\n  ],\n' in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("pages", [[], PAGES[:1], PAGES])
def test_json_for_several_photos_is_an_array_of_any_length(pages: list[Page]) -> None:
    assert json.loads(write("json", pages, several=True)) == [to_dict(page) for page in pages]


def test_json_for_one_photo_of_several_pages_is_an_array() -> None:
    assert json.loads(write("json", PAGES, several=False)) == [to_dict(page) for page in PAGES]


@pytest.mark.parametrize("several", [False, True])
def test_jsonl_is_a_record_a_line(several: bool) -> None:
    lines = write("jsonl", PAGES, several=several).splitlines()
    assert [json.loads(line) for line in lines] == [to_dict(page) for page in PAGES]


def test_jsonl_reaches_the_stream_photo_by_photo() -> None:
    stream = io.StringIO()
    with PageWriter(stream, find("jsonl"), several=True) as writer:
        for count, page in enumerate(PAGES, start=1):
            writer.write(page)
            assert stream.getvalue().count("\n") == count


def test_text_of_one_photo_is_its_text_and_nothing_else() -> None:
    assert write("text", [a_page()], several=False) == "FORD\n\nOPEN 24H\n"
    assert write("text", [an_empty_page()], several=False) == ""
    assert write("text", [], several=True) == ""


def test_text_of_several_photos_has_a_header_for_each() -> None:
    assert write("text", PAGES, several=True) == (
        "==> café/sign.jpg <==\nFORD\n\nOPEN 24H\n"
        "\n==> bad.jpg (not read) <==\n"
        "\n==> sky.png (page 2 of 3) <==\n"
    )


def test_an_interrupted_run_leaves_valid_json() -> None:
    def pages() -> Iterator[Page]:
        yield a_page()
        raise KeyboardInterrupt

    stream = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        write_to(stream, "json", pages(), several=True)
    assert json.loads(stream.getvalue()) == [to_dict(a_page())]


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_what_is_written_loads_again(name: str, several: bool, tmp_path: Path) -> None:
    path = tmp_path / f"result{find(name).suffix}"
    path.write_text(write(name, PAGES, several=several), encoding="utf-8")
    assert load(path) == [rounded(page) for page in PAGES]


def test_the_same_page_gives_the_same_bytes() -> None:
    for name in FORMATS:
        assert write(name, PAGES, several=True) == write(name, copy.deepcopy(PAGES), several=True)


def test_file_names_of_any_kind_can_be_encoded_and_keep_to_their_line() -> None:
    path = "a\udcff\u2028\x85\n\x7f.jpg"
    page = replace(a_failure(), source=Source(path))
    line = write("jsonl", [page], several=True)
    assert len(line.splitlines()) == 1
    assert json.loads(line.encode("utf-8"))["source"]["path"] == path
    assert (
        write("text", [page], several=True).encode("utf-8").splitlines()[0].endswith(b".jpg (not read) <==")
    )


def test_text_in_other_scripts_stays_readable() -> None:
    assert compact({"text": "Straße 東京"}) == '{"text": "Straße 東京"}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no record; expected ocr-result@1"),
        ("3", "record: expected an object, got a number"),
        ("{}", "record: 'schema' is missing"),
        ('{"schema": 1}', "schema: expected a string, got a number"),
        ('[{"schema": "x"}]', "[0]: schema: expected 'ocr-result@1', got 'x'"),
        ("\n{}\n{}\n", "line 2: record: 'schema' is missing"),
        ("[" * 100_000, "line 1: not JSON"),
        ("hello", "line 1: not JSON"),
    ],
)
def test_a_file_that_holds_no_result_is_one_clear_error(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ResultError) as caught:
        loads(text)
    assert str(caught.value).startswith(message)
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ResultError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_missing_or_binary_result_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"gone\.json: cannot be read: No such file"):
        load(tmp_path / "gone.json")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ResultError, match=r"photo\.jpg: not a result file"):
        load(tmp_path / "photo.jpg")


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"^unknown format 'xml'; known formats: json, jsonl, text, tsv, "):
        find("xml")


def test_each_format_is_listed_under_its_own_name() -> None:
    assert {name: (form.name, form.suffix) for name, form in FORMATS.items()} == {
        "json": ("json", ".json"),
        "jsonl": ("jsonl", ".jsonl"),
        "text": ("text", ".txt"),
        "tsv": ("tsv", ".tsv"),
        "csv": ("csv", ".csv"),
        "hocr": ("hocr", ".hocr"),
        "alto": ("alto", ".xml"),
        "markdown": ("markdown", ".md"),
        "coco-text": ("coco-text", ".coco.json"),
        "icdar": ("icdar", ".txt"),
        "label-studio": ("label-studio", ".tasks.json"),
    }


def test_pages_are_numbered_in_their_document_where_the_format_asks_for_it() -> None:
    form = Format("n", ".n", lambda _: "alone", lambda _: "?", numbered=lambda page, n: f"{n}{page.status} ")
    for several, pages, text in (
        (True, PAGES, "1ok 2error 3ok "),
        (False, PAGES[:1], "alone"),
        (True, [], ""),
    ):
        stream = io.StringIO()
        with PageWriter(stream, form, several=several) as writer:
            for page in pages:
                writer.write(page)
        assert stream.getvalue() == text


@pytest.mark.parametrize("several", [True, False])
def test_a_format_that_groups_by_kind_is_written_once_and_whole(several: bool) -> None:
    stream = io.StringIO()
    form = grouped("g", ".g", lambda pages: f"{len(pages)} pages")
    with PageWriter(stream, form, several=several) as writer:
        for page in PAGES:
            writer.write(page)
        assert stream.getvalue() == ""
    assert stream.getvalue() == "3 pages"


def test_the_version_is_that_of_the_checkout_and_of_no_other_project(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    assert _checkout_version(pyproject) is None
    pyproject.write_text('[project]\nname = "ocrpipe"\nversion = "9.8"\n', encoding="utf-8")
    assert _checkout_version(pyproject) == "9.8"
    pyproject.write_text('[project]\nname = "other"\nversion = "1"\n', encoding="utf-8")
    assert _checkout_version(pyproject) is None
    pyproject.write_text("not toml", encoding="utf-8")
    assert _checkout_version(pyproject) is None


def test_the_version_outside_a_checkout_is_the_installed_one_or_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(versions, "_PROJECT", tmp_path / "pyproject.toml")
    versions.version.cache_clear()
    for name, expected in (("pytest", metadata.version("pytest")), ("no-such-package", "0+unknown")):
        monkeypatch.setattr(versions, "NAME", name)
        assert versions.version() == expected
        versions.version.cache_clear()
