"""Counts in memory who polls which feed, until the store takes the sums.

In: polls, as our own server or the log of another tells them. Out: sums by day, file and kind of
reader. Never: an address, or a User-Agent as it came; visitors are told apart by a
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """Somebody asked for the feed at `path` and was answered `status`.

    `is_conditional` is None where nobody knows: no log says with what a reader asked. Then `size`,
    the bytes of the answer, tells: whoever is sent the same again did not say what they have.
    """

    path: str
    agent: str
    address: str
    status: int
    at: datetime
    is_conditional: bool | None
    size: int = 0


@dataclass(slots=True)
class _Visits:
    """What one visitor did at one file today. `size` is that of the last whole feed."""

    polls: int = 0
    conditional: int = 0
    careless: int = 0
    size: int = 0


class Counter:
    """Sums of polls; safe for several threads."""

    def __init__(self) -> None:
        self._salt = visitor.Salt()
        self._lock = threading.Lock()
        self._agents: dict[str, Poller] = {}
        self._sums: dict[_Key, FeedPolls] = {}
        self._visits: dict[_Key, dict[bytes, _Visits]] = {}
        self._visitors = 0
        self._day = date.min
        self._done: list[FeedPolls] = []

    def note(self, poll: Poll, *, is_new: bool = True) -> None:
        """Count a poll; an old one, which is counted already, tells more of today's visitors."""
        poller = self._identify(poll.agent)
        with self._lock:
            if poll.at.date() > self._day:  # a log may be a moment out of order at midnight
                self._end_day(poll.at.date())
            key = self._key(self._day, poll.path, poller)
            if is_new:
                self._sums[key] = _added(self._sums.get(key), key, poller, poll)
            if poller.subscribers is None:
                self._visit(key, self._salt.name(self._day, poll.address, poll.agent), poll)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted since the last time."""
        return not (self._sums or self._done)

    def take(self) -> list[FeedPolls]:
        """The sums since the last time. `visitors` and what follows are those of the whole day."""
        with self._lock:
            self._end_sums()
            taken, self._done = self._done, []
        return taken

    def _end_day(self, day: date) -> None:
        self._end_sums()
        self._day, self._visitors = day, 0
        self._visits.clear()

    def _end_sums(self) -> None:
        self._done += [self._with_visitors(key, one) for key, one in self._sums.items()]
        self._sums.clear()

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

    def _visit(self, key: _Key, name: bytes, poll: Poll) -> None:
        visits = self._visits.setdefault(key, {})
        if name not in visits:
            if self._visitors >= MAX_VISITORS:
                return
            self._visitors += 1
            visits[name] = _Visits()
        _add(visits[name], poll)

    def _with_visitors(self, key: _Key, one: FeedPolls) -> FeedPolls:
        visits = self._visits.get(key, {}).values()
        return replace(
            one,
            visitors=len(visits),
            hammering=sum(each.polls > HAMMERING_POLLS for each in visits),
            ignoring=sum(
                each.careless >= IGNORING_POLLS and not each.conditional for each in visits
            ),
        )


def _add(visits: _Visits, poll: Poll) -> None:
    visits.polls += 1
    if poll.is_conditional is not None:
        visits.conditional += poll.is_conditional
        visits.careless += not poll.is_conditional
    elif poll.status == 304:
        visits.conditional += 1
    elif poll.status == 200 and poll.size:
        visits.careless += poll.size == visits.size
        visits.size = poll.size


def _added(before: FeedPolls | None, key: _Key, poller: Poller, poll: Poll) -> FeedPolls:
    day, path, reader, feed_id = key
    return FeedPolls(
        day=day,
        path=path,
        reader=reader,
        feed_id=feed_id,
        polls=(before.polls if before else 0) + 1,
        current=(before.current if before else 0) + (poll.status == 304),
        full=(before.full if before else 0) + (poll.status == 200),
        subscribers=poller.subscribers,
        visitors=0,
        hammering=0,
        ignoring=0,
        seen_at=max(before.seen_at, poll.at) if before else poll.at,
    )
