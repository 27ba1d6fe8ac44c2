from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tiny_models import weights_folder

import ocrpipe
from detectors import Detections
from ocrpipe.errors import ImageError
from ocrpipe.images import Photo, PhotoSource, load
from ocrpipe.page import ModelInfo, Source
from ocrpipe.pipeline import PHOTOS_AT_ONCE, Pipeline, detect_photo, load_pipeline, transcribe_photo
from ocrpipe.turns import turned, turned_back
from recognizer import Transcript

WHITE = np.full((100, 300, 3), 255, np.uint8)


def box(x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


class FakeDetector:
    """Finds the same boxes in every photo, each to be read margin pixels wider on every side."""

    def __init__(self, *boxes: list[tuple[float, float]], margin: float = 0.0) -> None:
        self.quads = np.array(boxes, np.float32).reshape(-1, 4, 2)
        self.margin = margin

    def detect(self, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Detections:
        count = len(self.quads)
        return Detections(
            self.quads, np.full(count, 0.5, np.float32), np.full(count, self.margin, np.float32)
        )


class FakeRecognizer:
    """Reads a crop as its width in pixels, with a score of 0.9; a width listed in blank as nothing."""

    def __init__(self, *blank: int) -> None:
        self.blank, self.calls = blank, 0

    def transcribe(
        self, crops: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]
    ) -> list[Transcript]:
        self.calls += 1
        widths = [crop.shape[1] for crop in crops]
        return [Transcript("", 0.0) if w in self.blank else Transcript(str(w), 0.9) for w in widths]


TWO_LINES = (box(10, 60, 64, 16), box(150, 10, 80, 20), box(10, 10, 120, 20))


def test_words_come_out_in_reading_order_with_both_scores() -> None:
    page = Pipeline(FakeDetector(*TWO_LINES), FakeRecognizer()).read(WHITE)
    assert [word.text for word in page.words] == ["192", "128", "128"]
    assert page.text.split() == ["192", "128", "128"]
    assert {(word.confidence, word.detection_score) for word in page.words} == {(0.9, 0.5)}
    assert page.words[0].polygon == tuple(TWO_LINES[2])
    assert (page.status, page.source.path) == ("ok", "<array>")


@pytest.mark.parametrize(("margin", "width"), [(5, "112"), (-4, "232"), (0, "152")])
def test_a_word_is_told_as_found_and_read_with_its_margin(margin: float, width: str) -> None:
    there = box(100, 40, 95, 20)  # 105 x 30, 87 x 12 or as it is, scaled to a height of 32
    page = Pipeline(FakeDetector(there, margin=margin), FakeRecognizer()).read(WHITE)
    assert page.words[0].text == width
    np.testing.assert_allclose(page.words[0].polygon, there, atol=1e-4)


def test_a_photo_without_words_gives_an_empty_page() -> None:
    page = Pipeline(FakeDetector(), FakeRecognizer()).read(WHITE)
    assert (page.words, page.lines, page.blocks, page.text, page.status) == ((), (), (), "", "ok")


def test_a_box_without_a_single_character_is_no_word() -> None:
    page = Pipeline(FakeDetector(*TWO_LINES), FakeRecognizer(128)).read(WHITE)
    assert [word.text for word in page.words] == ["192"]


@pytest.mark.parametrize(("least", "kept"), [(0.9, 3), (0.91, 0)])
def test_words_below_the_least_confidence_are_left_out(least: float, kept: int) -> None:
    pipeline = Pipeline(FakeDetector(*TWO_LINES), FakeRecognizer(), min_confidence=least)
    assert len(pipeline.read(WHITE).words) == kept


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_least_confidence_is_a_share(value: float) -> None:
    with pytest.raises(ValueError, match="min_confidence must be in"):
        Pipeline(FakeDetector(), FakeRecognizer(), min_confidence=value)


def test_a_tall_word_is_turned_and_its_polygon_says_how_it_was_read() -> None:
    page = Pipeline(FakeDetector(box(50, 10, 20, 80)), FakeRecognizer()).read(WHITE)
    assert page.words[0].text == "128"  # 80 x 20, scaled to a height of 32
    assert page.words[0].polygon == ((70, 10), (70, 90), (50, 90), (50, 10))
    assert page.words[0].angle == 90


class UprightReader:
    """Is sure of crops `width` px wide only."""

    def __init__(self, width: int) -> None:
        self.width = width

    def transcribe(
        self, crops: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]
    ) -> list[Transcript]:
        return [Transcript("I", 0.9) if c.shape[1] == self.width else Transcript("-", 0.4) for c in crops]


