"""A Page as an `ocr-result@1` record of plain types, and as JSON: the same page, the same bytes.

Numbers are rounded (pixels, degrees and milliseconds to 0.1, scores to 4 decimals) before anything is derived
from them, so that a record read back and written again is the same record.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

from ocrpipe.page import Line, ModelInfo, Page, Polygon, Timing, Word
from ocrpipe.version import NAME, version

SCHEMA = "ocr-result@1"
_COARSE, _FINE = 1, 4  # decimals of pixels, degrees and milliseconds; of scores
# Legal in JSON, but lone surrogates (from undecodable file names) cannot be encoded and the others end a line
# for some readers of JSONL (str.splitlines among them).
_AWKWARD = re.compile("[\ud800-\udfff\x7f-\x9f\u2028\u2029]")


def to_dict(page: Page) -> dict[str, Any]:
    """page as an `ocr-result@1` record of plain JSON types.

    Raises ValueError, saying where, for a number that is NaN or infinite: none may get out.
    """
    page = rounded(page)
    return {
        "schema": SCHEMA,
        "tool": {"name": NAME, "version": version()},
        "models": {"detector": _model(page.detector), "recognizer": _model(page.recognizer)},
        "source": {
            "path": page.source.path,
            "page": page.source.page,
            "pages": page.source.pages,
            "format": page.source.format,
        },
        "image": None if page.image is None else {
            "width": page.image.width,
            "height": page.image.height,
            "exif_orientation": page.image.exif_orientation,
        },
        "status": page.status,
        "error": None if page.error is None else {"type": page.error.type, "message": page.error.message},
        "text": page.text,
        "confidence": _number(page.confidence, _FINE, "confidence"),
        "needs_review": page.needs_review,
        "blocks": [{"id": block.id, "lines": list(block.lines)} for block in page.blocks],
        "lines": [_line(line) for line in page.lines],
        "words": [_word(word) for word in page.words],
        "timing_ms": None if page.timing_ms is None else {
            "load": page.timing_ms.load,
            "detect": page.timing_ms.detect,
            "recognize": page.timing_ms.recognize,
        },
    }  # fmt: skip


def rounded(page: Page) -> Page:
    """page with every number as precise as the record keeps it; ValueError for one that is not finite."""
    timing = page.timing_ms
    return replace(
        page,
        words=tuple(_round_word(word, f"words[{i}]") for i, word in enumerate(page.words)),
        lines=tuple(_round_line(line, f"lines[{i}]") for i, line in enumerate(page.lines)),
        timing_ms=None if timing is None else Timing(
            load=_number(timing.load, _COARSE, "timing_ms.load"),
            detect=_number(timing.detect, _COARSE, "timing_ms.detect"),
            recognize=_number(timing.recognize, _COARSE, "timing_ms.recognize"),
        ),
    )  # fmt: skip


def compact(record: object) -> str:
    """record on one line, UTF-8 text; refuses NaN and infinities with ValueError."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    return _AWKWARD.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def readable(record: dict[str, Any]) -> str:
    """record over many lines, one a field and one a word, line or block, so that it reads and diffs well."""
    fields = (f"  {compact(key)}: {_items(value)}" for key, value in record.items())
    return "{\n" + ",\n".join(fields) + "\n}"


def _items(value: object) -> str:
    if not isinstance(value, list) or not value:
        return compact(value)
    return "[\n" + ",\n".join(f"    {compact(item)}" for item in value) + "\n  ]"


def _round_word(word: Word, where: str) -> Word:
    return replace(
        word,
        confidence=_number(word.confidence, _FINE, f"{where}.confidence"),
        detection_score=_number(word.detection_score, _FINE, f"{where}.detection_score"),
        polygon=_round_polygon(word.polygon, f"{where}.polygon"),
        angle=_number(word.angle, _COARSE, f"{where}.angle"),
        chars=tuple(
            replace(
                char,
                confidence=_number(char.confidence, _FINE, f"{where}.chars[{i}].confidence"),
                polygon=_round_polygon(char.polygon, f"{where}.chars[{i}].polygon"),
            )
            for i, char in enumerate(word.chars)
        ),
        alternatives=tuple(
            replace(other, confidence=_number(other.confidence, _FINE, f"{where}.alternatives[{i}]"))
            for i, other in enumerate(word.alternatives)
        ),
    )


def _round_line(line: Line, where: str) -> Line:
    return replace(
        line,
        polygon=_round_polygon(line.polygon, f"{where}.polygon"),
        confidence=_number(line.confidence, _FINE, f"{where}.confidence"),
    )


def _round_polygon(polygon: Polygon, where: str) -> Polygon:
    return tuple((_number(x, _COARSE, where), _number(y, _COARSE, where)) for x, y in polygon)


def _number(value: float, decimals: int, where: str) -> float:
    """value rounded, as a plain float (numpy's scalars included) and never -0.0."""
    if not math.isfinite(value):
        raise ValueError(f"{where} is {value}; a result holds finite numbers only")
    return round(float(value), decimals) + 0.0


def _model(model: ModelInfo | None) -> dict[str, Any] | None:
    return None if model is None else {"id": model.id, "sha256": model.sha256, "charset": model.charset}


def _word(word: Word) -> dict[str, Any]:
    return {
        "id": word.id,
        "line": word.line,
        "text": word.text,
        "confidence": word.confidence,
        "detection_score": word.detection_score,
        "polygon": [list(point) for point in word.polygon],
        "angle": word.angle,
        **_details(word),
    }


def _details(word: Word) -> dict[str, Any]:
    """Fields that are written only where there is something to say."""
    found: dict[str, Any] = {}
    if word.chars:
        found["chars"] = [
            {"text": c.text, "confidence": c.confidence, "polygon": [list(point) for point in c.polygon]}
            for c in word.chars
        ]
    if word.alternatives:
        found["alternatives"] = [{"text": a.text, "confidence": a.confidence} for a in word.alternatives]
    if word.lexicon is not None:
        found["lexicon"] = {"match": word.lexicon.match, "edit_distance": word.lexicon.edit_distance}
    return found


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "words": list(line.words),
        "polygon": [list(point) for point in line.polygon],
        "text": line.text,
        "confidence": line.confidence,
    }
