"""A result from one format into any other, without reading a photo again."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from ocrpipe import formats, outputs
from ocrpipe.formats import Format
from ocrpipe.outputs import FileOutput, FolderOutput, StreamOutput
from ocrpipe.page import Page


def convert(result: Path, form: Format | None, out: Path | TextIO) -> int:
    """Write every page of result, a JSON or JSONL file, to out in form; how many there were.

    form: None means what out's suffix means, and text for a stream (see `outputs.choose_format`). out: an
    open text stream; a folder, which gets a file for each photo, mirroring the folders the photos came from;
    else a file for all. Raises ResultError for what is no result, OutputError for what cannot be written, and
    ValueError for a suffix that means no format. A result without a page leaves no file.
    """
    path = out if isinstance(out, Path) else None
    chosen = form if form is not None else outputs.choose_format(path, None)
    pages = formats.load(result)
    output: StreamOutput | FileOutput | FolderOutput
    if not isinstance(out, Path):
        output = StreamOutput(out, chosen, several=len(pages) > 1)
    elif outputs.is_folder(out):
        pages.sort(key=lambda page: (page.source.path, page.source.page))  # all of a photo together
        output = FolderOutput(out, chosen, result_names(pages))
    else:
        output = FileOutput(out, chosen, several=len(pages) > 1)
    try:
        for page in pages:
            output.write(page, None)
        output.finish()
    finally:
        output.close()
    return len(pages)


def result_names(pages: list[Page]) -> dict[str, Path]:
    """What to call the results of each photo of pages, by its path: as `outputs.names` does, below the folder
    that all photos have in common.
    """
    paths = list(dict.fromkeys(page.source.path for page in pages))
    photos = [Path(path) for path in paths]
    named = outputs.names(list(dict.fromkeys(photos)), outputs.common_folder(photos))
    return {path: named[str(photo)] for path, photo in zip(paths, photos, strict=True)}
