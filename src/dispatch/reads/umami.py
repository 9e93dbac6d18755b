"""Reads from Umami: saved answers of its metrics of type `path`, or the API itself.

In: files with a day in their names, or a URL and a token. Out: totals of visitors per page and day.
Never: a range of days as one: each day is asked for by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from urllib.parse import quote, urlencode

from dispatch import fetch
from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads import exports
from dispatch.reads.errand import Errand
from dispatch.reads.exports import ExportError, Row

#: How many pages of a day are asked for; the API gives 500 unless told otherwise.
ROW_LIMIT = 20_000


def gather(settings: ReadsImport, errand: Errand) -> ReadBatch:
    """What the API says of the last days, or the saved answers."""
    if settings.url is None:
        return exports.from_files(settings, errand, read)
    return exports.from_answers(settings, errand, _answers(settings, errand), read)


def read(document: bytes, day: date | None) -> Iterator[Row | str]:
    """The rows of one answer, `[{"x": path, "y": visitors}, ...]`."""
    answer = exports.read_json(document)
    if not isinstance(answer, list):
        raise ExportError("is no list of metrics")
    if day is None:
        raise ExportError("says no day: put it into the file's name, as in umami-2026-11-24.json")
    return _rows(answer, day)


def _rows(answer: list[object], day: date) -> Iterator[Row | str]:
    for row in answer:
        known = row if isinstance(row, dict) else {}
        reads = exports.read_count(known.get("y"))
        if not isinstance(known.get("x"), str) or reads is None:
            yield f"{row!r:.80} is no row"
            continue
        yield Row(day=day, path=known["x"], reads=reads)


def _answers(settings: ReadsImport, errand: Errand) -> Iterator[tuple[date, bytes | str]]:
    for day in exports.days_asked(settings, errand):
        start, end = (_midnight(one, errand) for one in (day, day + timedelta(days=1)))
        asked = {"type": "path", "startAt": start, "endAt": end - 1, "limit": ROW_LIMIT}
        answer = errand.fetcher.get(
            f"{settings.url}websites/{quote(settings.site_id, safe='')}/metrics?{urlencode(asked)}",
            accept="application/json",
            authorization=f"Bearer {settings.token}",
            allow_hosts=settings.allow_hosts,
        )
        yield day, answer.text if isinstance(answer, fetch.FetchFailure) else answer.body


def _midnight(day: date, errand: Errand) -> int:
    """The first moment of a local day, in milliseconds as the API counts."""
    return int(datetime.combine(day, time.min, errand.zone).timestamp() * 1000)
