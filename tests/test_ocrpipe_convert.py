"""Converting a result: the same bytes as writing the format at once, in every shape of output."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from result_pages import PAGES, failure, sign

from ocrpipe.convert import convert
from ocrpipe.errors import ResultError
from ocrpipe.formats import FORMATS, PageWriter, load
from ocrpipe.page import Page, Source


def written(name: str, *pages: Page, several: bool = True) -> str:
    stream = io.StringIO()
    with PageWriter(stream, FORMATS[name], several=several) as writer:
        for page in pages:
            writer.write(page)
    return stream.getvalue()


def result(tmp_path: Path, *pages: Page) -> Path:
    path = tmp_path / "result.jsonl"
    path.write_text(written("jsonl", *pages), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_converting_gives_the_bytes_of_writing_at_once(name: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{FORMATS[name].suffix}"
    assert convert(result(tmp_path, *PAGES), FORMATS[name], out) == len(PAGES)
    assert out.read_text(encoding="utf-8") == written(name, *load(tmp_path / "result.jsonl"))
    stream = io.StringIO()
    assert convert(result(tmp_path, sign()), FORMATS[name], stream) == 1
    assert stream.getvalue() == written(name, sign(), several=False)


def test_the_suffix_chooses_the_format(tmp_path: Path) -> None:
    convert(result(tmp_path, sign()), None, tmp_path / "a.tsv")
    assert (tmp_path / "a.tsv").read_text(encoding="utf-8") == FORMATS["tsv"].alone(sign())
    with pytest.raises(ValueError, match=r"no format ends with '\.exe'"):
        convert(result(tmp_path, sign()), None, tmp_path / "a.exe")


def test_a_result_converted_to_json_and_back_is_the_same_result(tmp_path: Path) -> None:
    convert(result(tmp_path, *PAGES), None, tmp_path / "a.json")
    convert(tmp_path / "a.json", None, tmp_path / "b.jsonl")
    assert (tmp_path / "b.jsonl").read_bytes() == (tmp_path / "result.jsonl").read_bytes()


def test_a_folder_gets_a_file_for_each_photo_in_its_place(tmp_path: Path) -> None:
    first = Source("shop/in/a.tif", 1, 2)
    pages = (
        replace(sign(), source=first),
        sign("shop/out/b.jpg"),
        sign("shop/out/b.png"),
        replace(sign(), source=replace(first, page=2)),
        replace(failure(), source=Source("shop/c.jpg")),
    )
    out = tmp_path / "out"
    convert(result(tmp_path, *pages), FORMATS["tsv"], out)
    files = {str(path.relative_to(out)): path for path in out.rglob("*.tsv")}
    assert sorted(files) == ["c.tsv", "in/a.tsv", "out/b.jpg.tsv", "out/b.png.tsv"]
    assert files["in/a.tsv"].read_text(encoding="utf-8") == written("tsv", pages[0], pages[3])


@pytest.mark.parametrize("path", ["../../etc/x.jpg", "/etc/x.jpg", "a/../../x.jpg", "-"])
def test_no_photo_name_leads_out_of_the_folder(path: str, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    convert(result(tmp_path, sign(path), sign("a/y.jpg")), FORMATS["csv"], out)
    assert len([file for file in tmp_path.rglob("*.csv") if file.is_relative_to(out)]) == 2
    assert len(list(tmp_path.rglob("*.csv"))) == 2


def test_what_is_no_result_is_refused_and_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ResultError, match=r"no\.json: "):
        convert(tmp_path / "no.json", FORMATS["tsv"], tmp_path / "out.tsv")
    assert not (tmp_path / "out.tsv").exists()
