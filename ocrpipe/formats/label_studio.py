"""Label Studio tasks with pre-annotations: JSON to import, so that people correct and do not type.

For a project with this labelling interface (the names below are those in it):

    <View>
      <Image name="image" value="$image"/>
      <PolygonLabels name="word" toName="image"><Label value="Text"/><Label value="Ignore"/></PolygonLabels>
      <TextArea name="transcription" toName="image" perRegion="true" editable="true" maxSubmissions="1"/>
    </View>

`data.image` is the path as it was given: serve the photos under it, or replace it by a URL. Points are
percentages of the photo's width and height. A word that was not transcribed has no text area. A page that
could not be read is a task without predictions, with the reason in `data.error`. Source: Label Studio's
guide, "Import pre-annotated data" and "PolygonLabels", "TextArea" (sample results).
"""

from __future__ import annotations

from typing import Any

from ocrpipe.formats.base import Format
from ocrpipe.page import ImageInfo, Page, Word
from ocrpipe.records import compact, rounded
from ocrpipe.version import NAME, version

_DECIMALS = 6  # of a percentage: finer than 0.1 px of any photo


def _task(page: Page) -> str:
    page = rounded(page)
    data: dict[str, Any] = {"image": page.source.path, "page": page.source.page}
    if page.image is not None:
        data |= {"width": page.image.width, "height": page.image.height}
    if page.error is not None:
        data["error"] = f"{page.error.type}: {page.error.message}"
    predictions = []
    if page.image is not None and page.error is None:
        result = [item for word in page.words for item in _results(word, page.image)]
        model = page.recognizer.id if page.recognizer else f"{NAME} {version()}"
        score = round(page.confidence, 4)
        predictions.append({"model_version": model, "score": score, "result": result})
    return compact({"data": data, "predictions": predictions})


def _results(word: Word, image: ImageInfo) -> list[dict[str, Any]]:
    """The region of word and, with the same id, its text."""
    points = [
        [round(100 * x / image.width, _DECIMALS), round(100 * y / image.height, _DECIMALS)]
        for x, y in word.polygon
    ]
    region = {"points": points, "closed": True}
    common = {
        "id": f"word{word.id}",
        "to_name": "image",
        "original_width": image.width,
        "original_height": image.height,
        "image_rotation": 0,
    }
    outline = {"from_name": "word", "type": "polygonlabels", "score": word.detection_score}
    results = [common | outline | {"value": region | {"polygonlabels": ["Text"]}}]
    if word.text:
        text = {"from_name": "transcription", "type": "textarea", "score": word.confidence}
        results.append(common | text | {"value": region | {"text": [word.text]}})
    return results


LABEL_STUDIO = Format(
    "label-studio",
    ".tasks.json",
    alone=lambda page: f"[\n{_task(page)}\n]\n",
    element=_task,
    opening="[\n",
    separator=",\n",
    closing="\n]\n",
)
