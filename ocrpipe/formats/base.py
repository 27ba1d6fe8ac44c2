"""What a format is, and the one writer that streams pages to a file in any of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TextIO

from ocrpipe.page import Page


@dataclass(frozen=True, slots=True)
class Format:
    """How pages become text.

    alone:   the whole document for a single page.
    element: one page among several; `opening`, then elements with `separator` between them, then `closing`
             make the whole document, valid for any number of pages, none included.
    suffix:  of a file that holds such a document, with its dot.
    numbered: as `element`, which it replaces, for a format whose pages carry their number in the document,
             from 1.
    whole:   for a format that groups by kind and not by page: the document for all pages at once, which are
             held until the last has come. It takes the place of all others.
    """

    name: str
    suffix: str
    alone: Callable[[Page], str]
    element: Callable[[Page], str]
    opening: str = ""
    separator: str = ""
    closing: str = ""
    numbered: Callable[[Page, int], str] | None = None
    whole: Callable[[Sequence[Page]], str] | None = None


def grouped(name: str, suffix: str, whole: Callable[[Sequence[Page]], str]) -> Format:
    """A format that groups by kind: see `Format.whole`."""
    return Format(name, suffix, lambda page: whole([page]), lambda page: whole([page]), whole=whole)


class PageWriter:
    """Streams pages to a text stream, one by one as they come; a context manager that finishes the document.

    stream:  open for text, UTF-8 with newline="\\n" where bytes must be stable; it is flushed after each page
             (a format with `whole` is written at the end) and never closed.
    several: True where the user asked for several photos: each page is written at once. False where one photo
             was named: a single page makes a document of its own (JSON: an object, not an array), and should
             more follow (a multi-page TIFF), all become elements.

    Leaving the block by an exception finishes the document too: an interrupted run leaves valid JSON.
    """

    def __init__(self, stream: TextIO, form: Format, *, several: bool) -> None:
        self._stream, self._form, self._several = stream, form, several
        self._held: Page | None = None
        self._all: list[Page] = []
        self._written = 0

    def write(self, page: Page) -> None:
        """Add page to the document."""
        if self._form.whole is not None:
            self._all.append(page)
            return
        if not self._several and self._held is None:
            self._held = page
            return
        self._several = True
        self._release()
        self._element(page)

    def close(self) -> None:
        """Finish the document; call it once, or leave the `with` block."""
        if self._form.whole is not None:
            self._put(self._form.whole(self._all))
        elif self._held is not None:
            self._put(self._form.alone(self._held))
        else:
            self._put(("" if self._written else self._form.opening) + self._form.closing)
        self._held = None

    def _release(self) -> None:
        """Write the page that waited to learn whether another follows."""
        if self._held is not None:
            held, self._held = self._held, None
            self._element(held)

    def _element(self, page: Page) -> None:
        # Rendered first: a page that cannot be rendered must not leave half a separator behind.
        numbered = self._form.numbered
        text = numbered(page, self._written + 1) if numbered else self._form.element(page)
        self._put((self._form.separator if self._written else self._form.opening) + text)
        self._written += 1

    def _put(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