def test_a_tall_box_is_read_upright_too_and_the_surest_reading_wins() -> None:
    tall = box(50, 20, 10, 40)
    upright = Pipeline(FakeDetector(*TWO_LINES, tall), UprightReader(8)).read(WHITE)
    assert [(w.text, w.polygon) for w in upright.words if w.confidence == 0.9] == [("I", tuple(tall))]
    turned = Pipeline(FakeDetector(tall), UprightReader(128)).read(WHITE)
    assert turned.words[0].polygon == (*tall[1:], tall[0])  # both turns look alike here: the first is kept
    assert len(upright.words) == 4


class DarkSpots:
    """Finds every black spot; remembers what it was shown."""

    def __init__(self) -> None:
        self.looks = 0

    def detect(self, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Detections:
        self.looks += 1
        _, _, stats, _ = cv2.connectedComponentsWithStats((image[:, :, 0] < 128).astype(np.uint8))
        quads = np.array([box(x, y, w, h) for x, y, w, h, _ in stats[1:]], np.float32).reshape(-1, 4, 2)
        return Detections(quads, np.ones(len(quads), np.float32))


class NotchReader:
    """Reads a crop as its width, surely where its top left is white: words here lack that corner."""

    def transcribe(
        self, crops: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]
    ) -> list[Transcript]:
        return [Transcript(str(c.shape[1]), 0.9 if c[2, 2, 0] > 128 else 0.1) for c in crops]


