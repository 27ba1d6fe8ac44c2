"""Charts: where their points land, in pixels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ocrpipe.chart import COLOURS, Series, line_chart, reliability_diagram
from recognizer.calibration import Bin


def rightmost(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> tuple[float, float]:
    """Centre (x, y) of the last nine columns that have the colour, below the legend."""
    rows, columns = np.nonzero((picture[64:] == colour).all(axis=2))
    last = columns > columns.max() - 9
    return float(np.median(columns[last])), 64 + float(np.median(rows[last]))


def test_each_line_ends_where_its_last_point_is() -> None:
    lines = [Series("up", ((0, 1), (1, 10))), Series("down", ((0, 10), (1, 1)))]
    picture = line_chart(lines, "title", "x", "y", logarithmic=True)
    assert picture.shape == (440, 720, 3)
    assert picture.dtype == np.uint8
    up, down = (rightmost(picture, colour) for colour in COLOURS[:2])
    assert up == pytest.approx((696, 64), abs=3)  # the right end of the x scale, the top of the y scale
    assert down == pytest.approx((696, 376), abs=3)


def test_a_scale_holds_a_single_point_too() -> None:
    assert line_chart([Series("one", ((3, 5),))], "t", "x", "y").shape == (440, 720, 3)


def test_a_reliability_diagram_puts_perfect_scores_into_the_corner() -> None:
    picture = reliability_diagram([Bin(1, 0.5, 0.5), Bin(99, 1.0, 1.0)], "all right")
    rows, columns = np.nonzero((picture == COLOURS[0]).all(axis=2))
    assert (columns.max(), rows.min()) == pytest.approx((719, 39), abs=2)


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="a chart needs a point"):
        line_chart([Series("none", ())], "t", "x", "y")
    with pytest.raises(ValueError, match="needs a word"):
        reliability_diagram([], "t")
