"""How long reading takes, stage by stage, on this machine and these photos.

Nothing is timed that a user's photo would not go through: the pipeline is the one that `read` uses, with a
stopwatch before and after its two stages and their networks.
"""

from __future__ import annotations

from ocrpipe.bench.report import COLUMNS, Report, Stage, rows, summary, to_json
from ocrpipe.bench.run import bench
from ocrpipe.bench.stopwatch import Stopwatch
from ocrpipe.bench.timed import DETECTOR_NETWORK, NETWORKS, RECOGNIZER_NETWORK, STAGES

__all__ = [
    "COLUMNS",
    "DETECTOR_NETWORK",
    "NETWORKS",
    "RECOGNIZER_NETWORK",
    "Report",
    "STAGES",
    "Stage",
    "Stopwatch",
    "bench",
    "rows",
    "summary",
    "to_json",
]
