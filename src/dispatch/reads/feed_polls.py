"""Counts in memory who polls which feed, until the store takes the sums.

In: a feed's path, a User-Agent, an address, the status that was answered, now. Out: sums by day,
file and kind of reader. Never: an address, or a User-Agent as it came; visitors are told apart by a
salted hash that lives for a day in this process, and only their number leaves it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date, datetime

from dispatch.model.feed_poll import FeedPolls
from dispatch.reads import visitor
from dispatch.rules import feed_readers
from dispatch.rules.feed_readers import Poller

#: More often than every quarter of an hour, all day.
HAMMERING_POLLS = 96
#: After so many full feeds without a word of what it has, a reader will never say.
IGNORING_POLLS = 5
#: How much is remembered; what goes beyond is counted, but its visitors are not told apart.
MAX_VISITORS = 100_000
MAX_KINDS = 5_000
MAX_AGENTS = 4_096

_Key = tuple[date, str, str, str]


@dataclass(slots=True)
class _Visits:
    """What one visitor did at one file today."""

    polls: int = 0
    conditional: int = 0


class Counter:
    """Sums of polls; safe for several threads."""

    def __init__(self) -> None:
        self._salt = visitor.Salt()
        self._lock = threading.Lock()
        self._agents: dict[str, Poller] = {}
        self._sums: dict[_Key, FeedPolls] = {}
        self._visits: dict[_Key, dict[bytes, _Visits]] = {}
        self._visitors = 0
        self._day: date | None = None

    def note(
        self, path: str, agent: str, address: str, status: int, *, conditional: bool, now: datetime
    ) -> None:
        """Somebody asked for `path` and was answered `status`."""
        poller = self._identify(agent)
        day = now.date()
        with self._lock:
            if day != self._day:
                self._day, self._visitors = day, 0
                self._visits.clear()
            key = self._key(day, path, poller)
            self._sums[key] = _added(self._sums.get(key), key, poller, status, now)
            if poller.subscribers is None:
                self._visit(key, self._salt.name(day, address, agent), conditional)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted since the last time."""
        return not self._sums

    def take(self) -> list[FeedPolls]:
        """The sums since the last time. `visitors` and what follows are those of the whole day."""
        with self._lock:
            taken = [self._with_visitors(key, one) for key, one in self._sums.items()]
            self._sums.clear()
        return taken

    def _identify(self, agent: str) -> Poller:
        found = self._agents.get(agent)
        if found is None:
            found = feed_readers.identify(agent)
            if len(self._agents) < MAX_AGENTS:
                self._agents[agent] = found
        return found

    def _key(self, day: date, path: str, poller: Poller) -> _Key:
        key = (day, path, poller.name, poller.feed_id)
        is_room = key in self._sums or len(self._sums) < MAX_KINDS
        return key if is_room else (day, path, "others", "")

    def _visit(self, key: _Key, name: bytes, conditional: bool) -> None:
        visits = self._visits.setdefault(key, {})
        if name not in visits:
            if self._visitors >= MAX_VISITORS:
                return
            self._visitors += 1
            visits[name] = _Visits()
        visits[name].polls += 1
        visits[name].conditional += conditional

    def _with_visitors(self, key: _Key, one: FeedPolls) -> FeedPolls:
        visits = self._visits.get(key, {}).values()
        return replace(
            one,
            visitors=len(visits),
            hammering=sum(each.polls > HAMMERING_POLLS for each in visits),
            ignoring=sum(each.polls >= IGNORING_POLLS and not each.conditional for each in visits),
        )


def _added(
    before: FeedPolls | None, key: _Key, poller: Poller, status: int, now: datetime
) -> FeedPolls:
    day, path, reader, feed_id = key
    return FeedPolls(
        day=day,
        path=path,
        reader=reader,
        feed_id=feed_id,
        polls=(before.polls if before else 0) + 1,
        current=(before.current if before else 0) + (status == 304),
        full=(before.full if before else 0) + (status == 200),
        subscribers=poller.subscribers,
        visitors=0,
        hammering=0,
        ignoring=0,
        seen_at=now,
    )
