"""Sums up who reads each feed.

In: the polls of the last day, latest first. Out: an audience for each file. Never: a service
counted twice because it came on two days: the latest number that it gave for a feed is its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from dispatch.model.feed_poll import FeedAudience, FeedDay, FeedPolls


def sum_up(polls: Iterable[FeedPolls]) -> tuple[FeedAudience, ...]:
    """The audiences, by path."""
    by_path: dict[str, list[FeedPolls]] = {}
    for one in polls:
        by_path.setdefault(one.path, []).append(one)
    return tuple(_audience(path, found) for path, found in sorted(by_path.items()))


def by_day(polls: Iterable[FeedPolls]) -> tuple[FeedDay, ...]:
    """What every day had of readers, the newest first."""
    days: dict[date, list[FeedPolls]] = {}
    for one in polls:
        days.setdefault(one.day, []).append(one)
    return tuple(_day(day, sum_up(found)) for day, found in sorted(days.items(), reverse=True))


def _day(day: date, audiences: Sequence[FeedAudience]) -> FeedDay:
    return FeedDay(
        day=day,
        subscribers=sum(one.subscribers for one in audiences),
        visitors=sum(one.visitors for one in audiences),
        polls=sum(one.polls for one in audiences),
        current=sum(one.current for one in audiences),
    )


def _audience(path: str, polls: Sequence[FeedPolls]) -> FeedAudience:
    services: dict[tuple[str, str], int] = {}
    single: dict[str, FeedPolls] = {}
    for one in polls:  # latest first
        if one.subscribers is not None:
            services.setdefault((one.reader, one.feed_id), one.subscribers)
        elif one.reader not in single or one.visitors > single[one.reader].visitors:
            single[one.reader] = one
    return FeedAudience(
        path=path,
        subscribers=sum(services.values()),
        visitors=sum(one.visitors for one in single.values()),
        polls=sum(one.polls for one in polls),
        current=sum(one.current for one in polls),
        hammering=sum(one.hammering for one in single.values()),
        ignoring=sum(one.ignoring for one in single.values()),
        readers=tuple(sorted({one.reader for one in polls})),
    )
