from __future__ import annotations

import itertools
from pathlib import Path
from typing import cast

import pytest

from ocrpipe import console as console_module
from ocrpipe.batch.reading import Outcome, Read
from ocrpipe.batch.resume import Recorded
from ocrpipe.batch.run import Summary, Terms, put_in_order, run
from ocrpipe.images import Photo
from ocrpipe.outputs import Output
from ocrpipe.page import Page, Source


def reads(number: int, pages: int) -> list[Read]:
    """All that comes of a photo of so many pages."""
    found = [Outcome(Page(Source(str(number), page, pages)), None) for page in range(1, pages + 1)]
    return [*(Read(number, outcome) for outcome in found), Read(number, None)]


def test_whatever_the_order_in_which_photos_are_done_they_come_in_theirs() -> None:
    photos = [reads(0, 2), reads(1, 1), reads(2, 0), reads(3, 1)]
    wanted = [read for photo in photos for read in photo]
    for order in itertools.permutations(photos):
        assert list(put_in_order(read for photo in order for read in photo)) == wanted


def test_pages_of_the_photo_whose_turn_it_is_are_not_held_back() -> None:
    first, second = reads(0, 2), reads(1, 1)
    mixed = iter([first[0], second[0], first[1], second[1], first[2]])
    ordered = put_in_order(mixed)
    assert next(ordered) == first[0]
    assert next(mixed) == second[0]  # nothing was taken in advance
    assert list(put_in_order([first[0], second[0], first[1], second[1], first[2]])) == [*first, *second]


class Kept(Output):
    """An output that remembers page numbers."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []

    def write(self, page: Page, photo: Photo | None) -> None:
        self.seen.append((Path(page.source.path).name, page.source.page))

    def close(self) -> None:
        pass


def scan(path: Path, pages: int) -> Path:
    from PIL import Image

    frames = [Image.new("L", (8, 8)) for _ in range(pages)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


def work(photo: Photo) -> Page:
    return Page(photo.source, photo.info)


def test_what_is_recorded_is_not_read_again_page_by_page(tmp_path: Path) -> None:
    paths = [scan(tmp_path / f"{name}.tif", 3) for name in "abc"]
    recorded = {
        str(paths[0]): Recorded(frozenset({1, 2, 3}), 3),
        str(paths[1]): Recorded(frozenset({1, 3}), 3),
    }
    output = Kept()
    summary = run(lambda: work, paths, [output], Terms(recorded=recorded, quiet=True))
    assert output.seen == [("b.tif", 2), ("c.tif", 1), ("c.tif", 2), ("c.tif", 3)]
    assert (summary.photos, summary.earlier, summary.finished, summary.pages) == (3, 1, 2, 4)


def test_work_is_not_even_loaded_where_all_is_recorded(tmp_path: Path) -> None:
    def never() -> None:
        raise AssertionError("loaded")

    path = scan(tmp_path / "a.tif", 1)
    terms = Terms(recorded={str(path): Recorded(frozenset({1}))}, quiet=True)
    assert run(never, [path], [], terms) == Summary(1, earlier=1)  # type: ignore[arg-type]  # makes no work


def test_a_person_is_shown_a_table_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    screen = Console(stderr=True, force_terminal=True, width=100, markup=False, highlight=False)
    monkeypatch.setattr(console_module, "console", lambda: screen)
    paths = [scan(tmp_path / "a.tif", 2), scan(tmp_path / "b.tif", 1), tmp_path / "gone.jpg"]
    run(lambda: work, paths, [], Terms(recorded={str(paths[1]): Recorded(frozenset({1}))}))
    told = capsys.readouterr().err
    rows = [line.split("\t") for line in told.splitlines() if "\t" in line]
    assert rows[0][0].endswith("run")  # after the codes that take the bar away
    assert rows[0][1] == "finished"
    assert dict(cast("list[tuple[str, str]]", rows[1:-2])) == {
        "photos": "2 of 2",
        "recorded earlier": "1",
        "pages": "3",
        "failed": "1 (1 ImageError)",
        "words": "0",
    }
