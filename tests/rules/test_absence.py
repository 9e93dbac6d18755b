"""One bad moment of a server is no withdrawal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import absence

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_the_first_miss_is_a_suspicion_and_the_second_a_withdrawal() -> None:
    missed, gone = absence.judge({}, found=(), absent=["a"], now=NOW)
    assert (missed, gone) == ({"a": NOW}, ())
    missed, gone = absence.judge(missed, found=(), absent=["a"], now=NOW + absence.APART)
    assert gone == ("a",)


def test_misses_within_a_quarter_of_an_hour_are_one() -> None:
    missed, gone = absence.judge(
        {"a": NOW}, found=(), absent=["a"], now=NOW + timedelta(minutes=14)
    )
    assert (missed, gone) == ({"a": NOW}, ())


def test_what_is_found_is_under_no_suspicion_and_what_was_not_sought_keeps_its_moment() -> None:
    missed, gone = absence.judge({"a": NOW, "b": NOW}, found=["a"], absent=[], now=NOW)
    assert (missed, gone) == ({"b": NOW}, ())


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=30))
def test_nothing_is_gone_that_was_found_in_the_last_quarter_of_an_hour(
    visits: list[tuple[bool, int]],
) -> None:
    missed: dict[str, datetime] = {}
    now, seen_at = NOW, NOW
    for is_there, minutes in visits:
        now += timedelta(minutes=minutes)
        found, absent = (["a"], []) if is_there else ([], ["a"])
        seen_at = now if is_there else seen_at
        missed, gone = absence.judge(missed, found=found, absent=absent, now=now)
        assert not gone or now - seen_at >= absence.APART
