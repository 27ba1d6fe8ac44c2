"""The plug-in in the real OCRmyPDF: the text layer reads back, by pdftotext, as what the pipeline said.

Skipped without OCRmyPDF (the extra "pdf"), or the programs tesseract, which it looks for, and pdftotext.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocrpipe.errors import WeightsError
from ocrpipe.images import load
from ocrpipe.overlay.fonts import font
from ocrpipe.page import Block, Line, Page, Polygon, Word
from ocrpipe.version import version

ocrmypdf = pytest.importorskip("ocrmypdf")
from ocrpipe import ocrmypdf_plugin  # noqa: E402  # it cannot be imported without OCRmyPDF

PROGRAMS = ("tesseract", "pdftotext", "pdfinfo")
pytestmark = pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason=f"not all of {PROGRAMS} here")
ROOT = Path(__file__).resolve().parent.parent
LINES = ("Invoice 2041", "Northern Harbour Lights", "Payment within thirty days")
SIZE = 56


def paper(angle: float = 0.0) -> Image.Image:
    """A page at 150 dots an inch, turned clockwise by angle."""
    image = Image.new("RGB", (1240, 900), "white")
    for i, line in enumerate(LINES):
        ImageDraw.Draw(image).text((150, 200 + i * 140), line, fill=(20, 20, 20), font=font(SIZE))
    return image.rotate(-angle, Image.Resampling.BICUBIC, fillcolor="white")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A PDF of one page that is a picture."""
    paper().save(tmp_path / "in.pdf", resolution=150)
    return tmp_path / "in.pdf"


def true_page(source: object) -> Page:
    """What is on the paper: each word with its box, grown as a detector's are, so that neighbours overlap."""
    photo = load(source)  # type: ignore[arg-type]  # whatever the plug-in hands over
    words: list[Word] = []
    for i, line in enumerate(LINES):
        for text in line.split():
            before = line[: line.index(text)]
            left = 150 + font(SIZE).getlength(before) - 10
            right = 150 + font(SIZE).getlength(before + text) + 10
            words.append(Word(len(words), i, text, 0.9, 0.9, box(left, 200 + i * 140, right)))
    ids = [tuple(word.id for word in words if word.line == i) for i in range(len(LINES))]
    lines = tuple(Line(i, ids[i], box(150, 200 + i * 140, 1000), text, 0.9) for i, text in enumerate(LINES))
    blocks = (Block(0, tuple(range(len(LINES)))),)
    return Page(photo.source, photo.info, tuple(words), lines, blocks)


def box(left: float, top: float, right: float) -> Polygon:
    return ((left, top), (right, top), (right, top + 60), (left, top + 60))


class TruePipeline:
    """Knows what is on the paper."""

    def read(self, source: object) -> Page:
        return true_page(source)


def text_of(pdf: Path) -> list[str]:
    """The lines that pdftotext finds, without the blank ones."""
    found = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    return [line.strip() for line in found.splitlines() if line.strip()]


def ocr(scan: Path, **options: Any) -> Path:
    out = scan.with_name("out.pdf")
    ocrmypdf.ocr(scan, out, jobs=1, use_threads=True, progress_bar=False, output_type="pdf", **options)
    return out


@pytest.fixture
def true_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocrmypdf_plugin, "load_pipeline", TruePipeline)
    monkeypatch.setattr(ocrmypdf_plugin, "_loaded", type(ocrmypdf_plugin._loaded)())


@pytest.mark.slow
@pytest.mark.usefixtures("true_words")
def test_the_text_layer_reads_back_word_by_word_and_line_by_line(scan: Path) -> None:
    out = ocr(scan, plugins=["ocrpipe.ocrmypdf_plugin"], sidecar=scan.with_suffix(".txt"))
    assert text_of(scan) == []
    assert text_of(out) == list(LINES)
    assert scan.with_suffix(".txt").read_text().split("\n")[: len(LINES)] == list(LINES)
    said = subprocess.run(["pdfinfo", str(out)], capture_output=True, text=True, check=True).stdout
    assert f"/ ocrpipe {version()}" in said


