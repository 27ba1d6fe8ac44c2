"""The output that draws each page on its photo."""

from __future__ import annotations

from pathlib import Path

from ocrpipe.images import Photo
from ocrpipe.outputs.base import Output
from ocrpipe.outputs.naming import picture_path
from ocrpipe.page import Page
from ocrpipe.records import rounded


class OverlayOutput(Output):
    """A picture of each page that could be read: NAME.overlay.png, of a later page NAME.p2.overlay.png.

    kind: "png", "jpg" or "svg"; facing as in `ocrpipe.overlay.draw`.
    """

    in_order, needs_photo = False, True

    def __init__(
        self, folder: Path, named: dict[str, Path], kind: str = "png", *, facing: bool | None = None
    ) -> None:
        self._folder, self._named, self._kind, self._facing = folder, named, kind, facing

    def write(self, page: Page, photo: Photo | None) -> None:
        """Draw page on its photo."""
        if photo is None or page.error is not None:
            return
        from ocrpipe import overlay

        path = picture_path(self._folder, self._named, page, f"overlay.{self._kind}")
        # Rounded as records are, so that `ocrpipe draw` makes the same picture from the record.
        overlay.write(photo.pixels, rounded(page), path, facing=self._facing)

    def close(self) -> None:
        """Nothing is left to do: each picture was finished as it came."""
