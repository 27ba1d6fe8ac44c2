"""`ocr-result@1` records back into Pages; whatever is wrong with one is a ResultError that says where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ocrpipe.page import (
    Alternative,
    Block,
    Char,
    Failure,
    ImageInfo,
    LexiconMatch,
    Line,
    ModelInfo,
    Page,
    Polygon,
    Source,
    Timing,
    Word,
)
from ocrpipe.records.node import Node
from ocrpipe.records.writer import SCHEMA


def from_dict(record: object) -> Page:
    """The Page that record describes; fields that this version does not know are passed over.

    Raises ResultError with the place, as in "words[3].polygon: expected 4 points", for anything that is not
    `ocr-result@1`. What a page derives (text, confidence, needs_review) must be present and is derived again.
    """
    root = Node(record)
    schema = root["schema"].text()
    if schema != SCHEMA:
        raise root["schema"].error(f"expected {SCHEMA!r}, got {schema!r}")
    models, source, image, timing = root["models"], root["source"], root["image"], root["timing_ms"]
    page = Page(
        source=Source(
            path=source["path"].text(),
            page=source["page"].integer(1),
            pages=source["pages"].integer(1),
            format=source["format"].text_or_none(),
        ),
        image=None if image.is_null() else _image(image),
        words=tuple(_word(node) for node in root["words"].items()),
        lines=tuple(_line(node) for node in root["lines"].items()),
        blocks=tuple(Block(node["id"].integer(0), _ids(node["lines"])) for node in root["blocks"].items()),
        detector=_model(models["detector"]),
        recognizer=_model(models["recognizer"]),
        error=_failure(root["error"]),
        timing_ms=None if timing.is_null() else Timing(*(timing[k].number(0) for k in Timing.__slots__)),
    )
    _check_links(root, page)
    _check_derived(root, page)
    return page


def _word(node: Node) -> Word:
    return Word(
        id=node["id"].integer(0),
        line=node["line"].integer(0),
        text=node["text"].text(),
        confidence=node["confidence"].score(),
        detection_score=node["detection_score"].score(),
        polygon=_polygon(node["polygon"], corners=4),
        angle=node["angle"].number(-180, 180),
        chars=tuple(
            Char(c["text"].text(), c["confidence"].score(), _polygon(c["polygon"], corners=4))
            for c in node.optional("chars")
        ),
        alternatives=tuple(
            Alternative(a["text"].text(), a["confidence"].score()) for a in node.optional("alternatives")
        ),
        lexicon=_lexicon(node),
    )


def _lexicon(word: Node) -> LexiconMatch | None:
    if not word.has("lexicon") or word["lexicon"].is_null():
        return None
    match, distance = word["lexicon"]["match"], word["lexicon"]["edit_distance"]
    return LexiconMatch(match.text_or_none(), None if distance.is_null() else distance.integer(0))


def _line(node: Node) -> Line:
    return Line(
        id=node["id"].integer(0),
        words=_ids(node["words"]),
        polygon=_polygon(node["polygon"], corners=None),
        text=node["text"].text(),
        confidence=node["confidence"].score(),
    )


def _ids(node: Node) -> tuple[int, ...]:
    ids = tuple(item.integer(0) for item in node.items())
    if not ids or len(set(ids)) < len(ids):
        raise node.error("expected one id or more, each once")
    return ids


def _polygon(node: Node, *, corners: int | None) -> Polygon:
    """corners: how many points are expected; None for three or more."""
    points = node.items()
    if corners is not None and len(points) != corners:
        raise node.error(f"expected {corners} points, got {len(points)}")
    if len(points) < 3:
        raise node.error(f"expected 3 points or more, got {len(points)}")
    return tuple(point.pair() for point in points)


def _image(node: Node) -> ImageInfo:
    orientation = node["exif_orientation"].integer(1)
    if orientation > 8:
        raise node["exif_orientation"].error(f"expected 1 to 8, got {orientation}")
    return ImageInfo(node["width"].integer(1), node["height"].integer(1), orientation)


def _model(node: Node) -> ModelInfo | None:
    if node.is_null():
        return None
    return ModelInfo(node["id"].text(), node["sha256"].text_or_none(), node["charset"].text_or_none())


def _failure(node: Node) -> Failure | None:
    return None if node.is_null() else Failure(node["type"].text(), node["message"].text())


def _check_links(root: Node, page: Page) -> None:
    """Each word in the line it names, each line in one block; ids unique."""
    lines = {line.id for line in page.lines}
    _check_partition(root, "words", [w.id for w in page.words], "lines", [line.words for line in page.lines])
    _check_partition(
        root, "lines", [line.id for line in page.lines], "blocks", [b.lines for b in page.blocks]
    )
    _check_partition(root, "blocks", [block.id for block in page.blocks], None, [])
    home = {word: line.id for line in page.lines for word in line.words}
    for i, word in enumerate(page.words):
        if word.line not in lines or home[word.id] != word.line:
            raise root["words"].at(i)["line"].error(f"line {word.line} does not list word {word.id}")


def _check_partition(
    root: Node, name: str, ids: list[int], parent: str | None, groups: Iterable[tuple[int, ...]]
) -> None:
    """ids of the array `name` are unique; `groups`, the lists in the array `parent`, hold each once."""
    known = set(ids)
    if len(known) < len(ids):
        raise root[name].error("two have the same id")
    if parent is None:
        return
    seen: set[int] = set()
    for i, group in enumerate(groups):
        for wrong in (member for member in group if member not in known or member in seen):
            why = "is in two places" if wrong in known else "does not exist"
            raise root[parent].at(i)[name].error(f"id {wrong} {why}")
        seen.update(group)
    if known - seen:
        raise root[name].error(f"id {min(known - seen)} is in none of the {parent}")


def _check_derived(root: Node, page: Page) -> None:
    """The fields a page derives have their types, and status agrees with error."""
    root["tool"]["name"].text()
    root["tool"]["version"].text()
    root["text"].text()
    root["confidence"].score()
    root["needs_review"].boolean()
    status = root["status"].text()
    if status != page.status:
        raise root["status"].error(f"expected {page.status!r}, for error is given or not; got {status!r}")
    if page.error is None and page.image is None:
        raise root["image"].error("expected an object, for the photo was read")
    if page.error is not None and replace(page, words=(), lines=(), blocks=()) != page:
        raise root["words"].error("a failed photo has no words, lines or blocks")
