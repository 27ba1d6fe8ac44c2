"""COCO-Text 2 JSON: photos in `imgs`, words in `anns`, which words a photo has in `imgToAnns`, all by id.

Ids count from 1 in the order of the pages. `mask` is the quad, `bbox` x, y, width, height around it; `score`
is ours, beside the fields of the data set. What we do not know is said to be so: `class` is "others",
`language` "na". A page that could not be read has no size, and so no place here: it is left out. Of a file
with several pages each is a photo of its own, told apart by `page`. Source: Veit et al. 2016, and the
annotation files of the data set, version 2.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocrpipe.formats.base import Format, grouped
from ocrpipe.page import ImageInfo, Page, Word
from ocrpipe.records import compact, rounded
from ocrpipe.version import NAME, version


def _whole(pages: Sequence[Page]) -> str:
    images: list[str] = []
    words: list[str] = []
    links: list[str] = []
    for page in map(rounded, pages):
        if page.image is None or page.error is not None:
            continue
        image = len(images) + 1
        ids = range(len(words) + 1, len(words) + 1 + len(page.words))
        images.append(_entry(image, _image(image, page, page.image)))
        words += [_entry(i, _word(i, image, word)) for i, word in zip(ids, page.words, strict=True)]
        links.append(_entry(image, list(ids)))
    info = compact({"description": f"read by {NAME}", "version": version()})
    groups = {"imgs": images, "anns": words, "imgToAnns": links}
    fields = [f'  "{name}": ' + _object(entries) for name, entries in groups.items()]
    return "{\n" + ",\n".join([f'  "info": {info}', '  "cats": {}', *fields]) + "\n}\n"


def _object(entries: Sequence[str]) -> str:
    return "{\n" + ",\n".join(entries) + "\n  }" if entries else "{}"


def _entry(key: int, value: object) -> str:
    return f'    "{key}": {compact(value)}'


def _image(key: int, page: Page, image: ImageInfo) -> dict[str, Any]:
    return {
        "id": key,
        "set": "val",
        "width": image.width,
        "height": image.height,
        "file_name": page.source.path,
        "page": page.source.page,
    }


def _word(key: int, image: int, word: Word) -> dict[str, Any]:
    xs, ys = [x for x, _ in word.polygon], [y for _, y in word.polygon]
    left, top = min(xs), min(ys)
    shifted = [*zip(xs[1:] + xs[:1], ys[1:] + ys[:1], strict=True)]
    twice = sum(x * v - u * y for (x, y), (u, v) in zip(word.polygon, shifted, strict=True))
    return {
        "id": key,
        "image_id": image,
        "mask": [value for point in word.polygon for value in point],
        "bbox": [left, top, round(max(xs) - left, 1), round(max(ys) - top, 1)],
        "area": round(abs(twice) / 2, 1),
        "class": "others",
        "legibility": "legible",
        "language": "na",
        "utf8_string": word.text,
        "score": word.confidence,
    }


COCO_TEXT: Format = grouped("coco-text", ".coco.json", _whole)
