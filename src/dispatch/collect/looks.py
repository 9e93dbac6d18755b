"""Looks at web pages of articles: politely, a few of each host in a round.

In: what is to be looked at, and the sources that stand for it. Out: what the pages answered. Never:
a page that robots.txt closes, a host that asked to be left alone, or a store held open meanwhile.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from dispatch import fetch
from dispatch.collect.desk import Desk
from dispatch.fetch import robots
from dispatch.model.publication import Source
from dispatch.rules import canonical
from dispatch.sources import page
from dispatch.store import robots_texts, source_states

#: How many pages of one host are looked at in one round.
MAX_LOOKS = 3
#: How many hosts are asked at the same time.
CONCURRENT_HOSTS = 8

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

log = logging.getLogger(__name__)

Topic = TypeVar("Topic")


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Topic]):
    """A page that is to be looked at for `source`, and what for."""

    topic: Topic
    url: str
    source: Source


@dataclass(frozen=True, slots=True)
class Seen(Generic[Topic]):
    """What a look brought, and when it was made. No answer: robots.txt closes the page to us."""

    wanted: Wanted[Topic]
    at: datetime
    answer: fetch.Response | fetch.FetchFailure | None


def look(desk: Desk, pages: Iterable[Wanted[Topic]]) -> list[Seen[Topic]]:
    """Look at the first few of `pages` in each place."""
    lanes: dict[str, list[Wanted[Topic]]] = defaultdict(list)
    for one in pages:
        lanes[canonical.resolve("/", one.url)].append(one)
    if not lanes:
        return []
    now = desk.clock.now()
    with desk.db.read() as tx:
        rests = source_states.get_rests(tx, now)
        kept = robots_texts.get_texts(tx, lanes, now)
    walks = [
        _Walk(desk, origin, lane, kept.get(origin))
        for origin, lane in lanes.items()
        if canonical.host_of(origin) not in rests
    ]
    with ThreadPoolExecutor(CONCURRENT_HOSTS, thread_name_prefix="look") as pool:
        seen = [one for found in pool.map(_Walk.make, walks) for one in found]
    read = {walk.origin: walk.read for walk in walks if walk.read is not None}
    if read:
        with desk.db.write(dry_run=desk.is_dry_run) as tx:
            robots_texts.put_texts(tx, read, now)
    return seen


class _Walk(Generic[Topic]):
    """A few pages of one place, as far as its robots.txt (`kept`, or else `read`) lets us."""

    def __init__(
        self, desk: Desk, origin: str, lane: Sequence[Wanted[Topic]], kept: str | None
    ) -> None:
        self._desk = desk
        self._lane = lane
        self._kept = kept
        self.origin = origin
        self.read: str | None = None

    def make(self) -> list[Seen[Topic]]:
        """Look."""
        seen = list[Seen[Topic]]()
        try:
            rules = self._rules()
            for one in self._lane[: 1 if rules.delay_seconds else MAX_LOOKS]:
                at = self._desk.clock.now()
                answer = self._get(one) if rules.may_fetch(one.url) else None
                seen.append(Seen(one, at, answer))
        except Exception:  # one bad place must not stop the others
            log.exception("the pages of %s could not be looked at", self.origin)
        return seen

    def _rules(self) -> robots.Rules:
        if self._kept is not None:
            return robots.Rules(text=self._kept)
        rules = robots.read(self._desk.fetcher, self.origin, self._lane[0].source.allow_hosts)
        if not rules.is_closed:
            self.read = rules.text
        return rules

    def _get(self, one: Wanted[Topic]) -> fetch.Response | fetch.FetchFailure:
        return self._desk.fetcher.get(
            one.url,
            accept=_ACCEPT,
            allow_hosts=one.source.allow_hosts,
            limit_bytes=page.MAX_BYTES,
        )
