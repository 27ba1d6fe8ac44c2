"""ocrpipe.synth.levels: what grey a real word's surface and ink have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from synth_world import build

from ocrpipe.synth.levels import pair, real_pairs
from ocrpipe.train.word_data import load_renderer
from recognizer.charset import charset


def word(paper: int, ink: int) -> NDArray[np.uint8]:
    crop = np.full((20, 60), paper, np.uint8)
    crop[5:15, 8:52:4] = ink
    return crop


@pytest.mark.parametrize(("paper", "ink"), [(200, 40), (30, 220), (90, 120)])
def test_surface_and_ink_are_told_apart_whichever_is_the_lighter(paper: int, ink: int) -> None:
    assert pair(word(paper, ink)) == (paper, ink)


def test_a_word_too_faint_to_read_has_no_levels() -> None:
    found = real_pairs([word(100, 110), word(100, 180), np.full((4, 4), 7, np.uint8)])
    assert found.tolist() == [[100, 180]]
    assert real_pairs([]).shape == (0, 2)


def test_a_data_folder_lends_the_renderer_the_levels_of_its_real_words(tmp_path: Path) -> None:
    renderer = load_renderer(build(tmp_path), charset("ascii94"))
    assert len(renderer.pairs) == 2
    assert (renderer.pairs[:, 0] > renderer.pairs[:, 1]).all()  # black on white, both of them
