"""COCO-Text 2 as ground truth: `cocotext.v2.json`, and what `ocrpipe.formats.coco_text` writes.

A `mask` of four points is the quad, of another number becomes the least rectangle around it; without one the
`bbox` is. Illegible words are ignore regions.
"""

from __future__ import annotations

from pathlib import Path

from ocrpipe.errors import LabelError
from ocrpipe.labels.json_file import entries, labels_in, optional
from ocrpipe.labels.outline import quad_from_box, quad_from_outline
from ocrpipe.labels.scene import Quad, Scene, SceneWord
from ocrpipe.records import Node


def load_coco_text(path: Path, photos: Path | None = None, *, split: str | None = None) -> list[Scene]:
    """A scene for each photo, in file order, those without words too; file names are relative to photos.

    photos: by default the folder of the file. split: "train", "val" or "test", for photos of that `set` only.
    Later pages of a file (our own `page`) are left out, for a Scene is a photo as a whole. Photos are not
    opened. Raises LabelError naming file and place.
    """
    folder = path.parent if photos is None else photos
    with labels_in(path) as document:
        words: dict[int, list[SceneWord]] = {}
        for node in entries(document["anns"]):
            words.setdefault(node["image_id"].integer(0), []).append(_word(node))
        nodes = {node["id"].integer(0): node for node in entries(document["imgs"])}
        for stray in words.keys() - nodes.keys():
            raise LabelError(f"anns: image_id {stray} is in none of imgs")
        return [
            _scene(node, folder, words.get(key, [])) for key, node in nodes.items() if _is_wanted(node, split)
        ]


def _is_wanted(node: Node, split: str | None) -> bool:
    page = optional(node, "page")
    if page is not None and page.integer(1) > 1:
        return False
    return split is None or node["set"].text() == split


def _scene(node: Node, folder: Path, words: list[SceneWord]) -> Scene:
    size = node["width"].integer(1), node["height"].integer(1)
    return Scene(folder / node["file_name"].text(), *size, tuple(words))


def _word(node: Node) -> SceneWord:
    legibility, text = optional(node, "legibility"), optional(node, "utf8_string")
    if legibility is not None and legibility.text() == "illegible":
        return SceneWord(_quad(node), None, ignore=True)
    return SceneWord(_quad(node), (text.text() or None) if text is not None else None)


def _quad(node: Node) -> Quad:
    mask = optional(node, "mask")
    if mask is not None and mask.items():
        numbers = [item.number() for item in mask.items()]
        if len(numbers) % 2 or len(numbers) < 6:
            raise mask.error(f"expected x and y of three points or more, got {len(numbers)} numbers")
        return quad_from_outline(list(zip(numbers[::2], numbers[1::2], strict=True)))
    sides = [item.number() for item in node["bbox"].items()]
    if len(sides) != 4:
        raise node["bbox"].error(f"expected left, top, width and height, got {len(sides)} numbers")
    left, top, width, height = sides
    return quad_from_box(left, top, width, height)
