from __future__ import annotations

import io
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocrpipe.batch import reading
from ocrpipe.batch.run import Terms, run
from ocrpipe.errors import WeightsError
from ocrpipe.images import Photo
from ocrpipe.outputs import Output
from ocrpipe.page import Failure, ImageInfo, Page


def work(photo: Photo) -> Page:
    """A page without words; a photo 13 pixels wide finds a bug, one 14 wide finds the weights gone."""
    if photo.info.width == 13:
        raise ZeroDivisionError("division by zero")
    if photo.info.width == 14:
        raise WeightsError("x.onnx: gone")
    return Page(photo.source, photo.info)


class Recorder(Output):
    """An output that remembers."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.photos: list[Photo | None] = []
        self.finished = self.closed = 0

    def write(self, page: Page, photo: Photo | None) -> None:
        self.pages.append(page)
        self.photos.append(photo)

    def finish(self) -> None:
        self.finished += 1

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
    pages = [outcome.page for outcome in reading.each_photo(work, paths)]
    assert [page.source.path for page in pages] == [str(path) for path in paths]
    assert [page.status for page in pages] == ["ok", "error", "error", "ok"]
    assert [page.error.type for page in pages if page.error] == ["ImageError", "ImageError"]
    assert all(page.error.message.startswith(page.source.path) for page in pages if page.error)


def test_a_bug_in_one_photo_is_a_record_that_says_so(tmp_path: Path) -> None:
    paths = [picture(tmp_path / "a.png", 13), picture(tmp_path / "b.png")]
    first, second = (outcome.page for outcome in reading.each_photo(work, paths))
    assert first.error == Failure(
        "ZeroDivisionError",
        f"{paths[0]}: internal error, ZeroDivisionError('division by zero'); please report it",
    )
    assert first.image == ImageInfo(13, 10)
    assert second.status == "ok"


def test_weights_that_fail_end_the_run_for_no_photo_can_be_read_then(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="gone"):
        list(reading.each_photo(work, [picture(tmp_path / "a.png", 14)]))


def test_every_page_of_a_file_is_read_and_a_bug_in_one_spares_the_others(tmp_path: Path) -> None:
    pages = [Image.new("L", (width, 10)) for width in (20, 13, 21)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    found = [outcome.page for outcome in reading.each_photo(work, [tmp_path / "scan.tif"])]
    assert [(p.source.page, p.source.pages, p.status) for p in found] == [
        (1, 3, "ok"),
        (2, 3, "error"),
        (3, 3, "ok"),
    ]


def test_a_dash_is_the_photo_on_stdin(tmp_path: Path) -> None:
    stdin = io.BytesIO(picture(tmp_path / "a.png").read_bytes())
    (outcome,) = reading.each_photo(work, [Path("-")], stdin=stdin)
    assert (outcome.page.source.path, outcome.page.source.format) == ("-", "PNG")


def test_every_page_says_how_long_loading_took(tmp_path: Path) -> None:
    (outcome,) = reading.each_photo(work, [picture(tmp_path / "a.png")])
    assert outcome.page.timing_ms is not None
    assert outcome.page.timing_ms.load > 0


def test_a_run_counts_failures_tells_them_and_writes_every_page_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    outputs = Recorder(), Recorder()
    paths = [picture(tmp_path / "a.png"), tmp_path / "empty.jpg"]
    summary = run(lambda: work, paths, outputs, Terms(quiet=True))
    assert (summary.photos, summary.finished, summary.failures) == (2, 2, {"ImageError": 1})
    assert outputs[0].pages == outputs[1].pages
    assert [page.status for page in outputs[0].pages] == ["ok", "error"]
    assert outputs[0].photos[1] is None
    assert [(output.finished, output.closed) for output in outputs] == [(2, 1), (2, 1)]
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"error: {paths[1]}: ")


def test_the_first_interruption_finishes_the_photo_and_ends_the_run(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)  # a background job of a shell ignores it

    def interrupted(photo: Photo) -> Page:
        signal.raise_signal(signal.SIGINT)
        return Page(photo.source, photo.info)

    output = Recorder()
    paths = [picture(tmp_path / "a.png"), picture(tmp_path / "b.png")]
    summary = run(lambda: interrupted, paths, [output], Terms(quiet=True))
    assert (summary.interrupted, summary.finished, len(output.pages), output.closed) == (True, 1, 1, 1)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_second_interruption_stops_at_once_and_closes_the_outputs(tmp_path: Path) -> None:
    def interrupted(photo: Photo) -> Page:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("never reached")

    output = Recorder()
    with pytest.raises(KeyboardInterrupt):
        run(lambda: interrupted, [picture(tmp_path / "a.png")], [output], Terms(quiet=True))
    assert (output.pages, output.closed) == ([], 1)


def test_damage_on_a_later_page_is_told_of_that_page(tmp_path: Path) -> None:
    frames = [Image.effect_noise((32, 32), 50) for _ in range(3)]
    frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:])
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(data[: len(data) * 5 // 6])
    found = [outcome.page for outcome in reading.each_photo(work, [tmp_path / "cut.tif"])]
    numbers = [(page.source.page, page.source.pages, page.status) for page in found]
    assert numbers == [(1, 3, "ok"), (2, 3, "ok"), (3, 3, "error")]


def test_a_photo_too_large_for_memory_is_a_record_that_says_so(tmp_path: Path) -> None:
    def huge(photo: Photo) -> Page:
        raise MemoryError

    (outcome,) = reading.each_photo(huge, [picture(tmp_path / "a.png")])
    assert outcome.page.error is not None
    assert outcome.page.error.message.endswith(
        "does not fit into memory; scale it down, or take fewer --workers"
    )
