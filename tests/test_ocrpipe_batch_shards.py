"""A result in shards: packed and unpacked, resumed from, joined."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from result_pages import empty, failure, hostile, sign

import cli
from ocrpipe.batch.places import Place, parse_place
from ocrpipe.batch.reading import Task
from ocrpipe.batch.shards import SHARD_FORMATS, as_line_files, find_shards, read_past, read_shard, shard_name
from ocrpipe.errors import ResultError
from ocrpipe.formats import FORMATS
from ocrpipe.images import Intake
from ocrpipe.page import Page, Source

PAGES = (sign(), empty(), failure(), hostile(), replace(failure(), source=Source("r\udce9sum\udce9.jpg")))
JSONL = SHARD_FORMATS["jsonl"]


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    """Where shards may go."""
    pytest.importorskip("pyarrow", reason="needs the extra ray")
    return parse_place(tmp_path / "out")


def task(number: int, name: str, *skip: int) -> Task:
    return Task(number, Path(name), name, Intake(skip=frozenset(skip)))


def lines(pages: tuple[Page, ...]) -> str:
    return "".join(map(FORMATS["jsonl"].element, pages))


def test_a_shard_keeps_its_name_when_it_is_tried_again_and_other_photos_or_pages_take_another() -> None:
    name = shard_name([task(3, "a.pdf"), task(4, "b.pdf")], JSONL)
    assert name == shard_name([task(3, "a.pdf"), task(4, "b.pdf")], JSONL)
    assert name.startswith("part-0000003-")
    assert name.endswith(".jsonl")
    others = [
        [task(3, "a.pdf")],
        [task(3, "a.pdf", 1), task(4, "b.pdf")],
        [task(4, "a.pdf"), task(5, "b.pdf")],
    ]
    assert len({name, *(shard_name(other, JSONL) for other in others)}) == 4


@pytest.mark.parametrize("form", SHARD_FORMATS)
def test_what_is_packed_comes_back_as_the_lines_of_a_local_run(form: str, folder: Place) -> None:
    shard = folder / f"part-0{SHARD_FORMATS[form].suffix}"
    shard.write(SHARD_FORMATS[form].pack(PAGES))
    assert b"".join(record + b"\n" for record in read_shard(shard)) == lines(PAGES).encode()


@pytest.mark.parametrize("form", SHARD_FORMATS)
def test_what_shards_record_is_known(form: str, folder: Place) -> None:
    suffix = SHARD_FORMATS[form].suffix
    for number, pages in enumerate((PAGES[:2], PAGES[2:])):
        (folder / f"part-{number}{suffix}").write(SHARD_FORMATS[form].pack(pages))
    past = read_past(folder)
    assert list(past.photos) == [page.source.path for page in PAGES]
    assert past.failed == 2
    assert past.photos["sky.tif"].numbers == {2}


def test_parquet_has_columns_to_filter_by(folder: Place) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra ray")
    shard = folder / "part-0.parquet"
    shard.write(SHARD_FORMATS["parquet"].pack(PAGES))
    rows = parquet.read_table(str(shard)).to_pylist()
    assert [row["path"] for row in rows][-1] == "r\\udce9sum\\udce9.jpg"  # Parquet's text is Unicode
    first = {name: value for name, value in rows[0].items() if name not in ("record", "confidence")}
    assert first == {
        "path": "café/sign.jpg",
        "page": 1,
        "pages": 1,
        "error": None,
        "words": 4,
        "text": "FORD\n\nOPEN 24H,\n\nCafé",
    }
    assert rows[2]["error"] == "ImageError"


def test_only_whole_shards_count_and_a_folder_that_is_not_there_has_none(folder: Place) -> None:
    assert find_shards(folder) == []
    for name in ("part-10.jsonl", "part-9.jsonl", "notes.jsonl", ".part-11.jsonl.part"):
        (folder / name).write(b"")
    assert find_shards(folder) == [folder / "part-9.jsonl", folder / "part-10.jsonl"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("part-0.jsonl", lines(PAGES).encode()[:-30]),
        ("part-0.jsonl", b'{"schema": "other"}\n'),
        ("part-0.parquet", b"PAR1 and no more"),
    ],
)
def test_a_damaged_shard_is_an_error_that_names_it(name: str, data: bytes, folder: Place) -> None:
    (folder / name).write(data)
    with pytest.raises(ResultError, match=rf"{name}: .*delete it"):
        read_past(folder)


def test_a_shard_that_is_not_there_is_an_error(folder: Place) -> None:
    with pytest.raises(ResultError, match=r"part-0\.jsonl: cannot be read: .*; check name and rights"):
        read_shard(folder / "part-0.jsonl")


@pytest.mark.parametrize("form", SHARD_FORMATS)
def test_merge_joins_a_folder_of_shards_and_files(form: str, folder: Place, tmp_path: Path) -> None:
    shape = SHARD_FORMATS[form]
    pages = tuple(sign(f"{number}.jpg") for number in (3, 1, 10))
    for number, page in enumerate(pages):
        (folder / f"part-{number}{shape.suffix}").write(shape.pack([page]))
    (tmp_path / "more.jsonl").write_text(lines((sign("2.jpg"),)), encoding="utf-8")
    out = tmp_path / "all.jsonl"
    results = [str(folder), str(tmp_path / "more.jsonl"), f"{folder}/part-0{shape.suffix}"]
    assert cli.main(["merge", *results, "-o", str(out)]) == 0
    wanted = tuple(sign(f"{number}.jpg") for number in (1, 2, 3, 10))
    assert out.read_text(encoding="utf-8") == lines(wanted)


def test_merge_joins_more_results_than_may_be_open_at_once(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.jsonl" for number in range(250)]
    for number, file in enumerate(files):
        file.write_text(lines((sign(f"{number}.jpg"), sign(f"{number}b.jpg"))), encoding="utf-8")
    out = tmp_path / "all.jsonl"
    assert cli.main(["merge", *map(str, reversed(files)), "-o", str(out)]) == 0
    paths = [name for number in range(250) for name in (f"{number}.jpg", f"{number}b.jpg")]
    assert out.read_text(encoding="utf-8") == lines(tuple(map(sign, paths)))


def test_local_files_are_merged_where_they_are(tmp_path: Path) -> None:
    assert as_line_files([tmp_path / "a.jsonl"], tmp_path) == [tmp_path / "a.jsonl"]


def test_a_folder_without_shards_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra ray")
    with pytest.raises(ResultError, match=r"no shard in there; name a folder of part-\* files"):
        as_line_files([tmp_path], tmp_path)
