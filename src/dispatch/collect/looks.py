"""Looks at web pages of articles: politely, a few of each host in a round.

In: what is to be looked at, and the sources that stand for it. Out: what the pages answered. Never:
a page that robots.txt closes, a host that asked to be left alone, or a store held open meanwhile.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
from dispatch.store import source_states

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
    """Look at the first few of `pages` on each host."""
    lanes: dict[str, list[Wanted[Topic]]] = defaultdict(list)
    for one in pages:
        lanes[canonical.host_of(one.url)].append(one)
    if not lanes:
        return []
    open_lanes = _without_resting(lanes, desk)
    with ThreadPoolExecutor(CONCURRENT_HOSTS, thread_name_prefix="look") as pool:
        found = pool.map(lambda lane: _look_at(lane, desk), open_lanes)
        return [one for lane in found for one in lane]


def _without_resting(
    lanes: Mapping[str, list[Wanted[Topic]]], desk: Desk
) -> list[list[Wanted[Topic]]]:
    with desk.db.read() as tx:
        rests = source_states.get_rests(tx, desk.clock.now())
    return [lane for host, lane in lanes.items() if host not in rests]


def _look_at(lane: Sequence[Wanted[Topic]], desk: Desk) -> list[Seen[Topic]]:
    first, seen = lane[0], list[Seen[Topic]]()
    try:
        rules = robots.read(desk.fetcher, first.url, first.source.allow_hosts)
        for one in lane[: 1 if rules.delay_seconds else MAX_LOOKS]:
            at = desk.clock.now()
            answer = _get(one, desk.fetcher) if rules.may_fetch(one.url) else None
            seen.append(Seen(one, at, answer))
    except Exception:  # one bad host must not stop the others
        log.exception("source %s: its pages could not be looked at", first.source.name)
    return seen


def _get(one: Wanted[Topic], fetcher: fetch.Fetcher) -> fetch.Response | fetch.FetchFailure:
    return fetcher.get(
        one.url, accept=_ACCEPT, allow_hosts=one.source.allow_hosts, limit_bytes=page.MAX_BYTES
    )
