"""Small charts as pictures: lines over a scale, and the reliability of scores. Pillow is all they need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from recognizer.calibration import Bin, expected_calibration_error

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

COLOURS: tuple[Colour, ...] = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167))  # Okabe and Ito
_INK, _GRID, _PAPER = (40, 40, 40), (222, 222, 222), (255, 255, 255)
_WIDTH, _HEIGHT, _MARGIN, _TEXT = 720, 440, 64, 15


@dataclass(frozen=True, slots=True)
class Series:
    """A line: points (x, y) and the name it has in the legend."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    """A scale from low to high, laid out over pixels start..stop."""

    low: float
    high: float
    start: float
    stop: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """The pixel of value."""
        low, high, value = (math.log10(v) if self.logarithmic else v for v in (self.low, self.high, value))
        return self.start + (value - low) / (high - low) * (self.stop - self.start)

    def ticks(self) -> list[float]:
        """Round values along the scale."""
        if self.logarithmic:
            return [10.0**e for e in range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 2))
        step *= next(s for s in (1, 2, 5, 10) if (self.high - self.low) / (step * s) <= 6)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [i * step for i in range(first, last + 1)]


def line_chart(
    series: Sequence[Series], title: str, x_label: str, y_label: str, *, logarithmic: bool = False
) -> Picture:
    """Lines as a picture (440, 720, 3) uint8 RGB. logarithmic: the y scale is one of powers of ten, and all y
    must be positive. ValueError without a point.
    """
    points = [point for line in series for point in line.points]
    if not points:
        raise ValueError("a chart needs a point")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x_axis = _Axis(min(xs), max(xs) + (max(xs) == min(xs)), _MARGIN + 12, _WIDTH - 24)
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    y_axis = _Axis(*_range(ys, logarithmic), _HEIGHT - _MARGIN, _MARGIN, logarithmic)
    _draw_axes(pen, x_axis, y_axis, title, x_label, y_label)
    for line, colour in zip(series, COLOURS * len(series), strict=False):
        corners = [(x_axis.at(x), y_axis.at(y)) for x, y in line.points]
        pen.line(corners, fill=colour, width=3)
        for x, y in corners:
            pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour)
    _draw_legend(
        pen, [(line.name, colour) for line, colour in zip(series, COLOURS * len(series), strict=False)]
    )
    return np.array(picture, np.uint8)


def reliability_diagram(bins: Sequence[Bin], title: str) -> Picture:
    """How often words of each score are right, (440, 720, 3) uint8 RGB.

    On the diagonal, scores mean what they say. A dot's area grows with its words. ValueError without a bin.
    """
    if not bins:
        raise ValueError("a reliability diagram needs a word")
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    x_axis, y_axis = (
        _Axis(0, 1, _MARGIN + 12, _WIDTH - 24),
        _Axis(0, 1, _HEIGHT - _MARGIN, _MARGIN),
    )
    words = sum(b.words for b in bins)
    error = expected_calibration_error(bins)
    label = f"{title}: {words} words, expected calibration error {100 * error:.1f} %"
    _draw_axes(pen, x_axis, y_axis, label, "score", "share that is right")
    pen.line([(x_axis.at(0), y_axis.at(0)), (x_axis.at(1), y_axis.at(1))], fill=_INK, width=1)
    corners = [(x_axis.at(b.score), y_axis.at(b.accuracy)) for b in bins]
    pen.line(corners, fill=COLOURS[0], width=2)
    for (x, y), b in zip(corners, bins, strict=True):
        radius = 3 + 22 * math.sqrt(b.words / words)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=COLOURS[0])
    return np.array(picture, np.uint8)


def _range(values: Sequence[float], logarithmic: bool) -> tuple[float, float]:
    """Limits of a scale that holds values: powers of ten, or a little beyond them."""
    low, high = min(values), max(values)
    if logarithmic:
        bottom = math.floor(math.log10(low))
        return 10.0**bottom, 10.0 ** max(bottom + 1, math.ceil(math.log10(high)))
    slack = 0.08 * (high - low) or 0.5
    return low - slack, high + slack


def _draw_axes(
    pen: ImageDraw.ImageDraw, x_axis: _Axis, y_axis: _Axis, title: str, x_label: str, y_label: str
) -> None:
    font = ImageFont.load_default(_TEXT)
    for x in x_axis.ticks():
        pen.line([(x_axis.at(x), y_axis.start), (x_axis.at(x), y_axis.stop)], fill=_GRID)
        pen.text((x_axis.at(x), y_axis.start + 8), f"{x:g}", fill=_INK, font=font, anchor="mt")
    for y in y_axis.ticks():
        pen.line([(x_axis.start, y_axis.at(y)), (x_axis.stop, y_axis.at(y))], fill=_GRID)
        pen.text((x_axis.start - 8, y_axis.at(y)), f"{y:g}", fill=_INK, font=font, anchor="rm")
    pen.text((_WIDTH / 2, 10), title, fill=_INK, font=ImageFont.load_default(_TEXT + 2), anchor="mt")
    pen.text((_WIDTH / 2, _HEIGHT - 12), x_label, fill=_INK, font=font, anchor="mb")
    pen.text((12, 36), y_label, fill=_INK, font=font, anchor="lt")


def _draw_legend(pen: ImageDraw.ImageDraw, entries: Sequence[tuple[str, Colour]]) -> None:
    """Names with their colours, from the right end of the line below the title."""
    font, x = ImageFont.load_default(_TEXT), float(_WIDTH - 24)
    for name, colour in reversed(entries):
        pen.text((x, 36), name, fill=colour, font=font, anchor="rt")
        x -= font.getlength(name) + 24
