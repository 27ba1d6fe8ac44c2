"""The folder report: one self-contained HTML page of everything that was read, made to be looked through.

write_report(formats.load(Path("results.jsonl")), Path("report.html"))
"""

from __future__ import annotations

from ocrpipe.report.writer import ReportOutput, write_report

__all__ = ["ReportOutput", "write_report"]
