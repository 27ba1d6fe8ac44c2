"""Formats in which pages are written, one small module each, and the dict to choose from.

with PageWriter(stream, find("jsonl"), several=True) as writer:
    for page in pages:
        writer.write(page)
"""

from __future__ import annotations

from ocrpipe.formats.alto import ALTO
from ocrpipe.formats.base import Format, PageWriter
from ocrpipe.formats.coco_text import COCO_TEXT
from ocrpipe.formats.csv_format import CSV
from ocrpipe.formats.hocr import HOCR
from ocrpipe.formats.icdar import ICDAR
from ocrpipe.formats.json_format import JSON
from ocrpipe.formats.json_reader import load, loads
from ocrpipe.formats.jsonl import JSONL
from ocrpipe.formats.label_studio import LABEL_STUDIO
from ocrpipe.formats.markdown import MARKDOWN
from ocrpipe.formats.schema import load_schema
from ocrpipe.formats.text import TEXT
from ocrpipe.formats.tsv import TSV
from ocrpipe.records import from_dict, to_dict

_ALL = (JSON, JSONL, TEXT, TSV, CSV, HOCR, ALTO, MARKDOWN, COCO_TEXT, ICDAR, LABEL_STUDIO)
FORMATS: dict[str, Format] = {form.name: form for form in _ALL}

__all__ = ["FORMATS", "Format", "PageWriter", "find", "from_dict", "load", "load_schema", "loads", "to_dict"]


def find(name: str) -> Format:
    """The format of that name; ValueError, listing the known ones, for any other."""
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}; known formats: {', '.join(FORMATS)}")
    return FORMATS[name]
