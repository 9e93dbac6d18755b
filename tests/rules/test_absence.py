"""One bad moment of a server is no withdrawal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.source import Missing
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


@pytest.mark.parametrize(
    ("before", "shown", "vanished"),
    [
        ([5, 4, 3, 2, 1], [6, 5, 4, 3, 2], []),  # pushed out
        ([5, 4, 3, 2, 1], [5, 4, 2, 1], [3]),
        ([5, 4, 3, 2, 1], [6, 4, 3, 2, 1], [5]),  # the newest one
        ([5, 4, 3, 2, 1], [5, 4], []),  # a shorter document
        ([5, 4, 3, 2], [5, 4, 3, 1], [2]),  # an older one came in from behind
        ([5, 4, 3], [9, 8, 7], []),  # nothing in common: it overflowed
        ([5, 4, 3], [], []),
        ([], [5, 4, 3], []),
    ],
)
def test_what_vanished_from_the_middle_is_told_from_what_was_pushed_out(
    before: list[int], shown: list[int], vanished: list[int]
) -> None:
    assert list(absence.vanished(before, shown)) == vanished


def test_a_document_that_was_put_together_anew_makes_few_suspects() -> None:
    assert len(absence.vanished(range(200, 0, -1), [200, 1])) == absence.MOST_MISSING


def test_a_document_may_run_from_old_to_new() -> None:
    dates = [NOW - timedelta(hours=hours) for hours in (3, 2, 1)]
    assert absence.newest_first([1, 2, 3], dates) == (3, 2, 1)
    assert absence.newest_first([3, 2, 1], dates[::-1]) == (3, 2, 1)
    assert absence.newest_first([3, 1, 2], [None, None, None]) == (3, 1, 2), "its own order"


def test_a_document_in_no_order_of_time_is_no_window() -> None:
    hours = [5, 1, 4, 2, 6, 3]
    assert absence.newest_first(hours, [NOW - timedelta(hours=one) for one in hours]) == ()
    updated = [9, 1, 2, 3, 4, 5, 6]  # one was updated, and stands on top
    dates = [NOW - timedelta(hours=one) for one in updated]
    assert absence.newest_first(updated, dates) == tuple(updated)


LOOKS = st.sampled_from(list(absence.Look))


@given(st.lists(st.tuples(LOOKS, st.integers(0, 2000)), max_size=40))
def test_looks_end_and_two_that_missed_it_withdraw(looks: list[tuple[absence.Look, int]]) -> None:
    one: Missing | None = Missing(article_id=1, source="site", vanished_at=NOW, next_look_at=NOW)
    now, found_at, is_withdrawn = NOW, NOW, False
    for look, minutes in looks:
        if one is None:
            break
        now = max(one.next_look_at, now + timedelta(minutes=minutes))
        found_at = now if look is absence.Look.THERE else found_at
        before, (one, fate) = one, absence.after_look(one, look, now)
        assert one is None or one.next_look_at > now
        if fate is absence.Fate.WITHDRAWN:
            assert look is absence.Look.GONE
            assert before.missed_at is not None
            assert now - max(before.missed_at, found_at) >= absence.APART
            is_withdrawn = True
        if fate is absence.Fate.RETURNED:
            assert is_withdrawn
            assert look is absence.Look.THERE
            assert one is None
