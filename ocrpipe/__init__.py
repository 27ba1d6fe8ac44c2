"""ocrpipe: finds and reads every word in a photo.

    import ocrpipe

    page = ocrpipe.read("sign.jpg")
    print(page.text)

Names load on first use: importing ocrpipe costs next to nothing, and torch is imported only where a GPU
serves.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocrpipe.errors import ImageError, OcrError, WeightsError
    from ocrpipe.images import PhotoSource
    from ocrpipe.page import Block, Line, Page, Word
    from ocrpipe.pipeline import Pipeline, load_pipeline

__all__ = [
    "Block",
    "ImageError",
    "Line",
    "OcrError",
    "Page",
    "Pipeline",
    "WeightsError",
    "Word",
    "load_pipeline",
    "read",
]

_HOME = {
    "Block": "ocrpipe.page",
    "ImageError": "ocrpipe.errors",
    "Line": "ocrpipe.page",
    "OcrError": "ocrpipe.errors",
    "Page": "ocrpipe.page",
    "Pipeline": "ocrpipe.pipeline",
    "WeightsError": "ocrpipe.errors",
    "Word": "ocrpipe.page",
    "load_pipeline": "ocrpipe.pipeline",
}

_default: list[Pipeline] = []  # the pipeline of `read`, once it is loaded


def read(source: PhotoSource) -> Page:
    """The words of one photo, with the default models, which are loaded once and kept.

    source: a path, bytes, an open binary file, a Pillow image, or an array ((H, W) grey, (H, W, 3) RGB); its
    first page only. Raises ImageError where it cannot be read, WeightsError where the weights are missing or
    damaged. For other models or settings make a pipeline with `load_pipeline`.
    """
    if not _default:
        from ocrpipe.pipeline import load_pipeline

        _default.append(load_pipeline())
    return _default[0].read(source)


def __getattr__(name: str) -> Any:
    """A public name, from the module it lives in. (PEP 562)"""
    if name == "__version__":
        from ocrpipe.version import version

        return version()
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
