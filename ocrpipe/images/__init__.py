"""Photo intake: from whatever a caller holds to upright RGB pixels; from folders and globs to files."""

from __future__ import annotations

from ocrpipe.images.decode import FORMATS, MAX_PIXELS
from ocrpipe.images.find import PHOTO_SUFFIXES, find_photos, is_glob, read_list
from ocrpipe.images.intake import Intake, PageNumbers, parse_pages
from ocrpipe.images.photo import Photo, PhotoSource, load, load_pages
from ocrpipe.images.pixels import array_to_rgb, image_to_rgb

__all__ = [
    "FORMATS",
    "MAX_PIXELS",
    "Intake",
    "PHOTO_SUFFIXES",
    "PageNumbers",
    "Photo",
    "PhotoSource",
    "array_to_rgb",
    "find_photos",
    "image_to_rgb",
    "is_glob",
    "load",
    "load_pages",
    "parse_pages",
    "read_list",
]
