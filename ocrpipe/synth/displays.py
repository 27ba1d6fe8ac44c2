"""Things in the street with words on them: plates, posters, screens, packages, and bare lettering."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocrpipe.synth.glyphs import Ink
from ocrpipe.synth.sheet import AIR, Colour, Sheet, luma
from ocrpipe.synth.writer import ANY, PRINT, Style, Writer

Lines = list[tuple[Style, list[str]]]


def lettering(writer: Writer, lines: int, words: int, pixels: int, rng: np.random.Generator) -> Sheet:
    """Bare words in lines, to be laid on any surface; `words` at most a line."""
    return _set(writer.style(pixels, rng, ANY, upper=0.5, spaced=0.15), writer, lines, words, None, rng)


def plate(writer: Writer, lines: int, words: int, pixels: int, rng: np.random.Generator) -> Sheet:
    """The same on a plate of one colour, often framed or rounded."""
    style = writer.style(pixels, rng, PRINT if rng.random() < 0.6 else ANY, upper=0.55, spaced=0.15)
    sheet = _set(style, writer, lines, words, rng.uniform(0, 255, 3).astype(np.float32), rng)
    height, width = sheet.canvas.shape[:2]
    grey = float(rng.uniform(0, 255))
    if rng.random() < 0.3:
        inset, thick = int(rng.integers(0, 4)), max(1, pixels // 14)
        sheet.box(inset, inset, width - inset, height - inset, grey, thick)
    if rng.random() < 0.3:
        sheet.coverage = _rounded(height, width, float(rng.uniform(0.1, 0.5)))
    return sheet


def poster(writer: Writer, height: int, width: int, pixels: int, rng: np.random.Generator) -> Sheet:
    """Lines of very different sizes and faces on a ground in bands, as on posters, labels and packages."""
    ground = rng.uniform(0, 255, 3).astype(np.float32)
    sheet = Sheet.of(height, width, ground)
    y = float(rng.uniform(0, pixels))
    while y < height - pixels:
        size = int(np.clip(pixels * np.exp(rng.normal(0, 0.5)), 9, 90))
        style = writer.style(size, rng, ANY, upper=0.45, spaced=0.1)
        if rng.random() < 0.25:
            ground = rng.uniform(0, 255, 3).astype(np.float32)
            sheet.canvas[int(y) :] = ground
        ink = standing_out(ground, rng)
        left = width * (rng.uniform(0.02, 0.1) if rng.random() < 0.6 else rng.uniform(0, 0.6))
        for _ in range(1 if size > pixels else int(rng.integers(1, 5))):
            words = [writer.word(style, rng) for _ in range(int(rng.integers(1, 9)))]
            sheet.line(words, style, left, y, width - 3, ink)
            y += style.leading
        y += size * rng.uniform(0, 0.6)
    return sheet


def screen(writer: Writer, height: int, width: int, pixels: int, rng: np.random.Generator) -> Sheet:
    """A display or a departure board: columns of light words and figures on dark, or a window of a
    program.
    """
    dark = rng.random() < 0.7
    ground = rng.uniform(0, 60, 3) if dark else rng.uniform(205, 255, 3)
    sheet = Sheet.of(height, width, ground.astype(np.float32))
    style = writer.style(pixels, rng, ("mono", "lcd-dot-pixel", "sans"), upper=0.4)
    inks = [standing_out(ground.astype(np.float32), rng) for _ in range(2)]
    stops = np.append(np.sort(rng.uniform(0.1, 0.9, int(rng.integers(0, 4)))), 1.0) * width
    bar = style.leading + 4
    sheet.canvas[:bar] = rng.uniform(0, 255, 3)
    y = 2.0
    while y < height - pixels:
        ink = standing_out(sheet.canvas[2, 2], rng) if y < bar else inks[int(rng.random() < 0.2)]
        for x, stop in zip((pixels * 0.4, *stops[:-1] + 2), stops, strict=True):
            draw = writer.figure if rng.random() < 0.35 else writer.word
            words = [draw(style, rng) for _ in range(int(rng.integers(1, 4)))]
            sheet.line(words, style, x, y, stop - pixels * 0.5, ink)
        y += style.leading * rng.uniform(1.0, 1.4) + (4 if y < bar else 0)
    return sheet


def arched(writer: Writer, pixels: int, rng: np.random.Generator) -> Sheet:
    """One to three bare words on a bent baseline; their quads are the smallest that hold the bent ink."""
    flat = lettering(writer, 1, 3, pixels, rng)
    coverage = flat.coverage
    assert coverage is not None  # lettering is a decal
    height, width = coverage.shape
    bend = pixels * float(rng.uniform(0.3, 1.3)) * float(rng.choice([-1, 1]))
    pad = int(abs(bend)) + 2

    def rise(x: NDArray[np.float32]) -> NDArray[np.float32]:
        t = np.clip(x / width, 0, 1)
        return np.asarray(bend * (4 * t * (1 - t) - 0.5), np.float32)

    rows, columns = np.mgrid[0 : height + 2 * pad, 0:width].astype(np.float32)
    # A pixel's centre is half a pixel right of its index; down, the halves cancel.
    up = rise(columns[0] + 0.5)
    bent = cv2.remap(coverage, columns, rows - pad + up, cv2.INTER_LINEAR)
    sheet = Sheet.decal(*bent.shape[:2])
    sheet.coverage = np.asarray(bent, np.uint8)
    for word in flat.words:
        (left, top), (right, bottom) = word.quad[0], word.quad[2]
        x = np.linspace(left, right, 12, dtype=np.float32)
        above, below = (np.stack([x, y + pad - rise(x)], 1) for y in (top, bottom))
        quad = _smallest(np.concatenate([above, below]), above[-1] - above[0])
        sheet.words.append(type(word)(word.text, quad, word.contrast))
    return sheet


def standing_out(ground: Colour, rng: np.random.Generator, least: float = 50) -> Colour:
    """A colour (3,) clearly lighter or darker than the ground."""
    level = luma(ground)
    contrast = float(rng.uniform(least, 210))
    lighter = level + contrast < 250 and (level < 110 or rng.random() < 0.4)
    centre = level + contrast if lighter else level - contrast
    colour = centre + rng.normal(0, 30, 3) * (rng.random() < 0.6)
    return np.clip(colour, 0, 255).astype(np.float32)


def _smallest(points: NDArray[np.float32], along: NDArray[np.float32]) -> NDArray[np.float32]:
    """The smallest rectangle with a side in the direction `along` that holds points (K, 2): (4, 2)."""
    angle = float(np.arctan2(along[1], along[0]))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    upright = points @ turn
    (a, b), (c, d) = upright.min(axis=0), upright.max(axis=0)
    return np.asarray(np.array([[a, b], [c, b], [c, d], [a, d]]) @ turn.T, np.float32)


def _set(
    style: Style, writer: Writer, lines: int, words: int, ground: Colour | None, rng: np.random.Generator
) -> Sheet:
    """Lines of words, flush or centred, on a sheet that just holds them; a decal where there is no ground."""
    rows: list[list[tuple[str, Ink]]] = []
    for _ in range(lines):
        texts = [writer.word(style, rng, common=0.25) for _ in range(int(rng.integers(1, words + 1)))]
        rows.append([(text, style.ink(text)) for text in texts])
    lengths = [sum(ink.mask.shape[1] for _, ink in row) + style.gap * (len(row) - 1) for row in rows]
    boxes = [(min(i.top for _, i in row), max(i.top + i.mask.shape[0] for _, i in row)) for row in rows]
    margin = round(style.size * float(rng.uniform(0.15, 0.8))) + 2
    top, bottom = boxes[0][0], boxes[-1][1] + style.leading * (lines - 1)
    bottom = max(bottom, *(box[1] + style.leading * i for i, box in enumerate(boxes)))
    height, width = int(bottom - top) + 2 * margin, int(max(lengths)) + 2 * margin + 1
    sheet = Sheet.decal(height, width) if ground is None else Sheet.of(height, width, ground)
    colour = np.full(3, 255, np.float32) if ground is None else standing_out(ground, rng)
    flush = rng.choice([0.0, 0.5, 0.5, 1.0])
    for number, (row, length) in enumerate(zip(rows, lengths, strict=True)):
        x = margin + flush * (max(lengths) - length)
        for text, drawn in row:
            y = margin - top + number * style.leading + drawn.top
            sheet.stamp(text, drawn, round(x), int(y), AIR * style.size, colour)
            x += drawn.mask.shape[1] + style.gap
    return sheet


def _rounded(height: int, width: int, share: float) -> NDArray[np.uint8]:
    """Coverage (H, W) of a rectangle with round corners, their radius a share of its lower side."""
    coverage = np.zeros((height, width), np.uint8)
    radius = max(2, int(min(height, width) * share))
    cv2.rectangle(coverage, (radius, 0), (width - radius, height), 255, -1)
    cv2.rectangle(coverage, (0, radius), (width, height - radius), 255, -1)
    for x in (radius, width - radius - 1):
        for y in (radius, height - radius - 1):
            cv2.circle(coverage, (x, y), radius, 255, -1)
    return coverage
