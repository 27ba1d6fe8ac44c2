"""What everything that pages are written to has in common."""

from __future__ import annotations

from typing import Protocol

from ocrpipe.images import Photo
from ocrpipe.page import Page


class Output(Protocol):
    """Something that pages are written to, one by one, each with its photo (None where none was loaded).

    in_order:    pages must come in the order of the photos; else they may come as they are read, but those of
                 one photo in order.
    needs_photo: `write` looks at the photo; else it may be None though one was loaded.
    """

    in_order: bool = True
    needs_photo: bool = False

    def write(self, page: Page, photo: Photo | None) -> None:
        """Add page. Raises OutputError if it cannot be written."""
        ...

    def finish(self) -> None:
        """Take note that all pages of a photo have been written."""
        return

    def close(self) -> None:
        """Finish; after an interruption too, perhaps in the middle of a photo."""
        ...
