"""The examples of docs/python-api.md do what they say, with the shipped weights and the example photo."""

from __future__ import annotations

import doctest
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "python-api.md"


def test_every_example_of_the_python_interface_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "examples" / "station.jpg", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OCRPIPE_WEIGHTS", raising=False)
    failed, tried = doctest.testfile(str(DOCUMENT), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert failed == 0
    assert tried > 30
