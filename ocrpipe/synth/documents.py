"""Printed pages other than forms: prose, letters and book pages, receipts, menus and price lists."""

from __future__ import annotations

import numpy as np

from ocrpipe.synth.sheet import Colour, Sheet
from ocrpipe.synth.writer import ANY, PRINT, TYPED, Style, Writer


def book(writer: Writer, height: int, width: int, pixels: int, rng: np.random.Generator) -> Sheet:
    """Paragraphs in one or two columns, a running head, at times a heading or a picture in between."""
    sheet, ink = _paper(height, width, rng)
    kind = TYPED if rng.random() < 0.25 else PRINT
    style = writer.style(pixels, rng, kind, upper=0.04)
    columns = 1 if kind is TYPED or rng.random() < 0.6 else 2
    margin = width * rng.uniform(0.01, 0.1)
    span = (width - 2 * margin) / columns
    for column in range(columns):
        left = margin + column * span
        y = float(rng.uniform(-pixels, 2 * pixels))
        while y < height:
            kind_of_part = rng.random()
            if kind_of_part < 0.15:
                title = writer.style(round(pixels * rng.uniform(1.1, 2)), rng, PRINT, upper=0.3)
                words = [writer.word(title, rng) for _ in range(int(rng.integers(1, 6)))]
                sheet.line(words, title, left, y, left + span - pixels, ink)
                y += title.leading * 1.2
            elif kind_of_part < 0.22:
                y += _picture(sheet, left, y, span, rng)
            y = _paragraph(sheet, writer, style, (left, left + span - pixels), y, ink, rng)
    return sheet


def _paragraph(
    sheet: Sheet,
    writer: Writer,
    style: Style,
    span: tuple[float, float],
    y: float,
    ink: Colour,
    rng: np.random.Generator,
) -> float:
    opacity, indent = float(rng.uniform(0.75, 1)), style.size * float(rng.choice([0, 2]))
    lines = int(rng.integers(2, 10))
    for number in range(lines):
        start = span[0] + (indent if number == 0 else 0)
        most = int(rng.integers(1, 8)) if number == lines - 1 else 40
        words = (writer.word(style, rng, common=0.5) for _ in range(most))
        sheet.line(words, style, start, y, span[1], ink, opacity)
        y += style.leading
        if y > len(sheet.canvas):
            break
    return y + style.size * float(rng.choice([0.0, 0.6]))


def _picture(sheet: Sheet, left: float, y: float, span: float, rng: np.random.Generator) -> float:
    """A grey block, at times striped: what a figure looks like from afar. Returns its height."""
    height, width = span * rng.uniform(0.1, 0.5), span * rng.uniform(0.4, 0.9)
    area = sheet.canvas[max(0, int(y)) : max(0, int(y + height)), int(left) : int(left + width)]
    area[:] = rng.uniform(60, 220)
    if rng.random() < 0.5:
        area[:: int(rng.integers(3, 12))] = rng.uniform(0, 255)
    return float(height + 4)


def receipt(writer: Writer, height: int, width: int, pixels: int, rng: np.random.Generator) -> Sheet:
    """A till's slip: a centred head, items with prices at the right, dashes, a total."""
    sheet, ink = _paper(height, width, rng, 205)
    style = writer.style(pixels, rng, TYPED if rng.random() < 0.7 else ("lcd-dot-pixel", "sans"), upper=0.6)
    large = writer.style(round(pixels * rng.uniform(1.2, 1.8)), rng, PRINT, upper=0.7)
    margin, y = width * rng.uniform(0.02, 0.1), pixels * rng.uniform(0, 1)
    opacity = float(rng.uniform(0.5, 1))
    for number in range(int(rng.integers(1, 5))):
        hand = large if number == 0 else style
        words = [writer.word(hand, rng) for _ in range(int(rng.integers(1, 4)))]
        _centred(sheet, words, hand, width, y, ink, opacity)
        y += hand.leading
    while y < height - pixels:
        if rng.random() < 0.12:
            _dashes(sheet, margin, width - margin, y + style.leading / 2, style.size)
        else:
            price = writer.figure(style, rng)
            start = width - margin - style.ink(price).mask.shape[1]
            words = [writer.word(style, rng, 10) for _ in range(int(rng.integers(1, 5)))]
            sheet.line(words, style, margin, y, start - style.size, ink, opacity)
            if rng.random() < 0.8:
                sheet.write(price, style, start, y, ink, opacity)
        y += style.leading
    return sheet


def menu(writer: Writer, height: int, width: int, pixels: int, rng: np.random.Generator) -> Sheet:
    """Dishes or goods with prices, headings, dots between; dark on light or light on a dark board."""
    sheet, ink = _paper(height, width, rng)
    if rng.random() < 0.45:
        sheet.canvas[:] = rng.uniform(0, 110, 3).astype(np.float32)
        ink = rng.uniform(185, 255, 3).astype(np.float32)
    style = writer.style(pixels, rng, ANY if rng.random() < 0.4 else PRINT, upper=0.3)
    note = writer.style(max(9, round(pixels * rng.uniform(0.65, 0.85))), rng, PRINT, upper=0.1)
    accent = (ink + rng.uniform(-90, 90, 3)).clip(0, 255).astype(np.float32)
    margin, y = width * rng.uniform(0.03, 0.12), pixels * rng.uniform(0, 1)
    while y < height - pixels:
        kind = rng.random()
        words = [writer.word(style, rng, 12, common=0.15) for _ in range(int(rng.integers(1, 5)))]
        if kind < 0.15:
            title = writer.style(round(pixels * rng.uniform(1.2, 1.8)), rng, ANY, upper=0.6)
            _centred(sheet, [writer.word(title, rng)], title, width, y, accent)
            y += title.leading
            continue
        price = writer.figure(style, rng)
        start = width - margin - style.ink(price).mask.shape[1]
        end = sheet.line(words, style, margin, y, start - style.size, ink)
        sheet.write(price, style, start, y, accent)
        if kind > 0.7:
            _dots(sheet, end + style.gap, start - style.gap, y + style.ascent - 1, ink)
        y += style.leading
        if kind < 0.4:
            words = [writer.word(note, rng, common=0.3) for _ in range(int(rng.integers(2, 9)))]
            sheet.line(words, note, margin, y, start, ink, 0.8)
            y += note.leading * 1.2
    return sheet


def _paper(height: int, width: int, rng: np.random.Generator, darkest: float = 220) -> tuple[Sheet, Colour]:
    paper = rng.uniform(darkest, 255) + rng.uniform(-8, 8, 3)
    return Sheet.of(height, width, paper.astype(np.float32)), rng.uniform(0, 90, 3).astype(np.float32)


def _centred(
    sheet: Sheet, words: list[str], style: Style, width: float, y: float, ink: Colour, opacity: float = 1.0
) -> None:
    length = sum(style.ink(text).mask.shape[1] for text in words) + style.gap * (len(words) - 1)
    sheet.line(words, style, max(2.0, (width - length) / 2), y, width, ink, opacity)


def _dashes(sheet: Sheet, left: float, right: float, y: float, size: int) -> None:
    for x in np.arange(left, right, size * 0.6):
        sheet.rule(x, x + size * 0.35, y, 60, max(1, size // 12))


def _dots(sheet: Sheet, left: float, right: float, y: float, ink: Colour) -> None:
    row = sheet.canvas[max(0, int(y)) : max(0, int(y)) + 1, max(0, int(left)) : max(0, int(right)) : 4]
    row[:] = ink
