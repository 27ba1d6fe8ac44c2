"""Stage 1: words found in a photo. `create(name, ...)` builds a detector; what it needs is imported then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from detectors.base import Detections, Detector

__all__ = ["DETECTORS", "Detections", "Detector", "create"]


def _dbnet(**options: Any) -> Detector:
    from detectors.db_detector import DBDetector

    return DBDetector(**options)


def _contours(**options: Any) -> Detector:
    from detectors.contours import ContourDetector

    return ContourDetector(**options)


DETECTORS: dict[str, Callable[..., Detector]] = {"contours": _contours, "dbnet": _dbnet}


def create(name: str, **options: Any) -> Detector:
    """The detector called name; options are the fields of its class ("dbnet" needs `network`).

    ValueError lists the known names.
    """
    if name not in DETECTORS:
        raise ValueError(f"unknown detector {name!r}; known: {', '.join(sorted(DETECTORS))}")
    return DETECTORS[name](**options)
