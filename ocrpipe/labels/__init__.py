"""Ground truth: our own `labels.jsonl`, ICDAR text files, COCO-Text and Label Studio exports, all as Scenes.

Whatever is wrong with a file is a LabelError that names it and the place in it.
"""

from __future__ import annotations

from ocrpipe.labels.coco_text import load_coco_text
from ocrpipe.labels.icdar import load_icdar, parse_icdar
from ocrpipe.labels.label_studio import load_label_studio
from ocrpipe.labels.scene import LABELS, Point, Quad, Scene, SceneWord, load_scenes, parse_scene

__all__ = [
    "LABELS",
    "Point",
    "Quad",
    "Scene",
    "SceneWord",
    "load_coco_text",
    "load_icdar",
    "load_label_studio",
    "load_scenes",
    "parse_icdar",
    "parse_scene",
]
