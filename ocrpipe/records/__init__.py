"""Pages as `ocr-result@1` records of plain types, and back; nothing here opens a file.

`Page.to_dict`, `Page.from_dict` and the others are these functions.
"""

from __future__ import annotations

from ocrpipe.records.node import Node
from ocrpipe.records.reader import from_dict
from ocrpipe.records.rows import COLUMNS, rows
from ocrpipe.records.writer import SCHEMA, compact, readable, rounded, to_dict

__all__ = ["COLUMNS", "SCHEMA", "Node", "compact", "from_dict", "readable", "rounded", "rows", "to_dict"]
