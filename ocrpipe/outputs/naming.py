"""What the results of each photo are called, and where in a folder they go."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence, Set
from pathlib import Path

from ocrpipe.outputs.files import writing
from ocrpipe.page import Page


def names(photos: Sequence[Path], inputs: Sequence[Path]) -> dict[str, Path]:
    """What to call the results of each photo, by its path as text: relative, without the photo's suffix.

    A photo from a folder among inputs keeps its place below that folder; any other has its name alone. Where
    two would be called the same (a.jpg, a.png), both keep their suffixes, and what is still the same is
    numbered.
    """
    relative = relative_names(photos, inputs)
    stems = Counter(path.with_suffix("") for path in relative.values())
    taken: Counter[Path] = Counter()
    named = {}
    for photo, path in relative.items():
        name = path.with_suffix("") if stems[path.with_suffix("")] == 1 else path
        taken[name] += 1
        named[str(photo)] = name if taken[name] == 1 else name.with_name(f"{name.name}-{taken[name]}")
    return named


def relative_names(photos: Sequence[Path], inputs: Sequence[Path]) -> dict[Path, Path]:
    """The place of each photo below the innermost folder among inputs that holds it; else its name alone."""
    folders = set(inputs)
    return {photo: _relative(photo, folders) for photo in photos}


def common_folder(photos: Sequence[Path]) -> list[Path]:
    """The folder above all photos, if there is one; none where a path climbs, for results never may."""
    if any(".." in photo.parts for photo in photos):
        return []
    try:
        return [Path(os.path.commonpath([photo.parent for photo in photos]))]
    except ValueError:  # no photo, or relative and absolute paths together
        return []


def picture_path(folder: Path, named: dict[str, Path], page: Page, ending: str) -> Path:
    """Where a picture of page goes: NAME.ending in folder, of a later page NAME.p2.ending.

    named: what each photo is called (see `names`). The folder is made; OutputError where there can be none.
    """
    number = f"p{page.source.page}." if page.source.page > 1 else ""
    path = within(folder, named[page.source.path], f".{number}{ending}")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def within(folder: Path, name: Path, suffix: str) -> Path:
    """The file in folder of the photo called name, ending in suffix."""
    return folder / name.parent / (name.name + suffix)


def _relative(photo: Path, folders: Set[Path]) -> Path:
    if photo == Path("-"):
        return Path("stdin")
    # Innermost first. Every photo may be an input itself, so the inputs must not be walked for each.
    return next((photo.relative_to(p) for p in photo.parents if p in folders), Path(photo.name))
