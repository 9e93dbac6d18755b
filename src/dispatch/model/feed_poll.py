"""FeedPolls: how often feed readers asked for a feed, summed up by day, never by person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPolls:
    """One kind of reader at one file on one day.

    `subscribers` is what a service said last, None for programs of single readers; `visitors`
    counts those. `hammering` are visitors that came far too often, `ignoring` those that never said
    what they had.
    """

    day: date
    path: str
    reader: str
    feed_id: str
    polls: int
    current: int
    full: int
    subscribers: int | None
    visitors: int
    hammering: int
    ignoring: int
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAudience:
    """The readers of one file over the last 24 hours."""

    path: str
    subscribers: int
    visitors: int
    polls: int
    current: int
    hammering: int
    ignoring: int
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDay:
    """What all feeds together had of readers on one day (UTC).

    Whoever reads two feeds is counted with each, as services do.
    """

    day: date
    subscribers: int
    visitors: int
    polls: int
    current: int
