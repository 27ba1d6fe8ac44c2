"""The released weights at work: words that anybody can read are read, whole photos and crops alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from detectors.db_detector import DBDetector
from ocrpipe import load_pipeline
from ocrpipe.pipeline import Pipeline
from recognizer.metrics import normalise

ROOT = Path(__file__).resolve().parent.parent
WORDS = ("available", "london", "greenstead", "ford")  # the four demonstration words of the CRNN tutorials


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return load_pipeline(device="cpu")


def sign(text: str, size: int, margin: int, ink: str = "white", paper: str = "#1d4f7c") -> NDArray[np.uint8]:
    """A flat sign with text in the typeface that Pillow brings, margin px around the ink."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("RGB", (int(right - left) + 2 * margin, int(bottom - top) + 2 * margin), paper)
    ImageDraw.Draw(image).text((margin - left, margin - top), text, fill=ink, font=font)
    return np.asarray(image)


@pytest.mark.parametrize("text", WORDS)
def test_large_clear_words_are_found_and_read_in_a_picture(pipeline: Pipeline, text: str) -> None:
    page = pipeline.read(sign(text, size=60, margin=90))
    assert [normalise(word.text) for word in page.words] == [text]


@pytest.mark.parametrize("text", WORDS)
@pytest.mark.parametrize(("ink", "paper"), [("black", "white"), ("#f2d024", "#303030")])
def test_their_crops_are_transcribed(pipeline: Pipeline, text: str, ink: str, paper: str) -> None:
    crop = Image.fromarray(sign(text, size=28, margin=4, ink=ink, paper=paper))
    width = round(crop.width * 32 / crop.height)
    (transcript,) = pipeline.recognizer.transcribe([np.asarray(crop.resize((width, 32)))])
    assert normalise(transcript.text) == text


def test_the_example_photo_says_way_out(pipeline: Pipeline) -> None:
    page = pipeline.read(ROOT / "examples/station.jpg")
    assert {"way", "out"} <= {normalise(word.text) for word in page.words}


def test_the_released_files_agree_with_each_other() -> None:
    onnx, torch = load_pipeline(device="cpu", precision="fp32"), load_pipeline(device="cpu", engine="torch")
    photo = ROOT / "examples/station.jpg"
    one, other = onnx.read(photo), torch.read(photo)
    assert [word.text for word in one.words] == [word.text for word in other.words]
    assert [word.confidence for word in one.words] == pytest.approx(
        [w.confidence for w in other.words], abs=1e-2
    )
    assert [word.polygon for word in one.words] == [
        pytest.approx(np.array(word.polygon), abs=1.0) for word in other.words
    ]


def test_the_twins_of_bytes_agree_with_the_released_files() -> None:
    exact, quick = load_pipeline(device="cpu", precision="fp32"), load_pipeline(device="cpu")
    photo = np.asarray(Image.open(ROOT / "examples/station.jpg").convert("RGB"))
    assert isinstance(exact.detector, DBDetector)
    assert isinstance(quick.detector, DBDetector)
    one, other = exact.detector.score_map(photo), quick.detector.score_map(photo)
    assert np.abs(one - other).mean() < 0.005
    assert [w.text for w in exact.read(photo).words] == [w.text for w in quick.read(photo).words]
