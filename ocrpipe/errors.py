"""The errors of the world: files, weights, labels, fonts. Each message says what, which file, and what to do.

`type(error).__name__` is what a failed photo's record carries, so these names are part of the result schema.
"""

from __future__ import annotations


class OcrError(Exception):
    """Base of everything that ocrpipe raises about the world outside it."""


class ImageError(OcrError):
    """A photo that is missing, unreadable, truncated, empty, or not a picture at all."""


class ImageTooLargeError(ImageError):
    """A photo whose header announces more pixels than the limit; nothing was decoded."""


class PhotoTimeoutError(OcrError):
    """A photo that took longer than it was given."""


class WorkerError(OcrError):
    """A process that reads photos died: killed, out of memory, or crashed in a library."""


class WeightsError(OcrError):
    """Weights that are missing, damaged, unlisted, or made for another architecture."""


class DeviceError(OcrError):
    """A processor was asked for that this machine does not have."""


class LabelError(OcrError):
    """Ground truth that cannot be used: bad JSON, missing file, characters outside the charset."""


class LexiconError(OcrError):
    """A word list that cannot be used: missing, empty, a bad weight, characters outside the charset."""


class FontError(OcrError):
    """A font folder without a usable face."""


class ResultError(OcrError):
    """A result file that is not `ocr-result@1`."""


class OutputError(OcrError):
    """A result that cannot be written: a missing folder, no permission, a full disk."""
