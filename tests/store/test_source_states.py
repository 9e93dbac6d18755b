"""What is remembered of a source between two visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from dispatch.model.source import SourceState, Timetable
from dispatch.store import source_states
from dispatch.store.database import Database

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_a_source_that_was_never_visited_is_blank(db: Database) -> None:
    with db.read() as tx:
        assert source_states.get_state(tx, "site") == SourceState(name="site")


def test_a_state_comes_back_as_it_was_put_and_is_replaced_whole(db: Database) -> None:
    state = SourceState(
        name="site",
        url="https://new.example/feed",
        etag='W/"a\u00e9"',
        last_modified="Tue, 24 Nov 2026 09:00:00 GMT",
        first_polled_at=NOW,
        last_polled_at=NOW,
        next_poll_at=NOW,
        failures=3,
        last_error="504",
        timetable=Timetable(ttl_seconds=60, skip_hours=(0, 23), skip_days=(6,)),
        read_as="a mark",
    )
    healed = replace(state, failures=0, last_error="", etag=None, last_success_at=NOW)
    with db.write() as tx:
        source_states.put_state(tx, state)
        assert source_states.get_state(tx, "site") == state
        source_states.put_state(tx, healed)
        assert source_states.get_state(tx, "site") == healed
