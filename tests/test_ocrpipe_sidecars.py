"""A photo's own word list is used for that photo and for no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_models import weights_folder

from ocrpipe.decode_options import DecodeOptions
from ocrpipe.errors import LexiconError
from ocrpipe.images import load
from ocrpipe.page import LexiconMatch
from ocrpipe.pipeline import Pipeline, load_pipeline
from ocrpipe.sidecars import find_sidecar, read_with_sidecar


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """Reads every dark spot as "a", and as the nearest word where it has a lexicon."""
    return load_pipeline(
        weights_folder=weights_folder(tmp_path), min_confidence=0, decode=DecodeOptions(lexicon_mode="strict")
    )


def spot(path: Path) -> Path:
    pixels = np.full((100, 200, 3), 255, np.uint8)
    pixels[30:60, 50:150] = 0
    Image.fromarray(pixels).save(path)
    return path


def test_the_list_beside_a_photo_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "shop.lexicon.txt").write_text("ab\n")
    assert find_sidecar(tmp_path / "shop.jpg") == tmp_path / "shop.lexicon.txt"
    assert find_sidecar(tmp_path / "other.jpg") is None
    assert find_sidecar(Path("-")) is None


def test_each_photo_is_read_with_its_own_list_and_the_pipeline_stays_as_it_was(
    tmp_path: Path, pipeline: Pipeline
) -> None:
    (tmp_path / "one.lexicon.txt").write_text("ab\n")
    (tmp_path / "two.lexicon.txt").write_text("abc\n")
    pages = [read_with_sidecar(pipeline, load(spot(tmp_path / f"{n}.png"))) for n in ("one", "two", "three")]
    assert [page.text for page in pages] == ["ab", "abc", "a"]
    assert [page.words[0].lexicon for page in pages] == [LexiconMatch("ab", 1), LexiconMatch("abc", 2), None]
    assert pipeline.read(tmp_path / "one.png").text == "a"


def test_a_list_that_cannot_be_used_is_that_photos_error(tmp_path: Path, pipeline: Pipeline) -> None:
    (tmp_path / "one.lexicon.txt").write_text("\n")
    with pytest.raises(LexiconError, match=r"one\.lexicon\.txt: a lexicon needs words"):
        read_with_sidecar(pipeline, load(spot(tmp_path / "one.png")))
