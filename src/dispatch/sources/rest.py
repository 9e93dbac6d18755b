"""Asks a publishing system's interface for programs: JSON in, or the reason why not.

In: an address, the HTTP client. Out: the parsed answer with its headers, or `Unanswered`.
Never: shows a key (it stands in the query, which is in no message), trusts the type of a value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import urlencode

from dispatch import fetch
from dispatch.model.publication import Source
from dispatch.model.source import Harvest

Row: TypeAlias = Mapping[str, Any]

_ACCEPT = "application/json"
#: A hundred long articles.
MAX_BYTES = 20 * 1024 * 1024


class Unanswered(Exception):  # noqa: N818 - it becomes a Harvest's failure
    """There is no usable answer. `code` is the interface's own word for it, if it said one."""

    def __init__(self, text: str, *, reason: str = "", code: str = "", retry: int | None = None):
        super().__init__(text)
        self.text = text
        self.reason = reason
        self.code = code
        self.retry_after_seconds = retry

    def harvest(self) -> Harvest:
        """The failed visit."""
        return Harvest(
            failure=self.text,
            retry_after_seconds=self.retry_after_seconds,
            retired=self.reason == "http_410",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Parsed JSON, and the headers that came with it."""

    data: object
    headers: Mapping[str, str]

    def rows(self, key: str | None = None) -> list[Row]:
        """The objects of a list, or of the list under `key`; what is no list is no answer."""
        found = self.data.get(key) if key and isinstance(self.data, dict) else self.data
        if not isinstance(found, list):
            raise Unanswered("the answer is JSON, but no list of articles", reason="json")
        return [row for row in found if isinstance(row, dict)]


class Interface:
    """The interface of one source."""

    def __init__(self, source: Source, fetcher: fetch.Fetcher) -> None:
        self._source = source
        self._fetcher = fetcher

    def ask(
        self,
        url: str,
        query: Mapping[str, str | int] = MappingProxyType({}),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        """The answer to one question; raises Unanswered."""
        answer = self._fetcher.get(
            with_query(url, query),
            accept=_ACCEPT,
            headers=headers,
            allow_hosts=self._source.allow_hosts,
            limit_bytes=MAX_BYTES,
        )
        if isinstance(answer, fetch.FetchFailure):
            raise _refusal(answer)
        data = _parsed(answer.body)
        if data is None:
            raise Unanswered(f"source {self._source.name}: the answer is not JSON", reason="json")
        return Answer(data=data, headers=answer.headers)


def with_query(url: str, query: Mapping[str, str | int]) -> str:
    """`url` with `query` behind what it has already (`?rest_route=...`)."""
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def text(value: object) -> str:
    """A string, or a number as its digits; everything else is ""."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def table(value: object) -> Row:
    """A mapping; an empty one for everything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """A list; an empty one for everything else."""
    return value if isinstance(value, list) else []


def moment(value: object) -> datetime | None:
    """An ISO 8601 moment, in UTC if it names no zone."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def stamp(at: datetime) -> str:
    """`at` to the second, with a Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def next_since(
    before: datetime | None,
    newest: datetime | None,
    *,
    now: datetime,
    overlap: timedelta,
    is_cut_off: bool,
) -> datetime:
    """From which moment of modification the next visit reads.

    Rows that were being saved while this one read may be older than its `newest`, hence the
    `overlap`. A visit that was cut off by its limit goes on right there, and always moves.
    """
    if newest is None:
        return before or now - overlap
    if is_cut_off and before:
        return max(newest - timedelta(seconds=1), before + timedelta(seconds=1))
    return max(newest - overlap, before or newest - overlap)


def read_cursor(cursor: str | None) -> dict[str, Any]:
    """What a kind remembered; nothing where there is none, or none of ours."""
    data = _parsed((cursor or "").encode())
    return data if isinstance(data, dict) else {}


def write_cursor(data: Mapping[str, object]) -> str:
    """The same as text, equal for equal data."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _parsed(body: bytes) -> object:
    """The JSON of `body`, None where it is none (a stray mark or warning before it is cut off)."""
    start = next((at for at, byte in enumerate(body[:4096]) if byte in b"[{"), 0)
    try:
        parsed: object = json.loads(body[start:])
    except (ValueError, RecursionError):
        return None
    return parsed


def _refusal(failure: fetch.FetchFailure) -> Unanswered:
    code = text(table(_parsed(failure.body[:65536])).get("code"))
    said = f"{failure.text} ({code})" if code else failure.text
    return Unanswered(said, reason=failure.reason, code=code, retry=failure.retry_after_seconds)
