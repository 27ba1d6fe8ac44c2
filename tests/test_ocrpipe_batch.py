from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrpipe import batch
from ocrpipe.errors import WeightsError
from ocrpipe.images import Photo
from ocrpipe.page import Failure, ImageInfo, Page


def work(photo: Photo) -> Page:
    """A page without words; a photo 13 pixels wide finds a bug, one 14 wide finds the weights gone."""
    if photo.info.width == 13:
        raise ZeroDivisionError("division by zero")
    if photo.info.width == 14:
        raise WeightsError("x.onnx: gone")
    return Page(photo.source, photo.info)


class Recorder:
    """An output that remembers."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.photos: list[Photo | None] = []
        self.closed = 0

    def write(self, page: Page, photo: Photo | None) -> None:
        self.pages.append(page)
        self.photos.append(photo)

    def close(self) -> None:
        self.closed += 1


def picture(path: Path, width: int = 20) -> Path:
    Image.fromarray(np.zeros((10, width, 3), np.uint8)).save(path)
    return path


def test_a_bad_photo_becomes_a_record_and_the_next_is_read(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("hello")
    paths = [
        picture(tmp_path / "a.png"),
        tmp_path / "text.jpg",
        tmp_path / "gone.jpg",
        picture(tmp_path / "b.png"),
    ]
    pages = [outcome.page for outcome in batch.each_photo(work, paths)]
    assert [page.source.path for page in pages] == [str(path) for path in paths]
    assert [page.status for page in pages] == ["ok", "error", "error", "ok"]
    assert [page.error.type for page in pages if page.error] == ["ImageError", "ImageError"]
    assert all(page.error.message.startswith(page.source.path) for page in pages if page.error)


def test_a_bug_in_one_photo_is_a_record_that_says_so(tmp_path: Path) -> None:
    paths = [picture(tmp_path / "a.png", 13), picture(tmp_path / "b.png")]
    first, second = (outcome.page for outcome in batch.each_photo(work, paths))
    assert first.error == Failure(
        "ZeroDivisionError",
        f"{paths[0]}: internal error, ZeroDivisionError('division by zero'); please report it",
    )
    assert first.image == ImageInfo(13, 10)
    assert second.status == "ok"


def test_weights_that_fail_end_the_run_for_no_photo_can_be_read_then(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="gone"):
        list(batch.each_photo(work, [picture(tmp_path / "a.png", 14)]))


def test_every_page_of_a_file_is_read_and_a_bug_in_one_spares_the_others(tmp_path: Path) -> None:
    pages = [Image.new("L", (width, 10)) for width in (20, 13, 21)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    found = [outcome.page for outcome in batch.each_photo(work, [tmp_path / "scan.tif"])]
    assert [(p.source.page, p.source.pages, p.status) for p in found] == [
        (1, 3, "ok"),
        (2, 3, "error"),
        (3, 3, "ok"),
    ]


def test_a_dash_is_the_photo_on_stdin(tmp_path: Path) -> None:
    stdin = io.BytesIO(picture(tmp_path / "a.png").read_bytes())
    (outcome,) = batch.each_photo(work, [Path("-")], stdin=stdin)
    assert (outcome.page.source.path, outcome.page.source.format) == ("-", "PNG")


def test_every_page_says_how_long_loading_took(tmp_path: Path) -> None:
    (outcome,) = batch.each_photo(work, [picture(tmp_path / "a.png")])
    assert outcome.page.timing_ms is not None
    assert outcome.page.timing_ms.load > 0


def test_a_run_counts_failures_tells_them_and_writes_every_page_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    outputs = Recorder(), Recorder()
    paths = [picture(tmp_path / "a.png"), tmp_path / "empty.jpg"]
    assert batch.run(work, paths, outputs, quiet=True) == 1
    assert outputs[0].pages == outputs[1].pages
    assert [page.status for page in outputs[0].pages] == ["ok", "error"]
    assert outputs[0].photos[1] is None
    assert [output.closed for output in outputs] == [1, 1]
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"error: {paths[1]}: ")


def test_an_interruption_closes_the_outputs(tmp_path: Path) -> None:
    def interrupted(photo: Photo) -> Page:
        raise KeyboardInterrupt

    output = Recorder()
    with pytest.raises(KeyboardInterrupt):
        batch.run(interrupted, [picture(tmp_path / "a.png")], [output], quiet=True)
    assert output.closed == 1
