from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.rules import rhythm

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def every(gap: timedelta, count: int, last: datetime = NOW) -> tuple[datetime, ...]:
    return tuple(last - gap * number for number in range(count))[::-1]


def test_a_rhythm_needs_some_gaps() -> None:
    assert rhythm.usual_gap(every(DAY, 4)) is None
    assert rhythm.usual_gap(every(DAY, 5)) == DAY
    assert rhythm.silence((), NOW) is None


def test_nights_and_weekends_belong_to_a_rhythm() -> None:
    week = [NOW - timedelta(days=day, hours=hour) for day in range(6) for hour in (0, 2, 4)]
    usual = rhythm.usual_gap(sorted(week))
    assert usual is not None
    assert usual >= timedelta(hours=20)


@pytest.mark.parametrize(
    ("gap", "quiet", "is_silent"),
    [
        (DAY, 2.9 * DAY, False),
        (DAY, 3.1 * DAY, True),
        (timedelta(minutes=10), timedelta(hours=23), False),
        (timedelta(minutes=10), timedelta(hours=25), True),
        (7 * DAY, 20 * DAY, False),
        (7 * DAY, 22 * DAY, True),
    ],
)
def test_a_source_is_silent_after_three_usual_gaps_and_a_day(
    gap: timedelta, quiet: timedelta, is_silent: bool
) -> None:
    assert rhythm.is_silent(every(gap, 10, NOW - quiet), NOW) is is_silent


def test_arrivals_are_kept_in_order_and_few() -> None:
    arrivals = rhythm.first_arrivals([NOW, None, NOW - DAY, NOW + DAY], NOW)
    assert arrivals == (NOW - DAY, NOW)
    for number in range(50):
        arrivals = rhythm.with_arrival(arrivals, NOW + number * DAY)
    assert len(arrivals) == rhythm.REMEMBERED
    assert arrivals == tuple(sorted(arrivals))
