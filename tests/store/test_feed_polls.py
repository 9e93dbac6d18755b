"""Sums of polls in the store: added up from flush to flush, the greater of the day's counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dispatch.model.feed_poll import FeedPolls
from dispatch.store import feed_polls
from dispatch.store.database import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE = FeedPolls(
    day=NOW.date(),
    path="en/rss.xml",
    reader="newsboat",
    feed_id="",
    polls=10,
    current=9,
    full=1,
    subscribers=None,
    visitors=3,
    hammering=0,
    ignoring=1,
    seen_at=NOW,
)


def test_polls_add_up_and_visitors_do_not(db: Database) -> None:
    later = replace(ONE, visitors=2, seen_at=NOW + timedelta(minutes=5))
    other = replace(ONE, reader="Feedly", subscribers=40, visitors=0)
    with db.write() as tx:
        feed_polls.add(tx, [ONE, other], NOW.date())
        feed_polls.add(tx, [later], NOW.date())
    with db.read() as tx:
        first, second = feed_polls.list_since(tx, NOW - timedelta(hours=24))
    assert (first.polls, first.current, first.full, first.visitors) == (20, 18, 2, 3)
    assert first.seen_at == later.seen_at
    assert second == other


def test_what_was_seen_long_ago_is_not_told_and_at_last_forgotten(db: Database) -> None:
    with db.write() as tx:
        feed_polls.add(tx, [ONE], NOW.date())
        assert feed_polls.list_since(tx, NOW + timedelta(seconds=1)) == []
        feed_polls.add(tx, [], NOW.date() + timedelta(days=feed_polls.KEEP_DAYS + 1))
        assert feed_polls.list_since(tx, NOW - timedelta(days=9)) == []
