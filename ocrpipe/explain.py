"""How a word was read, as a picture: frames, probabilities, the collapse to text, what else it might be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocrpipe import crops
from ocrpipe.images import Photo
from ocrpipe.page import Alternative, Polygon
from ocrpipe.pipeline import Pipeline
from recognizer.base import CROP_HEIGHT, Crop, Transcript
from recognizer.beam import beam_search
from recognizer.charset import BLANK, Charset
from recognizer.crnn_recognizer import CRNNRecognizer
from recognizer.ctc import Probabilities, greedy_decode
from recognizer.lexicon import DELTA, Lexicon

Picture = NDArray[np.uint8]

_SHOWN = 5  # alternatives, and neighbours in the lexicon
_ROWS = 14  # of the heat map, the blank's among them
_LEAST = 0.05  # a character that never has so much gets no row
_INK, _SOFT, _PAPER, _BAR = (30, 30, 30), (120, 120, 120), (255, 255, 255), (0, 114, 178)
_LEFT, _TEXT, _GAP = 92, 16, 18


@dataclass(frozen=True, slots=True, eq=False)
class Neighbour:
    """A lexicon's word near what was read: edits between them, and ln p(word | crop)."""

    word: str
    distance: int
    log_probability: float


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Everything about one crop, (32, w, 3). said: (T, C), 0..1; free: greedy, without lexicon; chosen: the
    recogniser's answer; alternatives and neighbours: best first.
    """

    crop: Crop
    charset: Charset
    said: Probabilities
    free: Transcript
    chosen: Transcript
    alternatives: tuple[Alternative, ...]
    neighbours: tuple[Neighbour, ...]

    def frame_text(self) -> str:
        """The best class of each frame, - for the blank: "--hh-e-l-ll-oo--"."""
        return "".join(
            "-" if c == BLANK else self.charset.characters[c - 1] for c in self.said.argmax(axis=1)
        )


def explain_photo(pipeline: Pipeline, photo: Photo, word: int | None) -> Explanation:
    """How pipeline reads the word of that id in photo; None: the photo as a whole is one crop.

    ValueError for an id that photo does not have, and for a recogniser that is no CRNN.
    """
    if not isinstance(pipeline.recognizer, CRNNRecognizer):
        raise ValueError("only a CRNN can be explained frame by frame")
    if word is None:
        height, width = photo.pixels.shape[:2]
        quad: Polygon = ((0, 0), (width, 0), (width, height), (0, height))
    else:
        words = pipeline.read_photo(photo).words
        if word >= len(words):
            known = f"its words are 0 to {len(words) - 1}" if words else "it has none"
            raise ValueError(f"{photo.source.path}: no word {word}; {known}")
        quad = words[word].polygon
    crop = crops.rectify(photo.pixels, np.array([quad], np.float32))[0]
    return explain(pipeline.recognizer, crop)


def explain(reader: CRNNRecognizer, crop: Crop) -> Explanation:
    """How reader reads crop (32, w, 3) uint8 RGB, decoded as reader is told to."""
    said = reader.probabilities([crop])[0]
    free = greedy_decode(said, reader.charset)
    alternatives = tuple(
        Alternative(reader.charset.decode(found.classes), min(1.0, float(np.exp(found.log_probability))))
        for found in beam_search(said)[:_SHOWN]
    )
    lexicon = reader.decoder.wanted.lexicon
    near = () if lexicon is None else _neighbours(lexicon, said, free.text)
    chosen = reader.decoder.decode([said])[0]
    return Explanation(crop, reader.charset, said, free, chosen, alternatives, near)


def _neighbours(lexicon: Lexicon, said: Probabilities, text: str) -> tuple[Neighbour, ...]:
    near = lexicon.near([text], DELTA)[0]
    near = near if len(near) else lexicon.nearest(text)
    best, scores = lexicon.best(lexicon.merge_cases(said), near.indices, _SHOWN)
    distances = dict(zip(near.indices.tolist(), near.distances.tolist(), strict=True))
    return tuple(
        Neighbour(lexicon.words[i], distances[i], float(score - lexicon.log_weights[i]))
        for i, score in zip(best.tolist(), scores, strict=True)
    )


def draw(explanation: Explanation) -> Picture:
    """The explanation from top to bottom, (H, W, 3) uint8 RGB; each frame is a column right below its part of
    the crop.
    """
    frames = len(explanation.said)
    column = int(np.clip(900 // max(1, frames), 14, 40))
    width = max(_LEFT + column * frames + _GAP, 560)
    strips = [
        _crop_strip(explanation, column, width),
        _frame_strip(explanation, column, width),
        _heat_strip(explanation, column, width),
        _collapse_strip(explanation, column, width),
        _bars("texts", [(a.text, a.confidence, "") for a in explanation.alternatives], width),
    ]
    if explanation.neighbours:
        bars = [
            (n.word, float(np.exp(n.log_probability)), f"{n.distance} edit" + "s" * (n.distance != 1))
            for n in explanation.neighbours
        ]
        strips.append(_bars("lexicon", bars, width))
    return np.concatenate([np.array(strip, np.uint8) for strip in strips])


def _strip(height: int, width: int, label: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A paper of that size with its label at the left, and a pen for it."""
    picture = Image.new("RGB", (width, height + _GAP), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((10, 10), label, fill=_SOFT, font=_font(_TEXT - 3), anchor="lt")
    return picture, pen


def _crop_strip(explanation: Explanation, column: int, width: int) -> Image.Image:
    """The crop, as wide as its frames together."""
    wide = column * len(explanation.said)
    high = round(min(160, max(24, CROP_HEIGHT * wide / explanation.crop.shape[1])))
    picture, _ = _strip(high, width, "crop")
    crop = Image.fromarray(np.ascontiguousarray(explanation.crop)).resize((wide, high))
    picture.paste(crop, (_LEFT, _GAP // 2))
    return picture


def _frame_strip(explanation: Explanation, column: int, width: int) -> Image.Image:
    """The best class of each frame."""
    picture, pen = _strip(24, width, "best")
    for frame, char in enumerate(explanation.frame_text()):
        shade = _SOFT if explanation.said[frame].argmax() == BLANK else _INK
        pen.text((_LEFT + (frame + 0.5) * column, 12), char, fill=shade, font=_font(_TEXT), anchor="mm")
    return picture


def _heat_strip(explanation: Explanation, column: int, width: int) -> Image.Image:
    """Probabilities of the classes that matter, darker is more."""
    classes = _classes_that_matter(explanation.said)
    row = 20
    picture, pen = _strip(row * len(classes), width, "p")
    for place, c in enumerate(classes):
        name = "blank" if c == BLANK else explanation.charset.characters[c - 1]
        top = _GAP // 2 + place * row
        pen.text((_LEFT - 10, top + row / 2), name, fill=_INK, font=_font(_TEXT - 2), anchor="rm")
        for frame, chance in enumerate(explanation.said[:, c]):
            left = _LEFT + frame * column
            fill = tuple(round(255 - float(chance) * (255 - dark)) for dark in _BAR)
            pen.rectangle((left, top, left + column - 2, top + row - 2), fill=fill)
    return picture


def _classes_that_matter(said: Probabilities) -> list[int]:
    """The blank and the most probable characters, in the order in which they peak."""
    peaks = said.max(axis=0)
    peaks[BLANK] = 0.0
    likely = [int(c) for c in np.argsort(-peaks, kind="stable")[: _ROWS - 1] if peaks[c] >= _LEAST]
    return [BLANK, *sorted(likely, key=lambda c: int(said[:, c].argmax()))]


def _collapse_strip(explanation: Explanation, column: int, width: int) -> Image.Image:
    """Each character of the answer over its frames, with its score; then the whole answer."""
    picture, pen = _strip(92, width, "text")
    chosen = explanation.chosen
    for span in chosen.chars:
        left, right = _LEFT + span.first * column, _LEFT + (span.last + 1) * column - 2
        pen.line([(left, 8), (left, 14), (right, 14), (right, 8)], fill=_BAR, width=2)
        pen.text(((left + right) / 2, 20), span.char, fill=_INK, font=_font(_TEXT + 6), anchor="mt")
        pen.text(((left + right) / 2, 48), f"{span.score:.2f}", fill=_SOFT, font=_font(10), anchor="mt")
    answer = f"{chosen.text}   score {chosen.score:.2f}"
    if chosen.text != explanation.free.text:
        answer += f"   (without the lexicon: {explanation.free.text})"
    pen.text((_LEFT, 68), answer, fill=_INK, font=_font(_TEXT + 2), anchor="lt")
    return picture


def _bars(label: str, rows: Sequence[tuple[str, float, str]], width: int) -> Image.Image:
    """Texts with their probabilities as bars, and a remark to each."""
    row = 24
    picture, pen = _strip(row * len(rows), width, label)
    font = _font(_TEXT)
    start = _LEFT + max((font.getlength(text) for text, _, _ in rows), default=0) + 14
    room = max(40.0, width - start - 170)
    for place, (text, chance, remark) in enumerate(rows):
        middle = _GAP // 2 + (place + 0.5) * row
        pen.text((_LEFT, middle), text, fill=_INK, font=font, anchor="lm")
        pen.rectangle((start, middle - 7, start + max(1.0, room * chance), middle + 7), fill=_BAR)
        after = start + room * chance + 8
        pen.text((after, middle), f"{chance:.3g}   {remark}", fill=_SOFT, font=_font(_TEXT - 3), anchor="lm")
    return picture


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
