"""The version of this program, found in one place for results, `--version` and `doctor`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import metadata
from pathlib import Path

NAME = "ocrpipe"
_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


@lru_cache(maxsize=1)
def version() -> str:
    """The running version: that of the checkout it lies in, else of the installed package, else "0+unknown".

    The checkout comes first because an editable install keeps the number it was installed with, and a bare
    checkout may lie beside another, installed version.
    """
    return _checkout_version(_PROJECT) or _installed_version() or "0+unknown"


def _checkout_version(pyproject: Path) -> str | None:
    """Version in pyproject, if that file exists and describes this project."""
    try:
        project = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError):
        return None
    return str(project["version"]) if project.get("name") == NAME and "version" in project else None


def _installed_version() -> str | None:
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        return None
