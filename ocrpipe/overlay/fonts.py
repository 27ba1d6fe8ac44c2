"""The face of all labels: the TrueType font that Pillow carries (Aileron), on every machine the same."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageFont

from ocrpipe.errors import FontError

MIN_LETTER = 11  # pixels of font size below which a label is a smudge


@lru_cache(maxsize=256)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The face at size pixels, with Pillow's own layout, for Raqm spaces differently and is not in all.

    Raises FontError when Pillow was built without FreeType.
    """
    face = ImageFont.load_default(size)
    if not isinstance(face, ImageFont.FreeTypeFont):
        raise FontError(
            "this Pillow has no FreeType, which labels need; install Pillow from its official wheel"
        )
    return face.font_variant(layout_engine=ImageFont.Layout.BASIC)
