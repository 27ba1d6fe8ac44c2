from __future__ import annotations

import io
import itertools
import random
from pathlib import Path

import pytest

from ocrpipe.batch.merge import Merged, merge
from ocrpipe.errors import ResultError
from ocrpipe.formats import FORMATS, loads
from ocrpipe.images import find_photos
from ocrpipe.page import Failure, ImageInfo, Page, Source, Timing


def ok(path: str, number: int = 1, pages: int = 1, mark: float = 0.0) -> Page:
    """A page that can be told from another of the same photo by its mark."""
    return Page(Source(path, number, pages), ImageInfo(4, 3), timing_ms=Timing(load=mark))


def bad(path: str, message: str = "is broken") -> Page:
    return Page(Source(path), error=Failure("ImageError", message))


def written(path: Path, *pages: Page) -> Path:
    path.write_text("".join(FORMATS["jsonl"].element(page) for page in pages))
    return path


def merged(*results: Path) -> tuple[list[Page], Merged]:
    out = io.BytesIO()
    told = merge(results, out)
    return (loads(out.getvalue().decode()) if out.getvalue() else []), told


def test_shards_become_what_one_run_would_have_written(tmp_path: Path) -> None:
    names = [f"{folder}img{i}.jpg" for folder in ("", "a/", "B/") for i in (1, 2, 10)]
    for name in names:
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).touch()
    photos = [str(photo) for photo in find_photos([tmp_path / "in"], recursive=True)]
    pages = [ok(photo) for photo in photos]
    pages.insert(1, ok(photos[0], 2, 2))
    shuffled = random.Random(1).sample(pages, len(pages))
    one = written(tmp_path / "1.jsonl", *shuffled[::2])
    two = written(tmp_path / "2.jsonl", *shuffled[1::2])
    found, told = merged(one, two)
    in_order = sorted(pages, key=lambda page: (photos.index(page.source.path), page.source.page))
    assert (found, told) == (in_order, Merged(len(pages), 0, 0))


def test_ok_beats_an_error_and_later_beats_earlier(tmp_path: Path) -> None:
    kinds = {
        "o": ok("x.jpg", mark=1),
        "O": ok("x.jpg", mark=2),
        "b": bad("x.jpg", "1"),
        "B": bad("x.jpg", "2"),
    }
    best = {"oO": "O", "Oo": "o", "ob": "o", "bo": "o", "bB": "B", "Bb": "b"}
    for first, second in itertools.permutations(kinds, 2):
        one = written(tmp_path / "1.jsonl", kinds[first])
        two = written(tmp_path / "2.jsonl", kinds[second])
        both = written(tmp_path / "both.jsonl", kinds[first], kinds[second])
        wanted = best.get(first + second, max(first, second, key=lambda k: k in "oO"))
        for results in ([one, two], [both]):
            pages, told = merged(*results)
            assert pages == [kinds[wanted]]
            assert told == Merged(1, wanted in "bB", 1)


def test_records_are_copied_as_they_are_a_last_line_without_its_end_too(tmp_path: Path) -> None:
    line = FORMATS["jsonl"].element(ok("a.jpg")).replace('"schema"', '"of tomorrow": [1.50], "schema"')
    (tmp_path / "1.jsonl").write_text(line.rstrip("\n"))
    out = io.BytesIO()
    merge([tmp_path / "1.jsonl", written(tmp_path / "2.jsonl", ok("b.jpg"))], out)
    assert out.getvalue().decode().splitlines(keepends=True)[0] == line


def test_a_torn_record_is_told_for_its_run_can_mend_it(tmp_path: Path) -> None:
    path = written(tmp_path / "1.jsonl", ok("a.jpg"), ok("b.jpg"))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ResultError, match=r"1\.jsonl: line 2: not a ocr-result@1 record"):
        merged(path)
    assert merged(written(tmp_path / "none.jsonl")) == ([], Merged(0, 0, 0))
