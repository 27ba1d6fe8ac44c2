"""Words found anywhere -> words in lines in blocks, in the order in which a person reads them.

Lines are chains of words, each linked to its right-hand neighbour in *its own* direction of writing, so that
a tilted page, a curved one and a sign that hangs askew are all read along their own baselines (`chains.py`).
Blocks are chains of lines. Blocks are ordered by cutting the page along its white gaps (`cuts.py`).
"""

from __future__ import annotations

from ocrpipe.reading_order.arrange import arrange

__all__ = ["arrange"]
