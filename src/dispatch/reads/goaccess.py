"""Reads from GoAccess: its report as JSON (`goaccess -o report.json --ignore-crawlers`).

In: reports, one for each day: they hold no days of their own. Out: totals of visitors per page.
Never: a report over several days as if it were one. The access log itself says more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads import exports
from dispatch.reads.errand import Errand
from dispatch.reads.exports import ExportError, Row

#: Not strptime's %b, which depends on the locale of the process.
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def gather(settings: ReadsImport, errand: Errand) -> ReadBatch:
    """What the reports say."""
    return exports.from_files(settings, errand, read)


def read(document: bytes, _day_in_name: date | None) -> Iterator[Row | str]:
    """The rows of one report."""
    report = exports.read_json(document)
    try:
        general, rows = report["general"], report["requests"]["data"]
        first, last = _day(general["start_date"]), _day(general["end_date"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ExportError("is no report of GoAccess with the panel of requests") from error
    if first != last:
        raise ExportError(f"covers {first} to {last}: make one report for each day")
    return (_row(one, first) for one in rows if _is_read(one))


def _is_read(row: Any) -> bool:
    """A GET; reports of older versions say no method."""
    return not isinstance(row, dict) or row.get("method", "GET") in ("GET", "---", "")


def _row(row: Any, day: date) -> Row | str:
    try:
        reads = exports.read_count(row["visitors"]["count"])
        page = row["data"]
    except (KeyError, TypeError):
        return f"{row!r:.80} is no row"
    if reads is None or not isinstance(page, str):
        return f"{row!r:.80} is no row"
    return Row(day=day, path=page, reads=reads)


def _day(text: str) -> date:
    """`24/Nov/2026`, or ISO 8601 where the report was made with that format."""
    if "/" not in text:
        return exports.read_day(text)
    day, month, year = text.split("/")
    return date(int(year), _MONTHS.index(month.title()) + 1, int(day))
