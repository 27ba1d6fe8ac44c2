"""A lexicon of a photo's own, in a file beside it: NAME.lexicon.txt for NAME.jpg."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from pathlib import Path

from ocrpipe.images import Photo
from ocrpipe.lexicons import load_lexicon
from ocrpipe.page import Page
from ocrpipe.pipeline import Pipeline
from recognizer.crnn_recognizer import CRNNRecognizer

SUFFIX = ".lexicon.txt"


def find_sidecar(photo: Path) -> Path | None:
    """The word list beside photo, if there is one."""
    path = photo.with_name(photo.stem + SUFFIX) if photo.name else photo
    return path if path.is_file() else None


def read_with_sidecar(pipeline: Pipeline, photo: Photo) -> Page:
    """What pipeline reads in photo, with photo's own word list instead of pipeline's where it has one.

    Raises LexiconError for a list that cannot be used, ValueError for a pipeline whose recogniser takes none.
    """
    words = find_sidecar(Path(photo.source.path))
    if words is None:
        return pipeline.read_photo(photo)
    reader = pipeline.recognizer
    if not isinstance(reader, CRNNRecognizer):
        raise ValueError("this recogniser takes no lexicon")
    own = copy(pipeline)
    lexicon = load_lexicon(words, reader.charset)
    own.recognizer = reader.with_decoding(replace(reader.decoder.wanted, lexicon=lexicon))
    return own.read_photo(photo)
