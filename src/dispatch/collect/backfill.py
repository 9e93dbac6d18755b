"""Fetches what a document no longer holds: the older pages that it links to.

In: a harvest of which nothing is known. Out: entries of older pages, up to one that is known.
Never: more than a few pages, or a page of another kind than the source's own.
"""

from __future__ import annotations

from dataclasses import replace

from dispatch import sources
from dispatch.collect import books
from dispatch.collect.desk import Desk
from dispatch.model.article import Entry
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState

#: How many older pages are fetched after one visit.
MAX_PAGES = 10
#: How long that may take in all.
MAX_SECONDS = 60.0


def older_entries(source: Source, harvest: Harvest, desk: Desk) -> tuple[Entry, ...]:
    """The entries between the last visit and the oldest one of `harvest`.

    The pages are those that the document names (RFC 5005: prev-archive and next; WordPress's paged
    feed). The walk ends at the first page on which anything is known.
    """
    found: list[Entry] = []
    desk = replace(desk, fetcher=desk.fetcher.within(MAX_SECONDS))
    page, seen = harvest, set[str]()
    for _ in range(MAX_PAGES):
        url = page.older_url
        if not url or url in seen or not page.entries or _is_known(desk, source, page):
            break
        seen.add(url)
        page = _page(source, url, desk)
        found.extend(page.entries)
    return tuple(found)


def _is_known(desk: Desk, source: Source, page: Harvest) -> bool:
    with desk.db.read() as tx:
        return books.has_any(tx, source.name, page.entries)


def _page(source: Source, url: str, desk: Desk) -> Harvest:
    kind = sources.KINDS[source.kind]
    at_page = SourceState(name=source.name, url=url)
    zone = desk.publication.zone_of(source)
    return kind(source, at_page, desk.fetcher, desk.clock.now(), zone)
