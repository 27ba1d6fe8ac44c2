"""Several looks at one photo made one list of words: parts joined, doubles left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from detectors.base import Detections, Quads
from detectors.geometry import min_area_quad, side_lengths

SAME = 0.5  # of the smaller one's area: quads that share more are the same word found twice
_FILLED = 0.75  # of the rectangle around two parts: so much they fill together if they are one word


def span(quads: Quads) -> NDArray[np.float32]:
    """The shorter sides (N,) of quads (N, 4, 2): how high their words are, whichever way they run."""
    return np.minimum(*side_lengths(quads))


def merged(groups: Sequence[Detections]) -> Detections:
    """One list, best score first, of groups of which an earlier one is believed before a later one.

    A quad that shares more than `SAME` of its area, or of the other's, with one believed before it is left
    out. Within a group the better score comes first.
    """
    ranked = [group.only(np.argsort(-group.scores, kind="stable")) for group in groups]
    every = _concatenated(ranked)
    shapes = _shapes(every.quads)
    areas = shapely.area(shapes)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    ahead = first < second  # in the order of belief
    first, second = first[ahead], second[ahead]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    same = shared > SAME * np.minimum(areas[first], areas[second])
    kept = np.ones(len(every), np.bool_)
    for believed, doubtful in sorted(zip(first[same].tolist(), second[same].tolist(), strict=True)):
        kept[doubtful] &= not kept[believed]
    rest = every.only(kept)
    return rest.only(np.argsort(-rest.scores, kind="stable"))


def joined(parts: Detections, owners: NDArray[np.intp]) -> Detections:
    """Words that tiles' borders cut, put together: parts, and (N,) the tile of each.

    Two parts from different tiles that overlap and fill the rectangle around them are one word, with the
    better score; so a word cut twice is joined twice. A part without another stays as it is.
    """
    quads, scores, margins = parts.quads.copy(), parts.scores.copy(), parts.margins.copy()
    shapes = _shapes(quads)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    root = np.arange(len(quads))  # where a part has gone
    for a, b in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        one, other = _end(root, a), _end(root, b)
        if one == other or owners[a] == owners[b]:
            continue
        around = min_area_quad(np.concatenate([quads[one], quads[other]]))
        both = shapely.union(*_shapes(np.stack([quads[one], quads[other]])))
        if shapely.area(both) > _FILLED * shapely.area(_shapes(around[None])[0]):
            quads[one], scores[one], root[other] = around, max(scores[one], scores[other]), one
            margins[one] = max(margins[one], margins[other])
    return Detections(quads, scores, margins).only(root == np.arange(len(quads)))


def _end(root: NDArray[np.intp], item: int) -> int:
    while root[item] != item:
        item = int(root[item])
    return item


def _concatenated(groups: Sequence[Detections]) -> Detections:
    if not groups:
        return Detections.empty()
    return Detections(
        np.concatenate([g.quads for g in groups]),
        np.concatenate([g.scores for g in groups]),
        np.concatenate([g.margins for g in groups]),
    )


def _shapes(quads: Quads) -> NDArray[np.object_]:
    """quads (N, 4, 2) as N polygons, crossed ones mended."""
    return np.asarray(shapely.make_valid(shapely.polygons(quads.astype(np.float64))))
