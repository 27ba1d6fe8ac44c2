"""Where pages go: a stream, one file for all, a file for each photo, a picture for each page.

Files appear under their names only when they are whole, and one that replaces an older result does so in one
step; JSONL alone grows line by line, so that nothing is lost with a process that is killed.
"""

from __future__ import annotations

from ocrpipe.outputs.base import Output
from ocrpipe.outputs.choice import choose_format, is_folder, open_output
from ocrpipe.outputs.documents import FileOutput, FolderOutput, LinesOutput, StreamOutput, has_lines
from ocrpipe.outputs.files import replacing, writing
from ocrpipe.outputs.naming import common_folder, names, picture_path, relative_names
from ocrpipe.outputs.pictures import OverlayOutput

__all__ = [
    "FileOutput",
    "FolderOutput",
    "LinesOutput",
    "Output",
    "OverlayOutput",
    "StreamOutput",
    "choose_format",
    "common_folder",
    "has_lines",
    "is_folder",
    "names",
    "open_output",
    "picture_path",
    "relative_names",
    "replacing",
    "writing",
]
