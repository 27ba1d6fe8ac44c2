"""What the records of a result are about, without reading them whole: a hundred thousand in seconds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ocrpipe.errors import ResultError
from ocrpipe.records import SCHEMA


@dataclass(frozen=True, slots=True)
class Entry:
    """A record's source, its error's type (None: it is ok), and whether its photo could be loaded."""

    path: str
    page: int
    pages: int
    error: str | None
    loaded: bool


@dataclass(frozen=True, slots=True)
class Span:
    """An entry and where its line stands in the file, in bytes, the line's end included."""

    entry: Entry
    start: int
    end: int


def entry_of(data: bytes) -> Entry:
    """What the record in data, JSON, is about. Raises ResultError for anything else."""
    return _entry(_decode(data, _Record))


def entries_of(data: bytes) -> list[Entry]:
    """What the records in data are about, JSON: one or an array. Raises ResultError for anything else."""
    if data.lstrip()[:1] == b"[":
        return [_entry(record) for record in _decode(data, list[_Record])]
    return [entry_of(data)]


def scan_lines(path: Path) -> Iterator[Span]:
    """The records of the JSONL file at path, in order; blank lines are passed over.

    Raises ResultError, with the line's number, for a line that is no record, such as the one that a run left
    torn when it was killed; the lines before it have been yielded then.
    """
    start = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield Span(_located(line, path, number), start, start + len(line))
                start += len(line)
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror or error}") from error


def _located(line: bytes, path: Path, number: int) -> Entry:
    try:
        return entry_of(line)
    except ResultError as error:
        raise ResultError(f"{path}: line {number}: {error}") from error


class _Source(msgspec.Struct):
    path: str
    page: int
    pages: int


class _Error(msgspec.Struct):
    type: str


class _Image(msgspec.Struct):
    width: int


class _Record(msgspec.Struct):
    schema: str
    source: _Source
    error: _Error | None
    image: _Image | None


def _decode(data: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:  # msgspec refuses lone surrogates, which stand for the bytes of a file name that is not UTF-8
            return msgspec.convert(json.loads(data), type=kind)
        except (ValueError, RecursionError, msgspec.ValidationError) as error:
            raise ResultError(f"not a {SCHEMA} record ({error})") from error


def _entry(record: _Record) -> Entry:
    if record.schema != SCHEMA:
        raise ResultError(f"not a {SCHEMA} record, but {record.schema!r}")
    source, error = record.source, record.error
    return Entry(
        source.path, source.page, source.pages, error.type if error else None, record.image is not None
    )
