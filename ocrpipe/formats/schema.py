"""The JSON Schema (2020-12) of `ocr-result@1`, shipped beside this module as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("ocr_result_1.schema.json")


def load_schema() -> dict[str, Any]:
    """The schema of one record as a plain dict, for any validator.

    A record of a later version within @1 is valid too: unknown fields are allowed, known ones are strict.
    """
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema
