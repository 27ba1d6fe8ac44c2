"""A JSON file of labels, opened so that every complaint is a LabelError with file and place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocrpipe.errors import LabelError, ResultError
from ocrpipe.records import Node


@contextmanager
def labels_in(path: Path) -> Iterator[Node]:
    """The document in the file at path. What is found wrong with it inside the block is a LabelError."""
    try:
        document = Node(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise LabelError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{path}: is not JSON ({error})") from error
    try:
        yield document
    except (ResultError, LabelError) as error:
        raise LabelError(f"{path}: {error}") from error


def optional(node: Node, key: str) -> Node | None:
    """node[key], None where it is missing or null; node must be an object."""
    if isinstance(node.value, dict) and node.value.get(key) is None:
        return None
    return node[key]


def entries(node: Node) -> Iterator[Node]:
    """The values of an object, in order."""
    if not isinstance(node.value, dict):
        raise node.wrong_type("an object")
    return (node[key] for key in node.value)
