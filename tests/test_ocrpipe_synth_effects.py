"""What printers and scanners do to a grey picture: dots apart, and a little dust."""

from __future__ import annotations

import numpy as np
import pytest

from ocrpipe.synth import effects

GREY = np.full((24, 40), 200, np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_a_screen_darkens_dots_that_do_not_touch(seed: int) -> None:
    dotted = effects.screen(GREY, np.random.default_rng(seed), 60.0)
    dark = dotted == 140
    assert (dotted[~dark] == 200).all()
    assert 0.05 < dark.mean() <= 0.5
    assert not (dark[1:] & dark[:-1]).any()
    assert not (dark[:, 1:] & dark[:, :-1]).any()


def test_specks_are_few_black_or_white_and_drawn_on_a_copy() -> None:
    colours = set()
    for seed in range(20):
        spotted = effects.specks(GREY, np.random.default_rng(seed))
        changed = spotted[spotted != GREY]
        assert 1 <= len(changed) <= 1 + GREY.size // 150
        colours |= set(changed.tolist())
    assert colours == {0.0, 255.0}
    assert (GREY == 200).all()
    assert (effects.specks(GREY[:1, :1], np.random.default_rng(0)) != 200).sum() == 1
