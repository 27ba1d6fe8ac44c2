"""JSONL: one `ocr-result@1` record a line, whatever the number of photos."""

from __future__ import annotations

from ocrpipe.formats.base import Format
from ocrpipe.page import Page
from ocrpipe.records import compact, to_dict


def _line(page: Page) -> str:
    return compact(to_dict(page)) + "\n"


JSONL = Format("jsonl", ".jsonl", alone=_line, element=_line)
