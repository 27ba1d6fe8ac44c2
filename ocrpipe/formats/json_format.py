"""JSON: one `ocr-result@1` record, or an array of them, a field and a word a line."""

from __future__ import annotations

from ocrpipe.formats.base import Format
from ocrpipe.records import readable, to_dict

JSON = Format(
    "json",
    ".json",
    alone=lambda page: readable(to_dict(page)) + "\n",
    element=lambda page: readable(to_dict(page)),
    opening="[\n",
    separator=",\n",
    closing="\n]\n",
)
