"""What is remembered of a source between two visits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

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


def visited(name: str, **changes: Any) -> SourceState:
    return replace(
        SourceState(name=name, etag='"1"', last_polled_at=NOW, arrivals_at=(NOW,)), **changes
    )


LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"last_polled_at": LATER, "next_poll_at": LATER},
        {"last_polled_at": LATER, "failures": 1, "last_error": "504", "etag": None},
        {"last_polled_at": LATER, "arrivals_at": (NOW, LATER), "strange_labels": ("x",)},
        {"last_polled_at": LATER, "timetable": Timetable(ttl_seconds=60)},
    ],
    ids=lambda changes: "+".join(changes) or "nothing",
)
def test_what_changed_at_a_visit_is_remembered(db: Database, changes: dict[str, Any]) -> None:
    before = [visited("a"), visited("b"), visited("c", failures=2)]
    after = [replace(one, **changes) for one in before[:2]]
    with db.write() as tx:
        source_states.put_states(tx, before)
        source_states.put_changes(tx, zip(before, after, strict=False))
        found = source_states.get_states(tx, ["a", "b", "c"])
    assert list(found.values()) == [*after, before[2]]


def test_the_first_visit_to_a_source_is_remembered(db: Database) -> None:
    after = visited("new", failures=1, last_error="dns")
    with db.write() as tx:
        source_states.put_changes(tx, [(SourceState(name="new"), after)])
        assert source_states.get_state(tx, "new") == after


def test_halves_of_two_visits_never_stand_together(db: Database) -> None:
    known, other = visited("a"), visited("b")
    theirs = replace(known, last_polled_at=LATER, failures=1, last_error="504")
    ours = replace(known, last_polled_at=LATER + timedelta(seconds=1), next_poll_at=LATER)
    beside = replace(other, last_polled_at=ours.last_polled_at, next_poll_at=LATER)
    with db.write() as tx:
        source_states.put_states(tx, [known, other])
        source_states.put_state(tx, theirs)
        source_states.put_changes(tx, [(known, ours), (other, beside)])
        assert source_states.get_states(tx, ["a", "b"]) == {"a": ours, "b": beside}
