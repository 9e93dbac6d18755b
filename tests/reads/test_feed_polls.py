"""Counting polls in memory: visitors told apart, and nobody kept."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.model.feed_poll import FeedPolls
from dispatch.reads import feed_polls

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def note(
    counter: feed_polls.Counter,
    address: str = "192.0.2.1",
    agent: str = "newsboat/2",
    status: int = 200,
    *,
    conditional: bool = False,
    now: datetime = NOON,
) -> None:
    poll = feed_polls.Poll(
        path="en/rss.xml",
        agent=agent,
        address=address,
        status=status,
        at=now,
        is_conditional=conditional,
    )
    counter.note(poll)


def only(counter: feed_polls.Counter) -> FeedPolls:
    (found,) = counter.take()
    return found


def test_visitors_are_told_apart_and_counted_once_a_day() -> None:
    counter = feed_polls.Counter()
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        note(counter, address)
    note(counter, status=304, conditional=True)
    found = only(counter)
    assert (found.polls, found.full, found.current, found.visitors) == (4, 3, 1, 2)
    assert counter.is_empty
    note(counter)
    again = only(counter)
    assert (again.polls, again.visitors) == (1, 2), "polls since, visitors of the day"
    note(counter, "192.0.2.3")
    note(counter, now=NOON + timedelta(days=1))
    assert [one.visitors for one in counter.take()] == [3, 1], "of the day that has ended, too"


def test_a_service_is_no_visitor_and_its_latest_number_counts() -> None:
    counter = feed_polls.Counter()
    note(counter, agent="Feedbin feed-id:7 - 9 subscribers")
    note(counter, agent="Feedbin feed-id:7 - 11 subscribers")
    found = only(counter)
    assert (found.reader, found.feed_id, found.subscribers) == ("Feedbin", "7", 11)
    assert found.visitors == 0


def test_those_who_come_too_often_or_never_say_what_they_have_are_told() -> None:
    counter = feed_polls.Counter()
    for _ in range(feed_polls.HAMMERING_POLLS + 1):
        note(counter, "192.0.2.1", status=304, conditional=True)
    for _ in range(feed_polls.IGNORING_POLLS):
        note(counter, "192.0.2.2")
    note(counter, "192.0.2.3")
    found = only(counter)
    assert (found.visitors, found.hammering, found.ignoring) == (3, 1, 1)


def test_no_address_and_no_agent_is_kept() -> None:
    counter = feed_polls.Counter()
    note(counter, "192.0.2.77", "newsboat/2 (secret machine)")
    kept = pickle.dumps([counter._sums, counter._visits])
    assert b"192.0.2.77" not in kept
    assert b"secret machine" not in kept


def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_polls, "MAX_KINDS", 3)
    monkeypatch.setattr(feed_polls, "MAX_VISITORS", 5)
    counter = feed_polls.Counter()
    for number in range(20):
        note(counter, f"192.0.2.{number}", f"{chr(97 + number)}gent/1")
    found = counter.take()
    assert len(found) <= 4
    assert sum(one.polls for one in found) == 20
    assert sum(one.visitors for one in found) == 5
