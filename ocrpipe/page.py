"""What was read: Word, Line, Block and Page, plain frozen records that compare, hash and go to JSON.

The names follow the result schema `ocr-result@1` (`ocrpipe.records` writes and reads it). Polygons are
tuples of (x, y) in pixels of the upright photo, clockwise from the corner that is top-left when the text is
read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Polygon = tuple[tuple[float, float], ...]

MIN_CONFIDENCE = 0.15  # what is read with less is mostly no text: measured in benchmarks/detector.md
REVIEW_BELOW = 0.5  # a page with any word less certain than this asks to be looked at


@dataclass(frozen=True, slots=True)
class Char:
    """One character of a word, where it stands, and its peak probability."""

    text: str
    confidence: float
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Alternative:
    """A text that the word may be; confidence is p(text | crop), so all texts together have 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LexiconMatch:
    """The lexicon's word that the text is or was made to be, as the lexicon spells it, and how many edits the
    text read without the lexicon was away; None, None for a text that is none of its words.
    """

    match: str | None
    edit_distance: int | None


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `angle` is that of its baseline in degrees, clockwise positive, -180..180; `confidence` is
    stage 2's score, `detection_score` stage 1's, both 0..1. chars and alternatives are there where they were
    asked for, lexicon where one was used.
    """

    id: int
    line: int
    text: str
    confidence: float
    detection_score: float
    polygon: Polygon
    angle: float = 0.0
    chars: tuple[Char, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    lexicon: LexiconMatch | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline, in reading order, by id; its text is theirs joined by spaces, its confidence
    their mean.
    """

    id: int
    words: tuple[int, ...]
    polygon: Polygon
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together (a paragraph, a sign, a column), in reading order, by id."""

    id: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page came from: path as the user gave it, page counted from 1, and the file format's name."""

    path: str
    page: int = 1
    pages: int = 1
    format: str | None = None


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """Size in pixels of the *upright* photo, and the EXIF orientation (1..8) that was applied to make it
    so.
    """

    width: int
    height: int
    exif_orientation: int = 1


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which weights spoke: id and sha256 as in weights/index.json; sha256 is None for a model without
    weights.
    """

    id: str
    sha256: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a photo has no words: the OcrError's class name and its message."""

    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds spent in each stage."""

    load: float = 0.0
    detect: float = 0.0
    recognize: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """Everything read from one photo, or one page of a file, or why it could not be read."""

    source: Source
    image: ImageInfo | None = None
    words: tuple[Word, ...] = ()
    lines: tuple[Line, ...] = ()
    blocks: tuple[Block, ...] = ()
    detector: ModelInfo | None = None
    recognizer: ModelInfo | None = None
    error: Failure | None = None
    timing_ms: Timing | None = None

    @property
    def status(self) -> str:
        """ "ok", or "error" when nothing could be read because the photo failed."""
        return "ok" if self.error is None else "error"

    @property
    def text(self) -> str:
        """All lines in reading order, one a row; a blank row between blocks."""
        by_id = {line.id: line.text for line in self.lines}
        return "\n\n".join("\n".join(by_id[i] for i in block.lines) for block in self.blocks)

    @property
    def confidence(self) -> float:
        """Mean confidence of the words, each weighted by its length; 0.0 where there are none."""
        weight = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / weight if weight else 0.0

    @property
    def needs_review(self) -> bool:
        """True for a failed page and for one with a word below `REVIEW_BELOW`."""
        return self.error is not None or any(w.confidence < REVIEW_BELOW for w in self.words)

    def to_dict(self) -> dict[str, Any]:
        """The `ocr-result@1` record of this page, plain JSON types, numbers rounded.

        Raises ValueError, saying where, for a number that is NaN or infinite.
        """
        from ocrpipe.records import to_dict

        return to_dict(self)

    @classmethod
    def from_dict(cls, record: object) -> Page:
        """The page that such a record describes; unknown fields are passed over.

        Raises ResultError with the place, as in "words[3].polygon: expected 4 points", for any other value.
        """
        from ocrpipe.records import from_dict

        return from_dict(record)

    def to_json(self, *, one_line: bool = False) -> str:
        """The record as JSON text, a field and a word a line, or all on one line as in a JSONL file."""
        from ocrpipe.records import compact, readable, to_dict

        return (compact if one_line else readable)(to_dict(self))

    def rows(self) -> list[dict[str, Any]]:
        """A dict a word, in reading order, as a data frame takes them: `pandas.DataFrame(page.rows())`.

        Every row has the columns of `ocrpipe.records.COLUMNS`: path, place, text, scores, corners, error. A
        page without words is one row whose word is None.
        """
        from ocrpipe.records import rows

        return rows(self)
