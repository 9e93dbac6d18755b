"""A feed of any format over HTTP.

In: a source with a URL, the validators of the last visit. Out: a Harvest.
Never: stores anything, judges what is new, takes an error page for an empty feed.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dispatch import fetch
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.sources import feed_entries, markup

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
        return Harvest(failure=answer.text, retry_after_seconds=answer.retry_after_seconds)
    if answer.status == 304:
        return _unchanged(answer, state)
    return _read(answer, url, now, zone)


def _unchanged(answer: fetch.Response, state: SourceState) -> Harvest:
    """304: the validators that it carries replace the old ones (RFC 9111, section 4.3.4)."""
    return Harvest(
        not_modified=True,
        etag=answer.header("etag") or state.etag,
        last_modified=answer.header("last-modified") or state.last_modified,
        moved_to=_moved(answer, state.url),
        ttl_seconds=_max_age(answer),
    )


def _read(answer: fetch.Response, url: str, now: datetime, zone: ZoneInfo) -> Harvest:
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
    is_cacheable = answer.header("expires") != "0"
    return Harvest(
        entries=tuple(markup.clean_entry(entry, answer.url) for entry in feed.entries),
        etag=answer.header("etag") if is_cacheable else None,
        last_modified=answer.header("last-modified") if is_cacheable else None,
        moved_to=_moved(answer, url),
        ttl_seconds=max(feed.ttl_seconds or 0, _max_age(answer) or 0) or None,
        warnings=feed.warnings,
        language=feed.language,
    )


def source_place(url: str) -> str:
    """Host and path of `url`, for messages: keys live in the query."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


def _moved(answer: fetch.Response, url: str | None) -> str | None:
    """Where the feed went for good; a step down from https to http is not believed."""
    target = answer.permanent_url
    if target is None or (url and url.startswith("https:") and not target.startswith("https:")):
        return None
    return target


def _max_age(answer: fetch.Response) -> int | None:
    match = _MAX_AGE.search(answer.header("cache-control") or "")
    return int(match[1]) if match else None
