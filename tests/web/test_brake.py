"""The brake on full fetches: per visitor and feed, forgetting what it may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.web import asked, brake

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def visit(address: str = "192.0.2.1", agent: str = "reader") -> asked.Asked:
    lines = [(b"user-agent", agent.encode())]
    return asked.read({"headers": lines, "client": (address, 1)})


def test_a_visitor_waits_until_the_oldest_fetch_is_an_hour_ago() -> None:
    stops = brake.Brake(3)
    for minute in (0, 10, 20):
        at = NOON + timedelta(minutes=minute)
        assert stops.wait_seconds("en/rss.xml", visit(), at) == 0
    wait = stops.wait_seconds("en/rss.xml", visit(), NOON + timedelta(minutes=30))
    assert wait == 30 * 60
    assert stops.wait_seconds("en/rss.xml", visit(), NOON + timedelta(minutes=60)) == 0


def test_a_refused_fetch_does_not_make_the_wait_longer() -> None:
    stops = brake.Brake(3)
    for _ in range(3):
        stops.wait_seconds("en/rss.xml", visit(), NOON)
    waits = {stops.wait_seconds("en/rss.xml", visit(), NOON) for _ in range(5)}
    assert waits == {3600}


def test_a_new_reader_may_always_begin() -> None:
    stops = brake.Brake(1)
    assert [stops.wait_seconds("en/rss.xml", visit(), NOON) for _ in range(3)] == [0, 0, 0]


def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brake, "MAX_VISITORS", 10)
    stops = brake.Brake(3)
    for number in range(50):
        stops.wait_seconds("en/rss.xml", visit(f"192.0.2.{number}"), NOON)
    assert len(stops._seen) == 10


def test_no_address_is_kept() -> None:
    stops = brake.Brake(3)
    stops.wait_seconds("en/rss.xml", visit("192.0.2.77", "SomeReader/1.0"), NOON)
    assert "192.0.2.77" not in repr(vars(stops))
    assert "SomeReader" not in repr(vars(stops))
