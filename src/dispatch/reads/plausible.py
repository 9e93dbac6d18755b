"""Reads from Plausible: saved answers of its Stats API v2, or the API itself.

In: files, or a URL and a key. Out: totals of visitors per page and day. Never: visitors of several
days as one number: they are sums of days, and each day is asked for by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from dispatch import fetch
from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads import exports
from dispatch.reads.errand import Errand
from dispatch.reads.exports import ExportError, Row

#: The largest page that the API gives, and how many are asked for: a million rows.
PAGE_ROWS = 10_000
PAGE_LIMIT = 100

_DAY, _PAGE = "time:day", "event:page"
#: What counts as reads, the best first.
_METRICS = ("visitors", "visits", "pageviews")


def gather(settings: ReadsImport, errand: Errand) -> ReadBatch:
    """What the API says of the last days, or the saved answers."""
    if settings.url is None:
        return exports.from_files(settings, errand, read)
    return exports.from_answers(settings, errand, _answers(settings, errand), read)


def read(document: bytes, day: date | None) -> Iterator[Row | str]:
    """The rows of one answer; its own query says what they mean."""
    answer = exports.read_json(document)
    query = answer.get("query") if isinstance(answer, dict) else None
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(query, dict) or not isinstance(results, list):
        raise ExportError(f"is no answer of the Stats API v2{_error_of(answer)}")
    dimensions, metrics = query.get("dimensions") or [], query.get("metrics") or []
    metric = next((metrics.index(one) for one in _METRICS if one in metrics), None)
    if _PAGE not in dimensions or metric is None:
        raise ExportError(f"needs the dimension {_PAGE} and one of the metrics {_METRICS}")
    if _DAY not in dimensions:
        day = _only_day(query) or day
        if day is None:
            raise ExportError(f"covers several days; ask with the dimension {_DAY} as well")
    return (_row(one, dimensions, metric, day) for one in results)


def _row(result: Any, dimensions: list[str], metric: int, day: date | None) -> Row | str:
    try:
        values = dict(zip(dimensions, result["dimensions"], strict=True))
        reads = exports.read_count(result["metrics"][metric])
        if _DAY in values:
            day = exports.read_day(values[_DAY])
        if reads is None or day is None:
            return f"{result!r:.80} has no number of readers"
        return Row(day=day, path=str(values[_PAGE]), reads=reads)
    except (KeyError, IndexError, TypeError, ValueError):
        return f"{result!r:.80} is no row"


def _only_day(query: dict[str, Any]) -> date | None:
    """The day of a query over one day."""
    try:
        first, last = (exports.read_day(one) for one in query["date_range"])
    except (KeyError, TypeError, ValueError):
        return None
    return first if first == last else None


def _answers(settings: ReadsImport, errand: Errand) -> Iterator[tuple[None, bytes | str]]:
    days = exports.days_asked(settings, errand)
    for number in range(PAGE_LIMIT):
        query = {
            "site_id": settings.site_id,
            "metrics": ["visitors"],
            "date_range": [days[0].isoformat(), days[-1].isoformat()],
            "dimensions": [_DAY, _PAGE],
            "pagination": {"limit": PAGE_ROWS, "offset": number * PAGE_ROWS},
        }
        answer = errand.fetcher.send(
            "POST",
            f"{settings.url}api/v2/query",
            body=json.dumps(query).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {settings.token}",
            },
            allow_hosts=settings.allow_hosts,
            limit_bytes=exports.BYTES_LIMIT,
        )
        if isinstance(answer, fetch.FetchFailure):
            yield None, answer.text
            return
        yield None, answer.body
        if _count(answer.body) < PAGE_ROWS:
            return


def _count(body: bytes) -> int:
    try:
        return len(json.loads(body)["results"])
    except (ValueError, KeyError, TypeError):
        return 0


def _error_of(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    return f": {error!s:.200}" if error else ""
