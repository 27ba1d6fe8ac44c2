"""A run's log.jsonl, one record every so many steps or dev score, and the curve drawn from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ocrpipe import overlay
from ocrpipe.chart import Series, line_chart
from ocrpipe.outputs import writing

LOG, CURVE = "log.jsonl", "curve.png"
MOST_POINTS = 80  # of a line: a dot each
Record = dict[str, float]


def append(run: Path, record: Record) -> None:
    """Add record, rounded to 6 decimals. OutputError when the disk will not take it."""
    line = json.dumps({name: round(value, 6) for name, value in record.items()})
    with writing(run / LOG), (run / LOG).open("a") as log:
        log.write(line + "\n")


def records(run: Path) -> list[Record]:
    """What was logged so far, oldest first; a last line that was cut short is left out."""
    if not (run / LOG).exists():
        return []
    lines = (run / LOG).read_text().splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def draw_curve(run: Path, batch: int, measure: str) -> None:
    """run/curve.png: the dev score above, the loss below, against samples seen; nothing before both are
    known."""
    logged = records(run)
    dev = _points(logged, batch, f"dev_{measure}", 100.0)
    loss = _points(logged, batch, "loss", 1.0)
    if not dev or not loss:
        return
    charts = [
        line_chart([Series(measure, dev)], "Dev score", "samples seen, thousands", "percent"),
        line_chart([Series("loss", loss)], "Training loss", "samples seen, thousands", "loss"),
    ]
    overlay.save(np.concatenate(charts), run / CURVE)


def _points(logged: Sequence[Record], batch: int, name: str, scale: float) -> tuple[tuple[float, float], ...]:
    """(thousands of samples, value) of every record with name, neighbours averaged to `MOST_POINTS` at most.

    A run that was resumed from an earlier step logged some samples twice: the later record counts.
    """
    found = {r.get("samples", r["step"] * batch) / 1000: r[name] * scale for r in logged if name in r}
    points = np.array(sorted(found.items()), np.float64).reshape(-1, 2)
    parts = np.array_split(points, min(len(points), MOST_POINTS)) if len(points) else []
    return tuple((float(part[:, 0].mean()), float(part[:, 1].mean())) for part in parts)
