"""Ground truth of photos: our own `labels.jsonl`, ICDAR text files, COCO-Text, Label Studio, all as Scenes;
and of word crops: lists, LMDB, IIIT5k, SVT, all as WordCrops.

Whatever is wrong with a file is a LabelError that names it and the place in it.
"""

from __future__ import annotations

from ocrpipe.labels.choose import load_photos, load_words, words_of
from ocrpipe.labels.coco_text import load_coco_text
from ocrpipe.labels.icdar import load_icdar, parse_icdar
from ocrpipe.labels.label_studio import load_label_studio
from ocrpipe.labels.scene import LABELS, Point, Quad, Scene, SceneWord, load_scenes, parse_scene
from ocrpipe.labels.word_crop import WordCrop, cut

__all__ = [
    "LABELS",
    "Point",
    "Quad",
    "Scene",
    "SceneWord",
    "WordCrop",
    "cut",
    "load_coco_text",
    "load_icdar",
    "load_label_studio",
    "load_photos",
    "load_scenes",
    "load_words",
    "parse_icdar",
    "parse_scene",
    "words_of",
]
