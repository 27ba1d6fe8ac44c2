"""A word to be read, as a data set gives it: its picture, where in it, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocrpipe import crops, images
from ocrpipe.labels.scene import Quad


@dataclass(frozen=True, slots=True)
class WordCrop:
    """name: says which word it is, in messages and reports. image: the file it is in, or the bytes of one.

    source: the data set it is of. quad: its place in the image, None where it is the whole of it. lexicons:
    word lists that the data set gives for this very word, by the names of their columns, such as "50".
    """

    name: str
    text: str
    image: Path | bytes
    source: str = ""
    quad: Quad | None = None
    lexicons: tuple[tuple[str, tuple[str, ...]], ...] = ()


def cut(words: Iterable[WordCrop]) -> Iterator[tuple[WordCrop, NDArray[np.uint8]]]:
    """Each word with its crop, (32, w, 3) uint8 RGB; an image is loaded once for neighbours that share it.

    Words with a quad are cut out as the pipeline cuts them, the others scaled as `ocrpipe transcribe` scales
    them. Raises ImageError naming the image that cannot be read.
    """
    last: Path | bytes | None = None
    for word in words:
        if last is None or word.image != last:
            name = str(word.image) if isinstance(word.image, Path) else word.name
            pixels, last = images.load(word.image, name=name).pixels, word.image
        if word.quad is None:
            height, width = pixels.shape[:2]
            whole = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float32)  # (1, 4, 2)
            yield word, crops.rectify(pixels, whole)[0]
        else:
            yield word, crops.extract(pixels, np.array([word.quad], np.float32))[0]
