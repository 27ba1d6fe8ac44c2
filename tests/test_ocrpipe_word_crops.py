"""Crops as files, and their list: what was read from a photo is read from them again, and they are labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from result_pages import sign, word_page
from tiny_models import weights_folder

from ocrpipe import crops, images
from ocrpipe.errors import OutputError
from ocrpipe.images import Photo
from ocrpipe.labels import load_words
from ocrpipe.overlay.fonts import font
from ocrpipe.page import Page, Source
from ocrpipe.pipeline import load_pipeline, transcribe_photo
from ocrpipe.word_crops import CropLabels, CropOutput

NAMED = {"café/sign.jpg": Path("café/sign"), "one.png": Path("one")}


def photo(page: Page) -> Photo:
    """Noise with a word of page's size."""
    assert page.image is not None
    pixels = np.random.default_rng(3).integers(0, 256, (page.image.height, page.image.width, 3), np.uint8)
    return Photo(pixels, page.source, page.image)


def listed(folder: Path) -> list[str]:
    return (folder / "labels.tsv").read_text(encoding="utf-8").splitlines()


def test_each_word_is_a_file_with_the_very_pixels_that_were_read(tmp_path: Path) -> None:
    page = sign()
    CropOutput(tmp_path, NAMED).write(page, photo(page))
    files = sorted((tmp_path / "café").iterdir())
    assert [file.name for file in files] == [f"sign.w000{i}.png" for i in range(4)]
    quads = np.array([word.polygon for word in page.words], np.float32)
    for file, crop in zip(files, crops.rectify(photo(page).pixels, quads), strict=True):
        assert np.array_equal(np.array(Image.open(file)), crop)


def test_a_crop_is_transcribed_as_its_word_was_read(tmp_path: Path) -> None:
    image = Image.new("RGB", (300, 100), "white")
    ImageDraw.Draw(image).text((40, 20), "FORD", fill="black", font=font(48))
    pipeline = load_pipeline(weights_folder=weights_folder(tmp_path / "models"), min_confidence=0)
    found = images.load(np.array(image), name="one.png")
    page = pipeline.read_photo(found)
    assert page.words
    CropOutput(tmp_path, NAMED).write(page, found)
    for word in page.words:
        crop = images.load(tmp_path / f"one.w{word.id:04}.png")
        (again,) = transcribe_photo(pipeline.recognizer, None, crop).words
        assert again.text == word.text
        assert again.confidence == pytest.approx(word.confidence, abs=1e-5)


def test_the_list_names_crops_and_texts_and_is_read_back_as_labels(tmp_path: Path) -> None:
    labels = CropLabels(tmp_path, NAMED)
    labels.write(sign(), None)
    labels.write(replace(word_page("a\tb"), source=Source("one.png", 2, 3)), None)
    labels.write(word_page(""), None)
    labels.close()
    assert listed(tmp_path)[0] == "café/sign.w0000.png\tFORD"
    assert listed(tmp_path)[-1] == "one.p2.w0000.png\ta b"
    assert [(w.name, w.text) for w in load_words(tmp_path)][2] == ("café/sign.w0002.png", "24H,")


@pytest.mark.parametrize(
    ("resume", "expected"),
    [(True, ["old.w0000.png\tx", "one.w0000.png\tnew"]), (False, ["one.w0000.png\tnew"])],
)
def test_a_list_is_gone_on_with_or_begun_anew(tmp_path: Path, resume: bool, expected: list[str]) -> None:
    tmp_path.joinpath("labels.tsv").write_text("old.w0000.png\tx\none.w0000.png\tstale\ntorn.w0")
    labels = CropLabels(tmp_path, NAMED, resume=resume)
    labels.write(word_page("new"), None)
    labels.close()
    assert listed(tmp_path) == expected  # neither the torn line nor what was said before of the same crop


def test_a_run_without_a_page_leaves_no_list(tmp_path: Path) -> None:
    CropLabels(tmp_path / "new", NAMED).close()
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_is_one_clear_error(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("")
    with pytest.raises(OutputError, match="file"):
        CropOutput(tmp_path / "file", NAMED).write(word_page("a"), photo(word_page("a")))
