"""Sums of readers: the latest number of each service, and no day counted twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dispatch.model.feed_poll import FeedPolls
from dispatch.rules import feed_audience

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEEDLY = FeedPolls(
    day=NOW.date(),
    path="en/rss.xml",
    reader="Feedly",
    feed_id="",
    polls=10,
    current=9,
    full=1,
    subscribers=120,
    visitors=0,
    hammering=0,
    ignoring=0,
    seen_at=NOW,
)
NEWSBOAT = replace(
    FEEDLY, reader="newsboat", subscribers=None, visitors=3, hammering=1, ignoring=2, polls=300
)


def yesterday(one: FeedPolls, **changes: int) -> FeedPolls:
    day = one.day - timedelta(days=1)
    return replace(one, day=day, seen_at=one.seen_at - timedelta(hours=20), **changes)  # type: ignore[arg-type]


def test_a_service_counts_with_its_latest_number_for_each_of_its_feeds() -> None:
    other = replace(FEEDLY, reader="Feedbin", feed_id="7", subscribers=30)
    twin = replace(other, feed_id="8", subscribers=5)
    (found,) = feed_audience.sum_up([FEEDLY, other, twin, yesterday(FEEDLY, subscribers=999)])
    assert found.subscribers == 120 + 30 + 5
    assert found.visitors == 0
    assert found.readers == ("Feedbin", "Feedly")


def test_single_readers_of_two_days_are_not_added_up() -> None:
    (found,) = feed_audience.sum_up([NEWSBOAT, yesterday(NEWSBOAT, visitors=5)])
    assert found.visitors == 5
    assert found.polls == 600


def test_each_file_has_its_own_audience() -> None:
    found = feed_audience.sum_up([FEEDLY, replace(NEWSBOAT, path="en/atom.xml")])
    assert [(one.path, one.subscribers, one.visitors) for one in found] == [
        ("en/atom.xml", 0, 3),
        ("en/rss.xml", 120, 0),
    ]
    assert (found[0].hammering, found[0].ignoring) == (1, 2)


def test_each_day_has_its_own_readers_over_all_feeds() -> None:
    atom = replace(NEWSBOAT, path="en/atom.xml", visitors=2, polls=10, current=5)
    today, before = feed_audience.by_day(
        [FEEDLY, NEWSBOAT, atom, yesterday(FEEDLY, subscribers=100), yesterday(NEWSBOAT)]
    )
    assert (today.day, today.subscribers, today.visitors) == (NOW.date(), 120, 5)
    assert (today.polls, today.current) == (320, 9 + 9 + 5)
    assert (before.subscribers, before.visitors) == (100, 3)
    assert feed_audience.by_day([]) == ()
