from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import archives

COUNTS = st.integers(0, 500)
SIZES = st.integers(1, 60)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_each_moment_lies_in_the_bounds_of_its_month_alone(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    start, end = archives.bounds(archives.month_of(moment))
    assert start <= moment < end
    assert archives.month_of(start) == archives.month_of(end - timedelta(seconds=1))
    assert archives.month_of(end) != archives.month_of(start)


@given(COUNTS, SIZES)
def test_a_month_that_is_over_is_cut_whole(count: int, entries: int) -> None:
    cut = archives.cut(count, entries, is_over=True)
    assert [number for part in cut for number in part] == [*range(count)]
    assert all(len(part) <= archives.ENTRIES for part in cut)


@given(COUNTS, SIZES)
def test_what_the_running_month_leaves_is_never_more_than_the_feed_shows(
    count: int, entries: int
) -> None:
    cut = archives.cut(count, entries, is_over=False)
    covered = sum(map(len, cut))
    assert [number for part in cut for number in part] == [*range(covered)]
    assert 0 <= count - covered <= min(entries, archives.LEFT_TO_FEED)


@given(COUNTS, SIZES)
def test_one_more_article_changes_the_last_document_at_most(count: int, entries: int) -> None:
    before = archives.cut(count, entries, is_over=False)
    after = archives.cut(count + 1, entries, is_over=False)
    assert after[: len(before) - 1] == before[:-1]


@pytest.mark.parametrize(
    ("month", "part", "name"),
    [(202610, 0, "2026-10"), (202610, 1, "2026-10-2"), (199901, 9, "1999-01-10")],
)
def test_names_tell_the_month_and_the_part(month: int, part: int, name: str) -> None:
    assert archives.name(month, part) == name


def test_a_month_is_over_with_its_last_moment() -> None:
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    assert archives.is_over(202611, midnight)
    assert not archives.is_over(202611, midnight - timedelta(microseconds=1))
