from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import polling

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def wait(
    name: str = "site", poll: int = 900, *, failures: int = 0, wished: int | None = None
) -> timedelta:
    return polling.next_poll_at(name, NOW, poll, failures=failures, wished_seconds=wished) - NOW


def test_a_source_that_is_well_is_asked_at_its_interval_with_its_own_spread() -> None:
    assert timedelta(seconds=900) <= wait() < timedelta(seconds=990)
    assert wait() == wait(), "the spread belongs to the name: a restart changes nothing"
    assert len({wait(name) for name in ("one", "two", "three", "four")}) == 4


def test_each_failure_doubles_the_wait_up_to_a_day() -> None:
    waits = [wait(failures=failures) for failures in range(12)]
    assert waits == sorted(waits)
    assert waits[1] == 2 * waits[0]
    assert timedelta(days=1) <= waits[-1] < timedelta(days=1.1)


def test_what_the_server_asks_for_is_never_undercut_but_has_a_bound() -> None:
    assert wait(wished=7200) == timedelta(hours=2)
    assert wait(wished=10) == wait()
    assert wait(wished=10**9) == polling.LONGEST_WISH


@given(
    st.text(max_size=20),
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.none() | st.integers(0, 10**9),
)
def test_the_next_poll_is_always_ahead_and_never_out_of_sight(
    name: str, poll: int, failures: int, wished: int | None
) -> None:
    found = wait(name, poll, failures=failures, wished=wished)
    assert timedelta(seconds=poll) <= found
    assert found <= max(timedelta(seconds=poll) * 1.1, timedelta(days=7))
