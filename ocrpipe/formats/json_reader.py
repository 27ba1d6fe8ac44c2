"""Result files, JSON or JSONL, back into Pages; what is wrong with one is a ResultError that says where."""

from __future__ import annotations

import json
from pathlib import Path

from ocrpipe.errors import ResultError
from ocrpipe.page import Page
from ocrpipe.records import SCHEMA, from_dict


def load(path: Path) -> list[Page]:
    """Every page in the file at path, JSON or JSONL, in order; ResultError names the file and the place."""
    try:
        return loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise ResultError(f"{path}: {what}; name a result, JSON or JSONL") from error
    except UnicodeDecodeError as error:
        raise ResultError(f"{path}: not a result file, for it is not UTF-8 text") from error
    except ResultError as error:
        raise ResultError(f"{path}: {error}") from error


def loads(text: str) -> list[Page]:
    """Every page in text: one record, an array of records, or JSONL. Raises ResultError."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return _lines(text)
    if not isinstance(whole, list):
        return [from_dict(whole)]
    return [_located(record, f"[{i}]: ") for i, record in enumerate(whole)]


def _lines(text: str) -> list[Page]:
    pages = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ResultError(f"line {number}: not JSON ({error}); expected {SCHEMA} records") from error
        pages.append(_located(record, f"line {number}: "))
    if not pages:
        raise ResultError(f"no record; expected {SCHEMA}")
    return pages


def _located(record: object, where: str) -> Page:
    try:
        return from_dict(record)
    except ResultError as error:
        raise ResultError(f"{where}{error}") from error
