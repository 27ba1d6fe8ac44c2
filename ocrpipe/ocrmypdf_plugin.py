"""OCRmyPDF with ocrpipe as its engine: a scanned PDF in, the same PDF with a text layer out.

    ocrmypdf --plugin ocrpipe.ocrmypdf_plugin in.pdf out.pdf

Where ocrpipe is installed, `ocrmypdf --ocrpipe in.pdf out.pdf` means the same: `on_request` is the entry
point that adds this option, and leaves every other run to OCRmyPDF's own engine. Needs the extra "pdf".
"""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from ocrmypdf import OcrEngine, OcrOptions, OrientationConfidence, hookimpl
from ocrmypdf.exceptions import ExitCodeException

from ocrpipe.errors import OcrError
from ocrpipe.formats import FORMATS
from ocrpipe.page import Page
from ocrpipe.pipeline import Pipeline, load_pipeline
from ocrpipe.text_layer import part_words
from ocrpipe.version import NAME, version

_LEVEL = 30.0  # degrees; a word turned further runs up, down or across the page and says nothing of its skew
_loaded = threading.local()  # a pipeline serves one thread, and OCRmyPDF may read pages in several


class PipelineEngine(OcrEngine):
    """The default models as an OCR engine; `-l` has no say, for the models read what their charset has."""

    @staticmethod
    def version() -> str:
        """Of ocrpipe."""
        return version()

    @staticmethod
    def creator_tag(options: OcrOptions) -> str:
        """What the PDF's metadata say of us."""
        return f"{NAME} {version()}"

    def __str__(self) -> str:
        return f"{NAME} {version()}"

    @staticmethod
    def languages(options: OcrOptions) -> set[str]:
        """Empty: OCRmyPDF then leaves `-l` unchecked."""
        return set()

    @staticmethod
    def get_orientation(input_file: Path, options: OcrOptions) -> OrientationConfidence:
        """Which way the page's words run, for `--rotate-pages`; see `facing`."""
        return facing(_read(input_file))

    @staticmethod
    def get_deskew(input_file: Path, options: OcrOptions) -> float:
        """Degrees to turn the page anticlockwise so that its words, the long ones above all, are level."""
        return skew(_read(input_file))

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: OcrOptions) -> None:
        """Read a page image into hOCR, from which OCRmyPDF makes the text layer, and into plain text."""
        page = _read(input_file)
        output_hocr.write_text(FORMATS["hocr"].alone(part_words(page)), encoding="utf-8")
        output_text.write_text(FORMATS["text"].alone(page), encoding="utf-8")

    @staticmethod
    def generate_pdf(input_file: Path, output_pdf: Path, output_text: Path, options: OcrOptions) -> None:
        """Not offered: OCRmyPDF asks for it with one renderer only."""
        raise ExitCodeException("ocrpipe writes no PDF of its own; leave out --pdf-renderer sandwich")


def skew(page: Page) -> float:
    """The median angle of page's words, each counted as often as it has letters; 0.0 for none, clockwise."""
    angles = [word.angle for word in page.words for _ in word.text if abs(word.angle) <= _LEVEL]
    return float(np.median(angles)) if angles else 0.0


def facing(page: Page) -> OrientationConfidence:
    """By how much page is turned clockwise, 0 to 270 degrees, going by how most of what it says runs.

    The confidence is how many characters run so, each counted as far as its word is believed, less those that
    run otherwise: OCRmyPDF turns a page from 14 on, and fewer than `ocrpipe.turns.ENOUGH` may be chance.
    """
    believed = [0.0] * 4  # by quarters clockwise from upright
    for word in page.words:
        believed[round(word.angle / 90) % 4] += len(word.text) * word.confidence
    most = max(believed)
    quarters = believed.index(most)
    return OrientationConfidence(angle=quarters * 90, confidence=max(0.0, 2 * most - sum(believed)))


@hookimpl
def get_ocr_engine(options: OcrOptions | None) -> OcrEngine | None:
    """Ours, for whoever names this plug-in, unless `--ocr-engine` names another."""
    return PipelineEngine() if options is None or options.ocr_engine == "auto" else None


class OnRequest:
    """As this module, but only where `--ocrpipe` is given: fit to be always there."""

    @hookimpl
    def add_options(self, parser: ArgumentParser) -> None:
        """Add the option."""
        group = parser.add_argument_group("ocrpipe", "Photos and scans read by ocrpipe")
        group.add_argument("--ocrpipe", action="store_true", help="Read with ocrpipe instead of Tesseract.")

    @hookimpl
    def get_ocr_engine(self, options: OcrOptions | None) -> OcrEngine | None:
        """Ours where it was asked for."""
        return get_ocr_engine(options) if self._asked(options) else None

    def _asked(self, options: OcrOptions | None) -> bool:
        return options is not None and bool(getattr(options, "ocrpipe", False))


on_request = OnRequest()


def _read(image: Path) -> Page:
    try:
        if not hasattr(_loaded, "pipeline"):
            _loaded.pipeline = load_pipeline()
        pipeline: Pipeline = _loaded.pipeline
        return pipeline.read(image)
    except OcrError as error:
        raise ExitCodeException(str(error)) from error