def notched() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Three words, one too short to show which way it runs."""
    photo = WHITE.copy()
    for x, y, width in ((20, 10, 80), (120, 10, 24), (20, 60, 120)):
        photo[y : y + 20, x : x + width] = 0
        photo[y : y + 5, x : x + 5] = 255
    return photo


@pytest.mark.parametrize("quarters", range(4))
def test_a_photo_on_its_side_or_head_says_the_same_words_in_the_same_order(quarters: int) -> None:
    upright = Pipeline(DarkSpots(), NotchReader()).read(notched())
    assert [word.text for word in upright.words] == ["128", "38", "192"]
    page = Pipeline(DarkSpots(), NotchReader()).read(turned(notched(), quarters))
    assert [word.text for word in page.words] == ["128", "38", "192"]
    quads = np.array([word.polygon for word in upright.words], np.float32)
    sides = [(300, 100), (100, 300)][quarters % 2]
    back = turned_back(quads, (4 - quarters) % 4, *sides)
    assert np.array_equal(np.array([word.polygon for word in page.words]), back)
    assert {round(word.angle) % 360 for word in page.words} == {90 * quarters}


class Shy(DarkSpots):
    """Sees of words that run up or down only one in a photo, as detectors do with small print."""

    def detect(self, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Detections:
        found = super().detect(image)
        if image.shape[0] > image.shape[1]:
            return Detections(found.quads[:1] + np.float32(6), found.scores[:1])
        return found


@pytest.mark.parametrize("quarters", [1, 3])
def test_a_photo_on_its_side_of_which_hardly_anything_is_seen_is_turned_too(quarters: int) -> None:
    page = Pipeline(Shy(), NotchReader()).read(turned(notched(), quarters))
    assert [word.text for word in page.words] == ["128", "38", "192"]
    assert {round(word.angle) % 360 for word in page.words} == {90 * quarters}


def test_a_photo_that_reads_well_is_looked_at_once_and_turning_can_be_forbidden() -> None:
    detector = DarkSpots()
    Pipeline(detector, NotchReader()).read(notched())
    assert detector.looks == 1
    page = Pipeline(detector, NotchReader(), turns=False).read(turned(notched(), 2))
    assert detector.looks == 2
    assert {word.confidence for word in page.words} == {0.1}


def test_many_photos_give_the_pages_that_each_gives_alone_in_one_call_a_group() -> None:
    photos = [load(np.full((40 + i, 300, 3), 255, np.uint8), name=f"{i}") for i in range(PHOTOS_AT_ONCE + 1)]
    recognizer = FakeRecognizer()
    pipeline = Pipeline(FakeDetector(*TWO_LINES), recognizer)
    together = list(pipeline.read_many(photos))
    assert recognizer.calls == 2
    assert [page.source.path for page in together] == [photo.source.path for photo in photos]
    alone = [pipeline.read_photo(photo) for photo in photos]
    assert [page.words for page in together] == [page.words for page in alone]
    assert list(pipeline.read_many([])) == []


def test_many_photos_may_be_of_any_kind_and_are_loaded_when_their_turn_comes(tmp_path: Path) -> None:
    Image.fromarray(WHITE).save(tmp_path / "a.png")
    pipeline = Pipeline(FakeDetector(*TWO_LINES), FakeRecognizer())
    kinds: tuple[PhotoSource | Photo, ...] = (
        WHITE,
        tmp_path / "a.png",
        (tmp_path / "a.png").read_bytes(),
        load(WHITE, name="loaded"),
    )
    pages = pipeline.read_many([*kinds] * 4 + [tmp_path / "gone.png"])
    first = [next(pages) for _ in range(PHOTOS_AT_ONCE)]
    assert [page.source.path for page in first[:4]] == [
        "<array>",
        str(tmp_path / "a.png"),
        "<bytes>",
        "loaded",
    ]
    assert {page.words for page in first} == {pipeline.read(WHITE).words}
    with pytest.raises(ImageError, match=r"gone\.png: "):
        next(pages)


def test_the_page_says_which_models_spoke_and_how_long_they_took() -> None:
    pipeline = Pipeline(
        FakeDetector(*TWO_LINES),
        FakeRecognizer(),
        detector_info=ModelInfo("d", "1"),
        recognizer_info=ModelInfo("r", "2", "ascii94"),
    )
    page = pipeline.read(WHITE)
    assert (page.detector, page.recognizer) == (ModelInfo("d", "1"), ModelInfo("r", "2", "ascii94"))
    assert page.timing_ms is not None
    assert min(page.timing_ms.load, page.timing_ms.detect, page.timing_ms.recognize) > 0


def test_detection_alone_gives_boxes_in_order_without_text() -> None:
    page = detect_photo(FakeDetector(*TWO_LINES), ModelInfo("d"), load(WHITE))
    assert [word.polygon[0] for word in page.words] == [(10, 10), (150, 10), (10, 60)]
    assert {(word.text, word.confidence, word.detection_score) for word in page.words} == {("", 0.0, 0.5)}
    assert (page.detector, page.recognizer) == (ModelInfo("d"), None)


@pytest.mark.parametrize(("width", "height", "expected"), [(64, 32, "64"), (10, 40, "8"), (100, 16, "200")])
def test_a_crop_is_read_as_a_whole_and_never_turned(width: int, height: int, expected: str) -> None:
    crop = load(np.full((height, width, 3), 255, np.uint8))
    page = transcribe_photo(FakeRecognizer(), ModelInfo("r"), crop)
    assert [(word.text, word.detection_score) for word in page.words] == [(expected, 1.0)]
    assert page.words[0].polygon == tuple(box(0, 0, width, height))
    assert transcribe_photo(FakeRecognizer(int(expected)), None, crop).words == ()


def test_a_photo_that_cannot_be_read_is_an_image_error(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"missing\.jpg"):
        Pipeline(FakeDetector(), FakeRecognizer()).read(tmp_path / "missing.jpg")


def test_real_files_and_engines_read_what_the_tiny_models_say(tmp_path: Path) -> None:
    photo = WHITE.copy()
    photo[20:50, 40:140] = 0
    Image.fromarray(photo).save(tmp_path / "spot.png")
    page = load_pipeline(weights_folder=weights_folder(tmp_path), device="cpu").read(tmp_path / "spot.png")
    assert [word.text for word in page.words] == ["a"]
    (left, top), (right, bottom) = page.words[0].polygon[0], page.words[0].polygon[2]
    assert left < 41 < 139 < right
    assert top < 21 < 49 < bottom
    assert page.source.format == "PNG"
    assert page.detector is not None
    assert page.detector.id == "dark-spots"


def test_the_package_reads_with_the_default_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCRPIPE_WEIGHTS", str(weights_folder(tmp_path)))
    monkeypatch.setattr(ocrpipe, "_default", [])
    photo = WHITE.copy()
    photo[20:50, 40:140] = 0
    assert ocrpipe.read(photo).text == "a"
    assert ocrpipe.read(photo).words == ocrpipe.read(photo).words


def test_every_public_name_is_there_and_others_are_not() -> None:
    assert all(getattr(ocrpipe, name).__module__.startswith("ocrpipe") for name in ocrpipe.__all__)
    assert {*ocrpipe.__all__} <= {*dir(ocrpipe)}
    assert isinstance(ocrpipe.__version__, str)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = ocrpipe.nonsense


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = "import sys, ocrpipe; print({'numpy', 'cv2', 'PIL', 'torch'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.stdout == "set()\n"


def test_the_photo_itself_is_not_changed() -> None:
    photo = Photo(WHITE.copy(), Source("x"), load(WHITE).info)
    Pipeline(FakeDetector(*TWO_LINES), FakeRecognizer()).read_photo(photo)
    np.testing.assert_array_equal(photo.pixels, WHITE)
