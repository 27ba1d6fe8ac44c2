"""Several results as one: of each page its best record, sorted as one run over all the photos would be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ocrpipe.formats.entries import Span, scan_lines
from ocrpipe.images.find import listing_key

_OPEN = 100  # files at a time; systems allow a process 256 or more


@dataclass(frozen=True, slots=True)
class Merged:
    """What was merged: records written, errors among them, records that were left out for better ones."""

    records: int
    failed: int
    replaced: int


def merge(results: Sequence[Path], out: BinaryIO) -> Merged:
    """Write the records of results, JSONL files, to out: each page of each photo once, in natural order.

    Of several records of a page one that is ok is preferred to an error, then the later file's, then the
    later line's. Lines are copied as they are; only what they are about is held in memory. Raises ResultError
    for a file that cannot be read, or whose last line was torn: its run, resumed, mends it.
    """
    best: dict[tuple[str, int], tuple[int, Span]] = {}
    seen = 0
    for number, path in enumerate(results):
        for span in scan_lines(path):
            seen += 1
            key = span.entry.path, span.entry.page
            if key not in best or not _is_better(best[key][1], span):
                best[key] = number, span
    chosen = sorted(
        best.values(), key=lambda item: (listing_key(Path(item[1].entry.path)), item[1].entry.page)
    )
    for line in _lines(results, chosen):
        out.write(line)
    failed = sum(span.entry.error is not None for _, span in chosen)
    return Merged(len(chosen), failed, seen - len(chosen))


def _is_better(earlier: Span, later: Span) -> bool:
    """Whether earlier is kept although later came."""
    return earlier.entry.error is None and later.entry.error is not None


def _lines(results: Sequence[Path], chosen: Iterable[tuple[int, Span]]) -> Iterator[bytes]:
    with ExitStack() as stack:
        files: dict[int, BinaryIO] = {}
        for number, span in chosen:
            if number not in files:
                if len(files) == _OPEN:
                    files.clear()
                    stack.close()
                files[number] = stack.enter_context(results[number].open("rb"))
            files[number].seek(span.start)
            yield files[number].read(span.end - span.start).rstrip(b"\r\n") + b"\n"
