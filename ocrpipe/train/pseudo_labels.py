"""Photos with boxes but no texts, read by our own recogniser: what is surely a word becomes a label.

A lexicon makes it more than the network's own opinion: a word that was read nearly right, and is in the list
as the network would have it, teaches what the network did not know. Source: Baek et al. 2021, "What if we
only use real datasets", section 4.2 (pseudo-labels); the lexicon is ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detectors.geometry import sides
from ocrpipe import crops, images
from ocrpipe.labels import Scene
from recognizer.base import Recognizer, Transcript


@dataclass(frozen=True, slots=True)
class Sureness:
    """What is believed. Confidences 0..1; heights in pixels of the photo.

    known: of a word that the lexicon has as it was read. corrected: of one that the lexicon changed, with at
    least `letters_an_edit` letters an edit. unknown: of anything else, numbers and names.
    """

    known: float = 0.6
    corrected: float = 0.65
    unknown: float = 0.93
    letters_an_edit: int = 4
    lowest: float = 9.0

    def believes(self, transcript: Transcript) -> bool:
        """Whether the text is surely what the crop says."""
        match = transcript.lexicon
        if match is None or match.match is None or len(match.match) < 3:
            return transcript.score >= self.unknown
        if not match.edit_distance:
            return transcript.score >= self.known
        enough = len(match.match) >= self.letters_an_edit * match.edit_distance
        return enough and transcript.score >= self.corrected


def read_scenes(
    scenes: Iterable[Scene], reader: Recognizer, sureness: Sureness | None = None
) -> Iterator[Scene]:
    """The scenes with the texts that reader is sure of; words that have a text, and ignored ones, stay.

    reader: with a lexicon in `prefer` mode. ImageError for a photo that cannot be read.
    """
    sureness = sureness or Sureness()
    for scene in scenes:
        wanted = [i for i, word in enumerate(scene.words) if word.text is None and not word.ignore]
        quads = scene.quads()[wanted]
        clear = [i for i, quad in zip(wanted, quads, strict=True) if min(sides(quad)) >= sureness.lowest]
        texts = _read(scene, clear, reader, sureness) if clear else {}
        words = tuple(replace(word, text=texts.get(i, word.text)) for i, word in enumerate(scene.words))
        yield replace(scene, words=words)


def _read(scene: Scene, chosen: Sequence[int], reader: Recognizer, sureness: Sureness) -> dict[int, str]:
    photo = images.load(scene.image).pixels
    transcripts = reader.transcribe(crops.extract(photo, scene.quads()[np.asarray(chosen)]))
    return {i: t.text for i, t in zip(chosen, transcripts, strict=True) if t.text and sureness.believes(t)}


def write_scenes(scenes: Iterable[Scene], folder: Path) -> int:
    """folder/labels.jsonl, photos named by where they are; how many words have a text."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with (folder / "labels.jsonl").open("w", encoding="utf-8") as out:
        for scene in scenes:
            words = [{"quad": word.quad, "text": word.text, "ignore": word.ignore} for word in scene.words]
            count += sum(word.text is not None for word in scene.words)
            record = {"image": str(scene.image.resolve()), "width": scene.width, "height": scene.height}
            out.write(json.dumps(record | {"words": words}, ensure_ascii=False) + "\n")
    return count
