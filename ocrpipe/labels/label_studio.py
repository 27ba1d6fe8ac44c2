"""Label Studio exports (JSON) as ground truth: polygons or rectangles with a text area for each region.

Any control of these kinds is understood, whatever its name: polygon(labels), rectangle(labels), labels,
textarea; what belongs together has one id. Regions labelled Ignore or Illegible are ignore regions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from ocrpipe.errors import LabelError
from ocrpipe.labels.json_file import labels_in, optional
from ocrpipe.labels.outline import quad_from_box, quad_from_outline
from ocrpipe.labels.photo_files import first_that_exists, upright_size
from ocrpipe.labels.scene import Quad, Scene, SceneWord
from ocrpipe.records import Node

_IMAGE_KEYS = ("image", "ocr", "captioning")  # of `data`: ours, and those of Label Studio's own templates
_IGNORED = frozenset({"ignore", "illegible"})
_UPLOAD_PREFIX = re.compile(r"^[0-9a-f]{8}-")  # what Label Studio puts before the name of an upload
_SHAPES = {"polygon", "polygonlabels", "rectangle", "rectanglelabels"}
_LABELS = ("polygonlabels", "rectanglelabels", "labels")


@dataclass(slots=True)
class _Region:
    """What the results of one id say, as they come in any order."""

    quad: Quad | None = None
    texts: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)


def load_label_studio(
    path: Path, photos: Path | None = None, *, image_key: str | None = None, predictions: bool = False
) -> list[Scene]:
    """A scene for each task that somebody annotated, in file order, photos without a word among them.

    photos: where they lie, by default the folder of the file; a URL or upload is looked for by its path, then
    by its name, there. image_key: the field of `data` with the photo, by default image or ocr. predictions:
    take the newest prediction (such as `ocrpipe.formats.label_studio` writes) of a task nobody annotated.
    Cancelled annotations do not count; of several the last is taken. Raises LabelError naming file and place.
    """
    folder = path.parent if photos is None else photos
    scenes = []
    with labels_in(path) as document:
        for task in document.items():
            results = _results(task, predictions)
            page = optional(task["data"], "page")
            if results is not None and (page is None or page.integer(1) == 1):
                scenes.append(_scene(task, results, folder, image_key))
    return scenes


def _results(task: Node, predictions: bool) -> Node | None:
    """The list of results that counts; None for a task without one."""
    annotations = optional(task, "annotations")
    for annotation in reversed(annotations.items() if annotations is not None else []):
        cancelled = optional(annotation, "was_cancelled")
        if cancelled is None or not cancelled.boolean():
            return annotation["result"]
    guesses = optional(task, "predictions") if predictions else None
    return guesses.items()[-1]["result"] if guesses is not None and guesses.items() else None


def _scene(task: Node, results: Node, folder: Path, image_key: str | None) -> Scene:
    data = task["data"]
    keys = (image_key,) if image_key is not None else _IMAGE_KEYS
    found = next((node for key in keys if (node := optional(data, key)) is not None), None)
    if found is None:
        raise data.error(f"no photo under {' or '.join(keys)}; name the field")
    photo = _photo(found.text(), folder)
    regions: dict[str, _Region] = {}
    for result in results.items():
        _collect(result, regions)
    sizes = [node for node in results.items() if optional(node, "original_width") is not None]
    if sizes:
        width, height = (sizes[0][f"original_{side}"].integer(1) for side in ("width", "height"))
    elif optional(data, "width") is not None and optional(data, "height") is not None:
        width, height = data["width"].integer(1), data["height"].integer(1)
    else:
        try:
            width, height = upright_size(photo)
        except LabelError as error:
            raise LabelError(f"{task.where}: {error}") from error
    words = (_word(region.quad, region) for region in regions.values() if region.quad is not None)
    return Scene(photo, width, height, tuple(words))


def _word(quad: Quad, region: _Region) -> SceneWord:
    ignore = any(label.lower() in _IGNORED for label in region.labels)
    return SceneWord(quad, None if ignore else " ".join(region.texts) or None, ignore)


def _collect(result: Node, regions: dict[str, _Region]) -> None:
    """Add what one result says to the region of its id; kinds that are none of ours say nothing."""
    kind = result["type"].text()
    if kind not in _SHAPES and kind not in ("labels", "textarea"):
        return
    region = regions.setdefault(result["id"].text(), _Region())
    value = result["value"]
    if kind in _SHAPES:
        region.quad = _quad(result, value)
    for name in _LABELS:
        labels = optional(value, name)
        region.labels |= {item.text() for item in labels.items()} if labels is not None else set()
    if kind == "textarea":
        text = value["text"]
        region.texts += [text.text()] if isinstance(text.value, str) else [t.text() for t in text.items()]


def _quad(result: Node, value: Node) -> Quad:
    """From percentages of the photo's width and height to pixels."""
    across = result["original_width"].integer(1) / 100
    down = result["original_height"].integer(1) / 100
    points = optional(value, "points")
    if points is not None:
        pairs = [point.pair() for point in points.items()]
        if len(pairs) < 3:
            raise points.error(f"expected three points or more, got {len(pairs)}")
        return quad_from_outline([(round(x * across, 2), round(y * down, 2)) for x, y in pairs])
    turn = optional(value, "rotation")
    left, top, width, height = (value[name].number() for name in ("x", "y", "width", "height"))
    angle = turn.number() if turn is not None else 0.0
    return quad_from_box(left * across, top * down, width * across, height * down, angle)


def _photo(address: str, folder: Path) -> Path:
    """Where the photo lies that a task gives as a path, a URL, an upload or a local file served."""
    parts = urlsplit(address)
    served = parse_qs(parts.query).get("d")
    if served is None and not parts.scheme and not address.startswith("/data/"):
        path = PurePosixPath(address)
    else:
        path = PurePosixPath(served[0] if served else unquote(parts.path))
    relative = path.relative_to(path.anchor) if path.anchor and address != str(path) else path
    short = _UPLOAD_PREFIX.sub("", path.name)
    return first_that_exists([folder / relative, folder / path.name, folder / short])
