"""Formats in which pages are written, one small module each, and the dict to choose from.

with PageWriter(stream, find("jsonl"), several=True) as writer:
    for page in pages:
        writer.write(page)
"""

from __future__ import annotations

from ocrpipe.formats.base import Format, PageWriter
from ocrpipe.formats.json_format import JSON, to_dict
from ocrpipe.formats.json_reader import from_dict, load, loads
from ocrpipe.formats.jsonl import JSONL
from ocrpipe.formats.schema import load_schema
from ocrpipe.formats.text import TEXT

FORMATS: dict[str, Format] = {form.name: form for form in (JSON, JSONL, TEXT)}

__all__ = ["FORMATS", "Format", "PageWriter", "find", "from_dict", "load", "load_schema", "loads", "to_dict"]


def find(name: str) -> Format:
    """The format of that name; ValueError, listing the known ones, for any other."""
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}; known formats: {', '.join(FORMATS)}")
    return FORMATS[name]
