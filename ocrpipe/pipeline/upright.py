"""A photo that lies on its side or stands on its head, read the right way up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ocrpipe import crops, turns
from ocrpipe.images import Photo
from ocrpipe.pipeline.found import Found, surest_readings

if TYPE_CHECKING:
    from recognizer.base import Recognizer, Transcript


def right_way_up(
    found: Found,
    transcripts: Sequence[Transcript],
    find: Callable[[Photo, int], Found],
    recognizer: Recognizer,
) -> tuple[Found, Sequence[Transcript]]:
    """The same, or what is found and read in the photo turned, if it says more.

    find: stage 1 on a photo turned clockwise by so many quarters; its quads are those of the photo itself.
    """
    tried = {0: (found, transcripts)}
    quarters = 0
    while (following := _suspected(*tried[quarters], quarters, recognizer)) not in tried:
        quarters = following
        other = find(found.photo, quarters)
        tried[quarters] = other, recognizer.transcribe(other.crops)
    return max(tried.values(), key=lambda way: turns.evidence([way[1][i] for i in surest_readings(*way)]))


def _suspected(found: Found, transcripts: Sequence[Transcript], quarters: int, recognizer: Recognizer) -> int:
    """By how many quarters the photo, read turned by quarters, may have to be turned instead."""
    chosen = surest_readings(found, transcripts)
    quads, best = found.quads[chosen], [transcripts[i] for i in chosen]
    sideways = turns.quarters_to_upright(quads, best)
    sample = turns.sample(quads)
    as_they_stand = [best[i] for i in sample]
    if sideways != quarters or not len(sample):
        return sideways
    # Hardly any small print is found on its side, and nothing read; but some of its boxes are tall.
    if quarters == 0 and len(found.crops) > len(found.scores) and not turns.say_enough(best):
        return 1
    if turns.are_sure(as_they_stand):
        return quarters
    upside_down = crops.rectify(found.photo.pixels, np.roll(quads[sample], 2, axis=1))
    better = turns.evidence(recognizer.transcribe(upside_down)) > turns.evidence(as_they_stand)
    return (quarters + 2) % 4 if better else quarters
