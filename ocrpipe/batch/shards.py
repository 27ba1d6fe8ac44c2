"""A result in many files, shards: each holds the records of some photos, all pages, and is there as a whole.

So several machines write into one folder, and none waits for another.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocrpipe.batch.places import Place, is_url, parse_place
from ocrpipe.batch.resume import Past
from ocrpipe.errors import ResultError
from ocrpipe.formats import FORMATS
from ocrpipe.formats.entries import entry_of
from ocrpipe.images.find import natural_key
from ocrpipe.page import Page

if TYPE_CHECKING:
    from ocrpipe.batch.reading import Task

_NAME = "part-"


@dataclass(frozen=True, slots=True)
class ShardFormat:
    """How records stand in a shard: pack makes its bytes of pages, unpack its records, JSON, of its bytes."""

    suffix: str
    pack: Callable[[Iterable[Page]], bytes]
    unpack: Callable[[bytes], list[bytes]]


def shard_name(tasks: Sequence[Task], form: ShardFormat) -> str:
    """What the shard that tasks make is called.

    The same whenever it is tried again, so that it takes its own place; another for other photos or pages, so
    that a later run into the same folder takes nobody's.
    """
    todo = "\0".join(f"{task.name}\0{sorted(task.intake.skip)}" for task in tasks)
    digest = blake2b(todo.encode("utf-8", "surrogateescape"), digest_size=4).hexdigest()
    return f"{_NAME}{tasks[0].number:07}-{digest}{form.suffix}"


def find_shards(folder: Place) -> list[Place]:
    """The shards in a folder, in natural order; none where it does not exist. Raises ResultError."""
    try:
        found = [file for file in folder.files() if _is_shard(file)]
    except OSError as error:
        raise ResultError(f"{folder}: cannot be listed: {error}; check name and rights") from error
    return sorted(found, key=lambda file: natural_key(Path(file.path)))


def read_shard(shard: Place) -> list[bytes]:
    """Its records, JSON without line breaks. Raises ResultError for one that cannot be read."""
    form = SHARD_FORMATS["parquet" if shard.path.endswith(".parquet") else "jsonl"]
    try:
        data = shard.read()
    except OSError as error:
        raise ResultError(f"{shard}: cannot be read: {error}; check name and rights") from error
    try:
        return form.unpack(data)
    except (OSError, ValueError) as error:  # both of which pyarrow raises for damaged files
        raise ResultError(f"{shard}: is damaged: {error}; delete it, and resume") from error


def read_past(folder: Place) -> Past:
    """What the shards in a folder record. Raises ResultError for a damaged one: no killed run left it so."""
    past = Past()
    for shard in find_shards(folder):
        records = read_shard(shard)
        try:
            past.add(map(entry_of, records))
        except ResultError as error:
            raise ResultError(f"{shard}: {error}; delete it, and resume") from error
    return past


def as_line_files(results: Sequence[Path], scratch: Path) -> list[Path]:
    """results as JSONL files on this machine: those that are folders of shards, Parquet, or URLs are copied
    into the folder scratch, a file each. Raises ResultError.
    """
    files = []
    for result in results:
        if not is_url(result) and result.suffix != ".parquet" and not result.is_dir():
            files.append(result)
            continue
        place = parse_place(result)
        shards = [place] if _is_file(place) else find_shards(place)
        if not shards:
            raise ResultError(f"{place}: no shard in there; name a folder of {_NAME}* files")
        files.append(scratch / f"{len(files)}.jsonl")
        with files[-1].open("wb") as file:
            for shard in shards:
                file.writelines(record + b"\n" for record in read_shard(shard))
    return files


def _is_file(place: Place) -> bool:
    return any(place.path.endswith(form.suffix) for form in SHARD_FORMATS.values())


def _is_shard(file: Place) -> bool:
    return file.path.rpartition("/")[2].startswith(_NAME) and _is_file(file)


def _pack_lines(pages: Iterable[Page]) -> bytes:
    return "".join(map(FORMATS["jsonl"].element, pages)).encode()


def _unpack_lines(data: bytes) -> list[bytes]:
    if data and not data.endswith(b"\n"):
        raise ValueError("its last record is torn")
    return [line for line in data.split(b"\n") if line.strip()]


def _pack_parquet(pages: Iterable[Page]) -> bytes:
    """A row a page: what one filters by, and the whole record as JSON."""
    import pyarrow as pa
    from pyarrow import parquet

    whole, short = pa.string(), pa.int32()
    schema = pa.schema(
        [
            *(("path", whole), ("page", short), ("pages", short), ("error", whole), ("words", short)),
            *(("confidence", pa.float32()), ("text", whole), ("record", whole)),
        ]
    )
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(map(_row, pages)), schema), file, compression="zstd")
    return file.getvalue()


def _row(page: Page) -> dict[str, Any]:
    source = page.source
    return {
        # A name that is no UTF-8 cannot stand in a column of text; the record has it in full.
        "path": source.path.encode("utf-8", "backslashreplace").decode(),
        "page": source.page,
        "pages": source.pages,
        "error": page.error.type if page.error else None,
        "words": len(page.words),
        "confidence": page.confidence,
        "text": page.text,
        "record": page.to_json(one_line=True),
    }


def _unpack_parquet(data: bytes) -> list[bytes]:
    from pyarrow import parquet

    table = parquet.read_table(io.BytesIO(data), columns=["record"])
    return [record.encode() for record in table["record"].to_pylist()]


SHARD_FORMATS = {
    "jsonl": ShardFormat(".jsonl", _pack_lines, _unpack_lines),
    "parquet": ShardFormat(".parquet", _pack_parquet, _unpack_parquet),
}
