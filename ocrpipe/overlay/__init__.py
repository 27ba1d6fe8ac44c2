"""The picture of a result: each word outlined and labelled with what was read, coloured by how sure it is.

save(draw(image, page), Path("photo.overlay.png"))
"""

from __future__ import annotations

from ocrpipe.overlay.picture import draw
from ocrpipe.overlay.png import save

__all__ = ["draw", "save"]
