"""Font faces to render with: opened, checked for real glyphs, and some families held out for measuring."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import ImageFont

from ocrpipe.errors import FontError

# Families that claim Latin letters and draw other signs in their place: clean words in them read as nonsense.
OTHER_SIGNS = frozenset(
    {"D050000L", "QTDingBits", "feta26", "FutharkAdapted", "Ellhnikh"}
    | {"TAMu_Maduram", "TAMu_Kadambri", "TAMu_Kalyani"}
)
HELD_OUT_SHARE = 0.1  # of the families, by a hash of the name: never rendered in training


@dataclass(frozen=True, slots=True)
class Face:
    """One font file. `unicase` faces draw A and a alike (small capitals too): unfit for case-sensitive
    text.
    """

    path: Path
    family: str
    category: str = "sans"
    unicase: bool = False

    @property
    def held_out(self) -> bool:
        """Whether this face's whole family is kept out of training."""
        return zlib.crc32(self.family.encode()) % 1000 < HELD_OUT_SHARE * 1000


def load_faces(folder: Path, held_out: bool = False) -> list[Face]:
    """Faces of folder, by file name; only those (not) held out. `fonts.tsv` beside the folder, if there,
    describes them.

    Raises FontError when no font file is found.
    """
    table = folder.parent / f"{folder.name}.tsv"
    described: dict[str, dict[str, str]] = {}
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as lines:
            described = {
                row["file"]: row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            }
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".ttf", ".otf", ".ttc"})
    if not files:
        raise FontError(f"{folder}: no .ttf, .otf or .ttc file in it; name a folder with fonts")
    faces = [_face(path, described.get(path.name, {})) for path in files]
    return [face for face in faces if face.held_out == held_out and face.family not in OTHER_SIGNS]


def _face(path: Path, row: dict[str, str]) -> Face:
    unicase = row.get("unicase", "0") not in {"0", ""}
    return Face(path, row.get("family", path.stem), row.get("category", "sans"), unicase)


@lru_cache(maxsize=4096)
def open_font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The face at size pixels per em; kept open, since opening costs more than drawing a word. FontError if
    unusable.
    """
    try:
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise FontError(f"{path}: not a font that FreeType can open ({error}); remove it") from error


@cache
def covered(path: Path, characters: str) -> frozenset[str]:
    """Those of characters that the face really draws: not blank, and not the glyph it shows for a missing
    one.
    """
    font = open_font(path, 24)
    missing = {_ink(font, "\uffff"), _ink(font, "\U000e0fff")}
    return frozenset(c for c in characters if (ink := _ink(font, c)) is not None and ink not in missing)


def _ink(font: ImageFont.FreeTypeFont, char: str) -> bytes | None:
    mask = font.getmask(char)
    pixels = np.asarray(mask, np.uint8) if mask.size[0] * mask.size[1] else np.zeros(0, np.uint8)
    return pixels.tobytes() if pixels.any() else None


@dataclass(slots=True)
class FontPool:
    """Draws faces at random: a family first, so that one with forty weights is not drawn forty times as
    often.
    """

    faces: list[Face]
    characters: str
    _families: list[list[Face]] = field(init=False)
    _chosen: dict[frozenset[str], list[list[Face]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        families: dict[str, list[Face]] = {}
        for face in self.faces:
            if not face.unicase:
                families.setdefault(face.family, []).append(face)
        self._families = list(families.values())
        if not self._families:
            raise FontError(
                "no usable face: every font is unicase or held out; name a folder with ordinary fonts"
            )

    def draw(self, text: str, rng: np.random.Generator, categories: Collection[str] = ()) -> Face:
        """A face that has every character of text. FontError after fifty that have not.

        categories: which to draw from; none, or none that the pool has, means any.
        """
        families = self._of(frozenset(categories)) if categories else self._families
        for _ in range(50):
            family = families[rng.integers(len(families))]
            face = family[rng.integers(len(family))]
            if covered(face.path, self.characters) >= set(text):
                return face
        raise FontError(f"no face among {len(self.faces)} draws every character of {text!r}")

    def _of(self, categories: frozenset[str]) -> list[list[Face]]:
        if categories not in self._chosen:
            kept = [[face for face in family if face.category in categories] for family in self._families]
            self._chosen[categories] = [family for family in kept if family] or self._families
        return self._chosen[categories]
