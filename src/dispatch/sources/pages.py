"""A web site without a feed: its sitemaps say which pages there are, the pages say what they are.

In: the site's address (or a sitemap's), how far it was read. Out: a Harvest of the pages that are
new or changed, at most a few for each visit. Never: a page that robots.txt closes, a page of
another site, or a whole archive at once: what one visit cannot read waits in the cursor.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dispatch import fetch
from dispatch.fetch import robots
from dispatch.model.article import Entry
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.rules import canonical
from dispatch.sources import (
    markup,
    page,
    page_links,
    pages_memory,
    rest,
    sitemap,
    sitemap_walk,
    watch,
)
from dispatch.sources.pages_memory import Memory, Waiting

#: How many pages one visit reads.
MAX_PAGES = 20
#: How many of the watched pages are looked at again in one visit, in turn.
MAX_LOOKS = 3
#: How long one visit may wait in all, where robots.txt wishes for pauses.
MOST_PAUSES_SECONDS = 60.0
#: After so many failures one after the other the server is left alone until the next visit.
MAX_FAILURES = 3
#: How often a page is tried that fails otherwise than by being gone.
MAX_TRIES = 5

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_GONE = frozenset({"http_404", "http_410"})

Failure: TypeAlias = fetch.FetchFailure


def harvest(
    source: Source, state: SourceState, fetcher: fetch.Fetcher, now: datetime, zone: ZoneInfo
) -> Harvest:
    """Read what is new since the last visit; trouble is the Harvest's `failure`."""
    return read_some(source, state, fetcher, now, zone, most=MAX_PAGES)


def read_some(
    source: Source,
    state: SourceState,
    fetcher: fetch.Fetcher,
    now: datetime,
    zone: ZoneInfo,
    *,
    most: int,
) -> Harvest:
    """The same with another limit of pages."""
    if source.url is None:
        return Harvest(failure=f"source {source.name} has no url")
    return _Visit(source, state, fetcher, now, zone, most).make()


