"""Reads from Matomo: saved answers of Actions.getPageUrls, flat, or the API itself.

In: files, or a URL and a token. Out: totals of unique pageviews (`nb_visits`) per page and day.
Never: the tree that comes without `flat=1`, whose rows have no addresses; a token in a URL (it
would stand in the log of every proxy).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from dispatch import fetch
from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads import exports
from dispatch.reads.errand import Errand
from dispatch.reads.exports import ExportError, Row


def gather(settings: ReadsImport, errand: Errand) -> ReadBatch:
    """What the API says of the last days, or the saved answers."""
    if settings.url is None:
        return exports.from_files(settings, errand, read)
    return exports.from_answers(settings, errand, [_answer(settings, errand)], read)


def read(document: bytes, day: date | None) -> Iterator[Row | str]:
    """The rows of one answer: of several days by date, or of the day in the file's name."""
    answer = exports.read_json(document)
    if isinstance(answer, dict) and answer.get("result") == "error":
        raise ExportError(f"Matomo says: {answer.get('message')!s:.200}")
    if isinstance(answer, list):
        if day is None:
            raise ExportError("says no day: put it into the file's name, or ask with two dates")
        return _rows(answer, day)
    if not isinstance(answer, dict):
        raise ExportError("is no answer of Actions.getPageUrls")
    return _days(answer)


def _days(answer: dict[str, Any]) -> Iterator[Row | str]:
    for text, rows in answer.items():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            yield f"{text!r:.40} is no day: ask with period=day"
            continue
        yield from _rows(rows if isinstance(rows, list) else [], day)


def _rows(rows: list[Any], day: date) -> Iterator[Row | str]:
    for row in rows:
        known = row if isinstance(row, dict) else {}
        page, reads = _page(known), exports.read_count(known.get("nb_visits"))
        if "subtable" in str(known.keys()) and not known.get("url"):
            yield "a folder and not a page: ask with flat=1"
        elif page and reads is not None:
            yield Row(day=day, path=page, reads=reads)
        elif not page and "label" in known:
            continue  # "Others" and "Page URL not defined": no page of ours
        else:
            yield f"{row!r:.80} is no row"


def _page(row: dict[str, Any]) -> str:
    label = str(row.get("label") or "")
    return str(row.get("url") or (label if label.startswith("/") else ""))


def _answer(settings: ReadsImport, errand: Errand) -> tuple[None, bytes | str]:
    days = exports.days_asked(settings, errand)
    form = {
        "module": "API",
        "method": "Actions.getPageUrls",
        "idSite": settings.site_id,
        "period": "day",
        "date": f"{days[0]},{days[-1]}",
        "flat": "1",
        "filter_limit": "-1",
        "format": "JSON",
        "token_auth": settings.token,
    }
    answer = errand.fetcher.send(
        "POST",
        f"{settings.url}index.php",
        body=urlencode(form).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        allow_hosts=settings.allow_hosts,
        limit_bytes=exports.BYTES_LIMIT,
    )
    return None, answer.text if isinstance(answer, fetch.FetchFailure) else answer.body
