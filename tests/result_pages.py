"""Pages for tests of what is done with results: an ordinary one, an empty one, a failure, a hostile one."""

from __future__ import annotations

from ocrpipe.page import Block, Failure, ImageInfo, Line, ModelInfo, Page, Polygon, Source, Word

FORD: Polygon = ((10.0, 20.0), (110.0, 18.0), (111.0, 50.0), (11.0, 52.0))
OPEN: Polygon = ((20.5, 100.0), (80.0, 100.0), (80.0, 120.0), (20.5, 120.0))
HOURS: Polygon = ((90.0, 100.0), (140.0, 100.0), (140.0, 120.0), (90.0, 120.0))
BOTH: Polygon = ((20.5, 100.0), (140.0, 100.0), (140.0, 120.0), (20.5, 120.0))
UPWARDS: Polygon = ((200.0, 90.0), (200.0, 10.0), (220.0, 10.0), (220.0, 90.0))
EVIL = "</script><img src=x onerror=alert(1)>&\"'`\\;=1+1"


def sign(path: str = "café/sign.jpg") -> Page:
    """Three blocks: a tilted word, a line of two words, a word that runs upwards."""
    return Page(
        source=Source(path, 1, 1, "JPEG"),
        image=ImageInfo(320, 240),
        words=(
            Word(0, 0, "FORD", 0.98765, 0.912345, FORD, -1.1),
            Word(1, 1, "OPEN", 0.9, 0.8, OPEN),
            Word(2, 1, "24H,", 0.45, 0.7, HOURS),
            Word(3, 2, "Café", 0.75, 0.6, UPWARDS, -90.0),
        ),
        lines=(
            Line(0, (0,), FORD, "FORD", 0.98765),
            Line(1, (1, 2), BOTH, "OPEN 24H,", 0.675),
            Line(2, (3,), UPWARDS, "Café", 0.75),
        ),
        blocks=(Block(0, (0,)), Block(1, (1,)), Block(2, (2,))),
        detector=ModelInfo("db_r18q", "0" * 64),
        recognizer=ModelInfo("crnn_xs", "f" * 64, "ascii94"),
    )


def word_page(text: str, path: str = "one.png", polygon: Polygon = OPEN) -> Page:
    """A page of one word."""
    return Page(
        source=Source(path, format="PNG"),
        image=ImageInfo(320, 240),
        words=(Word(0, 0, text, 0.5, 0.5, polygon),),
        lines=(Line(0, (0,), polygon, text, 0.5),),
        blocks=(Block(0, (0,)),),
    )


def hostile() -> Page:
    """Text and path full of markup."""
    return word_page(EVIL, f"{EVIL}.png".replace("/", "\u2215"))


def failure() -> Page:
    """A photo that could not be read."""
    return Page(Source("bad.jpg"), error=Failure("ImageError", 'bad.jpg: "cut" <off>; copy it\nagain'))


def empty() -> Page:
    """Page 2 of 3, without words."""
    return Page(Source("sky.tif", 2, 3, "TIFF"), image=ImageInfo(8, 6))


PAGES = (sign(), failure(), empty(), hostile())