class _Visit:
    """One visit, with what it learns on the way."""

    def __init__(
        self,
        source: Source,
        state: SourceState,
        fetcher: fetch.Fetcher,
        now: datetime,
        zone: ZoneInfo,
        most: int,
    ) -> None:
        self._limit = most
        self._source = source
        self._site = source.url or ""
        self._fetcher = fetcher
        self._now = now
        self._zone = zone
        self._memory: Memory = pages_memory.read_memory(state.cursor)
        self._warnings: list[str] = []
        self._failures_in_a_row = 0
        self._pause_seconds = 0.0
        self._found: list[str] = []
        self._absent: list[str] = []

    def make(self) -> Harvest:
        """The visit."""
        rules = self._rules()
        if rules.is_closed:
            return Harvest(failure=f"source {self._source.name}: robots.txt could not be read")
        self._pause_seconds = rules.delay_seconds
        walk = sitemap_walk.Walk(self._source, self._fetcher, rules, self._memory.files)
        listed = walk.pages()
        if walk.failure:
            return Harvest(
                failure=walk.failure,
                retry_after_seconds=walk.retry_after_seconds,
                retired=walk.is_gone,
            )
        self._warnings += walk.warnings
        own = [one for one in listed if self._is_below(one.url)]
        pages_memory.take_note(self._memory, own, self._zone, self._now)
        entries = self._visits(rules)
        entries += self._looks(rules)
        self._memory.files = walk.files
        return self._harvest(entries)

    def _harvest(self, entries: list[Entry]) -> Harvest:
        known = self._memory.watch
        names = {one.name for one in known.articles}
        self._memory.watch, gone = known.judge(
            found=self._found,
            absent=[one for one in self._absent if one in names],
            now=self._now,
            forget=False,  # it may come back, and only the watch looks at a page that is known
        )
        cleaned = (markup.clean_entry(entry, self._site) for entry in (*entries, *gone))
        return Harvest(
            entries=tuple(cleaned),
            warnings=tuple(self._warnings),
            cursor=pages_memory.write_memory(self._memory),
        )

    def _rules(self) -> robots.Rules:
        """What robots.txt says; asked once a day."""
        if self._memory.is_robots_fresh(self._now):
            return robots.Rules(text=self._memory.robots)
        rules = robots.read(self._fetcher, self._site, self._source.allow_hosts)
        if not rules.is_closed and len(rules.text) <= pages_memory.MAX_ROBOTS:
            self._memory.robots, self._memory.robots_at = rules.text, self._now
        return rules

    def _is_below(self, url: str) -> bool:
        """Whether the operator means the page: it lies below the address of the source."""
        path = urlsplit(self._site).path
        folder = "/" if sitemap_walk.is_file(self._site) else path.rpartition("/")[0] + "/"
        return urlsplit(url).path.startswith(folder)

    # ------------------------------------------------------------------ new and changed pages

    def _visits(self, rules: robots.Rules) -> list[Entry]:
        """The next pages that wait; those that could not be had wait on."""
        entries, closed = [], 0
        for _ in range(self._most()):
            waiting = self._memory.next_waiting()
            if waiting is None or self._failures_in_a_row >= MAX_FAILURES:
                break
            if not rules.may_fetch(waiting.listed.url):
                closed += 1
                self._memory.done(waiting)
                continue
            entries += self._visit(waiting)
        if closed:
            self._warnings.append(f"robots.txt closes {closed} pages to us; they were not read")
        return entries

    def _most(self) -> int:
        """How many pages there is time for."""
        if not self._pause_seconds:
            return self._limit
        return max(1, min(self._limit, int(MOST_PAUSES_SECONDS / self._pause_seconds)))

    def _visit(self, waiting: Waiting) -> list[Entry]:
        answer = self._get(waiting.listed.url)
        if isinstance(answer, Failure):
            self._failed(waiting, answer)
            return []
        self._memory.done(waiting)
        entry = self._entry_of(answer, waiting.listed)
        if entry is None:
            return []
        self._memory.watch = self._memory.watch.add([_watched(waiting.listed.url, entry)])
        self._found.append(waiting.listed.url)
        return [replace(entry, is_backlog=waiting.is_backlog)]

    def _entry_of(self, answer: fetch.Response, listed: sitemap.Listed) -> Entry | None:
        """The article on a page; None where there is none, or another site answered."""
        if not canonical.is_same_site(answer.url, self._site):
            return None
        found = page.read(
            answer.body,
            answer.header("content-type"),
            url=answer.url,
            listed=listed,
            source=self._source,
            zone=self._zone,
            now=self._now,
        )
        return found.entry if found and found.is_article else None

    def _failed(self, waiting: Waiting, failure: Failure) -> None:
        if failure.reason in _GONE:
            self._absent.append(waiting.listed.url)
            self._memory.done(waiting)
            return
        self._failures_in_a_row += 1
        self._warnings.append(failure.text)
        if waiting.tries + 1 < MAX_TRIES:
            self._memory.postpone(waiting)
        else:
            self._memory.done(waiting)

    def _get(self, url: str) -> fetch.Response | Failure:
        """One page, after the pause that robots.txt wishes for."""
        if self._pause_seconds:
            time.sleep(self._pause_seconds)
        answer = self._fetcher.get(
            url, accept=_ACCEPT, allow_hosts=self._source.allow_hosts, limit_bytes=page.MAX_BYTES
        )
        if not isinstance(answer, Failure):
            self._failures_in_a_row = 0
        return answer

    # ------------------------------------------------------------------ pages that are watched

    def _looks(self, rules: robots.Rules) -> list[Entry]:
        """Some watched pages once more, in turn: changed, or taken back."""
        entries = []
        for one in self._memory.next_looks(MAX_LOOKS, {*self._found, *self._absent}):
            if self._failures_in_a_row >= MAX_FAILURES:
                break
            if not rules.may_fetch(one.name):
                continue
            answer = self._get(one.name)
            if isinstance(answer, Failure):
                if answer.reason in _GONE:
                    self._absent.append(one.name)
                continue
            entry = self._entry_of(answer, sitemap.Listed(url=one.name))
            if page_links.is_home(answer.url) or not canonical.is_same_site(answer.url, self._site):
                self._absent.append(one.name)  # led home: that is how many systems say "gone"
            elif entry is not None:
                self._found.append(one.name)
                entries.append(entry)
            elif page_links.leads_away(one.name, answer.url) or _says_not_found(answer):
                self._absent.append(one.name)
        return entries


def _says_not_found(answer: fetch.Response) -> bool:
    tree = page.tree_of(answer.body, answer.header("content-type"))
    return tree is not None and page.says_not_found(tree)


def _watched(url: str, entry: Entry) -> watch.Watched:
    return watch.Watched(name=url, source_id=rest.text(entry.source_id), url=rest.text(entry.url))
