"""How wide crops become: the recogniser's own rule, and others to compare with it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ocrpipe.train.width_rule import USUAL, WidthRule
from recognizer.batching import stretch
from recognizer.charset import charset

ASCII = charset("ascii94")


def crop(width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(width).integers(0, 256, (32, width), np.uint8)


@pytest.mark.parametrize(
    ("rule", "widths"),
    [(USUAL, (58, 150)), (WidthRule(widened=False), (20, 150)), (WidthRule(squeezed_to=100), (100, 100))],
)
def test_a_rule_says_how_wide_a_crop_becomes(rule: WidthRule, widths: tuple[int, int]) -> None:
    assert (rule.fit(crop(20)).shape, rule.fit(crop(150)).shape) == ((32, widths[0]), (32, widths[1]))


def test_a_crop_as_wide_as_the_rule_wants_is_left_as_it_is() -> None:
    assert (WidthRule(squeezed_to=100).fit(crop(100)) == crop(100)).all()
    assert (USUAL.fit(crop(40)) == stretch(crop(40))).all()


def spelling(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """A network that says "b" in its first frame and "a" in its last, four pixels a frame."""
    logits = np.zeros((len(images), images.shape[3] // 4, ASCII.classes), np.float32)
    logits[:, :, 0] = 9.0
    for frame, char in ((0, "b"), (-1, "a")):
        logits[:, frame, ASCII.encode(char)[0]] = 19.0
    return logits


def test_what_a_network_says_of_padding_is_not_read_whatever_the_rule() -> None:
    unpadded, padded = crop(128), crop(118)
    for rule in (USUAL, WidthRule(widened=False)):
        assert rule.read(spelling, [unpadded, padded, unpadded], ASCII) == ["ba", "b", "ba"]
    assert WidthRule(squeezed_to=112).read(spelling, [unpadded, padded], ASCII) == ["ba", "ba"]


def test_no_crops_are_no_texts() -> None:
    assert WidthRule(squeezed_to=100).read(spelling, [], ASCII) == USUAL.read(spelling, [], ASCII) == []
