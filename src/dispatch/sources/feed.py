"""A feed of any format over HTTP.

In: a source with a URL, the validators of the last visit. Out: a Harvest.
Never: stores anything, judges what is new, takes an error page for an empty feed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from dispatch import fetch
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.rules import identity
from dispatch.sources import feed_entries, markup

#: A part of the document, what is new in it (RFC 3229, section 10.4.1).
_IM_USED = 226

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age=([0-9]{1,8})(?:[,\s]|$)", re.IGNORECASE)


def harvest(
    source: Source,
    state: SourceState,
    fetcher: fetch.Fetcher,
    now: datetime,
    zone: ZoneInfo,
) -> Harvest:
    """Fetch and read the feed once; trouble is the Harvest's `failure`."""
    url = state.url or source.url
    if url is None:
        return Harvest(failure=f"source {source.name} has no url")
    answer = fetcher.get(
        url,
        etag=state.etag,
        last_modified=state.last_modified,
        allow_hosts=source.allow_hosts,
    )
    if isinstance(answer, fetch.FetchFailure):
        return Harvest(
            failure=answer.text,
            retry_after_seconds=answer.retry_after_seconds,
            retired=answer.reason == "http_410",
        )
    if answer.status == 304:
        return _unchanged(answer, state, url)
    return _read(answer, url, now, zone)


def _unchanged(answer: fetch.Response, state: SourceState, url: str) -> Harvest:
    """304: the validators that it carries replace the old ones (RFC 9111, section 4.3.4)."""
    return Harvest(
        not_modified=True,
        etag=answer.header("etag") or state.etag,
        last_modified=answer.header("last-modified") or state.last_modified,
        moved_to=_moved(answer, url),
        ttl_seconds=_fresh_seconds(answer),
        warnings=_downgrade(answer, url),
    )


def _read(answer: fetch.Response, url: str, now: datetime, zone: ZoneInfo) -> Harvest:
    ahead = fetch.clock_ahead_seconds(answer)
    try:
        feed = feed_entries.read_feed(
            answer.body,
            content_type=answer.header("content-type"),
            content_language=answer.header("content-language"),
            url=answer.url,
            zone=zone,
            now=now,
        )
    except feed_entries.FeedError as error:
        return Harvest(failure=f"{source_place(answer.url)}: {error}")
    is_delta = answer.status == _IM_USED
    is_cacheable = answer.header("expires") != "0"
    return Harvest(
        entries=tuple(markup.clean_entry(entry, answer.url) for entry in feed.entries),
        etag=answer.header("etag") if is_cacheable else None,
        last_modified=answer.header("last-modified") if is_cacheable else None,
        moved_to=_moved(answer, url),
        ttl_seconds=_fresh_seconds(answer),
        timetable=feed.timetable,
        clock_ahead_seconds=ahead,
        warnings=(*feed.warnings, *_downgrade(answer, url), *_fast_clock(ahead)),
        language=feed.language,
        older_url=feed.older_url or _wordpress_page(feed.generator, answer.url),
        is_window=not is_delta,
        is_delta=is_delta,
    )


def source_place(url: str) -> str:
    """Host and path of `url`, for messages: keys live in the query."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


def _moved(answer: fetch.Response, url: str) -> str | None:
    """Where the feed went for good; a step down from https to http is not believed."""
    return None if _is_downgrade(answer, url) else answer.permanent_url


def _is_downgrade(answer: fetch.Response, url: str) -> bool:
    target = answer.permanent_url
    return target is not None and url.startswith("https:") and not target.startswith("https:")


def _downgrade(answer: fetch.Response, url: str) -> tuple[str, ...]:
    if not _is_downgrade(answer, url):
        return ()
    return (f"{source_place(url)} leads from https to http for good; that is not believed",)


def _fast_clock(ahead: int) -> tuple[str, ...]:
    if timedelta(seconds=ahead) <= identity.CLOCK_SKEW:
        return ()
    return (f"the clock of its server is {ahead // 60} minutes fast; its dates are taken as such",)


def _fresh_seconds(answer: fetch.Response) -> int | None:
    """How long the answer stays fresh: max-age, else Expires (RFC 9111, section 4.2.1)."""
    match = _MAX_AGE.search(answer.header("cache-control") or "")
    if match:
        return int(match[1])
    expires, date = (_http_date(answer.header(name)) for name in ("expires", "date"))
    if expires is None or date is None or expires <= date:
        return None
    return int((expires - date).total_seconds())


def _http_date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _wordpress_page(generator: str, url: str) -> str | None:
    """The page after this one of a feed that WordPress makes: `?paged=2`."""
    if "wordpress.org" not in generator:
        return None
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    page = query.get("paged", ["1"])[0]
    number = int(page) + 1 if page.isascii() and page.isdigit() and len(page) < 4 else 2
    return urlunsplit(parts._replace(query=urlencode(query | {"paged": [str(number)]}, doseq=True)))