@pytest.mark.slow
def test_a_failure_is_one_line_and_an_exit_code_and_no_file(
    scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise WeightsError("weights/index.json: missing; restore it")

    monkeypatch.setattr(ocrmypdf_plugin, "load_pipeline", fail)
    monkeypatch.setattr(ocrmypdf_plugin, "_loaded", type(ocrmypdf_plugin._loaded)())
    with pytest.raises(ocrmypdf.exceptions.ExitCodeException, match=r"^weights/index\.json: missing; "):
        ocr(scan, plugins=["ocrpipe.ocrmypdf_plugin"])
    assert not scan.with_name("out.pdf").exists()


def test_the_entry_point_serves_only_those_who_ask() -> None:
    options = ocrmypdf.OcrOptions(input_file="a.pdf", output_file="b.pdf")
    assert ocrmypdf_plugin.on_request.get_ocr_engine(None) is None
    assert ocrmypdf_plugin.on_request.get_ocr_engine(options) is None
    options.extra_attrs["ocrpipe"] = True
    assert isinstance(ocrmypdf_plugin.on_request.get_ocr_engine(options), ocrmypdf_plugin.PipelineEngine)


@pytest.mark.parametrize(("engine", "ours"), [("auto", True), ("tesseract", False), ("none", False)])
def test_whoever_names_another_engine_gets_it(engine: str, ours: bool) -> None:
    options = ocrmypdf.OcrOptions(input_file="a.pdf", output_file="b.pdf", ocr_engine=engine)
    assert (ocrmypdf_plugin.get_ocr_engine(options) is not None) is ours


def test_skew_is_the_median_over_letters_and_leaves_out_words_that_run_up_or_down() -> None:
    page = true_page(np.zeros((9, 9, 3), np.uint8))
    turned = [replace(word, angle=90.0 if i % 2 else 3.5) for i, word in enumerate(page.words)]
    assert ocrmypdf_plugin.skew(replace(page, words=tuple(turned))) == 3.5
    assert ocrmypdf_plugin.skew(replace(page, words=(), lines=(), blocks=())) == 0.0


def test_a_page_faces_the_way_most_of_its_letters_run_as_far_as_they_are_believed() -> None:
    page = true_page(np.zeros((9, 9, 3), np.uint8))
    assert sum(len(word.text) for word in page.words) == 55
    for angle, facing in ((0.0, 0), (-3.0, 0), (88.0, 90), (-179.0, 180), (180.0, 180), (-90.0, 270)):
        turned = replace(page, words=tuple(replace(word, angle=angle) for word in page.words))
        found = ocrmypdf_plugin.facing(turned)
        assert (found.angle, round(found.confidence, 6)) == (facing, 49.5)  # 55 letters, each believed to 0.9
    one_up = replace(page, words=(replace(page.words[0], angle=-90.0), *page.words[1:]))
    assert round(ocrmypdf_plugin.facing(one_up).confidence, 6) == 49.5 - 2 * 7 * 0.9  # Invoice
    assert ocrmypdf_plugin.facing(replace(page, words=(), lines=(), blocks=())) == (0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_pages_are_turned_upright_where_that_is_asked_for(tmp_path: Path, turn: int) -> None:
    paper().rotate(turn, expand=True).save(tmp_path / "in.pdf", resolution=150)
    out = ocr(tmp_path / "in.pdf", plugins=["ocrpipe.ocrmypdf_plugin"], rotate_pages=True)
    said = subprocess.run(["pdfinfo", str(out)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Page rot: +(\d+)", said)[1] == str(turn)  # type: ignore[index]  # it is there
    assert text_of(out) == list(LINES)


@pytest.mark.slow
def test_the_command_with_the_shipped_models_levels_and_reads_a_turned_page(tmp_path: Path) -> None:
    paper(4).save(tmp_path / "in.pdf", resolution=150)
    command = [sys.executable, "-m", "ocrmypdf", "--plugin", "ocrpipe.ocrmypdf_plugin", "--deskew", "-q"]
    files = ["--sidecar", "read.txt", "in.pdf", "out.pdf"]
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, *files], cwd=tmp_path, check=True, env=here)
    layer = " ".join(text_of(tmp_path / "out.pdf")).split()
    assert layer == (tmp_path / "read.txt").read_text().split()
    assert "northernharbour" in "".join(layer).lower()
