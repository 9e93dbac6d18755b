"""Periods: one for each appointment, whatever the clocks of a country do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.newsletter import Cadence, LatePolicy
from dispatch.rules import cadence

ZONES = (
    "Europe/London",
    "Europe/Moscow",
    "America/New_York",
    "America/St_Johns",
    "Asia/Jerusalem",
    "Australia/Lord_Howe",  # moves by half an hour
    "Pacific/Apia",
    "UTC",
)

cadences = st.builds(
    Cadence,
    weekday=st.none() | st.integers(0, 6),
    at=st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59])),
    time_zone=st.sampled_from(ZONES).map(ZoneInfo),
)
moments = st.datetimes(
    min_value=datetime(2018, 1, 1),  # noqa: DTZ001  # hypothesis wants it so
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def weekly(weekday: int, at: str, zone: str = "Europe/London") -> Cadence:
    return Cadence(weekday=weekday, at=time.fromisoformat(at), time_zone=ZoneInfo(zone))


def daily(at: str, zone: str = "Europe/London") -> Cadence:
    return Cadence(weekday=None, at=time.fromisoformat(at), time_zone=ZoneInfo(zone))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "day", "due"),
    [
        pytest.param("09:00", "Europe/London", "2026-07-03", "2026-07-03T08:00", id="summer"),
        pytest.param("09:00", "Europe/London", "2026-11-27", "2026-11-27T09:00", id="winter"),
        pytest.param("01:30", "Europe/London", "2026-03-29", "2026-03-29T01:30", id="skipped-hour"),
        pytest.param("01:30", "Europe/London", "2026-10-25", "2026-10-25T00:30", id="hour-twice"),
        pytest.param("02:30", "America/New_York", "2026-03-08", "2026-03-08T07:30", id="us-spring"),
        pytest.param("01:30", "America/New_York", "2026-11-01", "2026-11-01T05:30", id="us-autumn"),
        pytest.param("02:30", "Asia/Jerusalem", "2026-03-27", "2026-03-27T00:30", id="on-a-friday"),
        pytest.param("09:00", "Europe/Moscow", "2026-03-29", "2026-03-29T06:00", id="never-moves"),
        pytest.param(
            "01:45", "Australia/Lord_Howe", "2026-04-05", "2026-04-04T14:45", id="half-an-hour"
        ),
    ],
)
def test_an_issue_is_due_at_its_local_time(at: str, zone: str, day: str, due: str) -> None:
    period = cadence.period_on(date.fromisoformat(day), daily(at, zone))

    assert period == cadence.Period(moment(due), day)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-11-27", "2026-W48"),
        ("2027-01-01", "2026-W53"),  # the first days of a year may belong to the last
        ("2020-12-31", "2020-W53"),
        ("2024-12-30", "2025-W01"),  # and its last days to the next
        ("2026-01-02", "2026-W01"),
    ],
)
def test_a_week_is_called_by_its_iso_year(day: str, name: str) -> None:
    found = date.fromisoformat(day)

    assert cadence.period_on(found, weekly(found.weekday(), "09:00")).name == name


def test_the_day_of_two_o_clocks_has_one_period() -> None:
    autumn = list(
        cadence.list_due(daily("01:30"), moment("2026-10-24T12:00"), moment("2026-10-25T12:00"))
    )

    assert [period.name for period in autumn] == ["2026-10-25"]


def test_a_period_is_due_from_its_very_second() -> None:
    fridays = weekly(4, "09:00")
    due = moment("2026-11-27T09:00")

    assert cadence.latest_due(fridays, due).name == "2026-W48"
    assert cadence.latest_due(fridays, due - timedelta(microseconds=1)).name == "2026-W47"
    assert cadence.next_due(fridays, due).name == "2026-W49"


@given(cadences, moments)
@settings(max_examples=150)
def test_newest_and_next_enclose_now(appointment: Cadence, now: datetime) -> None:
    newest, upcoming = cadence.latest_due(appointment, now), cadence.next_due(appointment, now)

    assert newest.due_at <= now < upcoming.due_at
    assert newest < upcoming
    assert newest.name < upcoming.name
    between = cadence.list_due(appointment, newest.due_at, upcoming.due_at)
    assert list(between) == [upcoming]


@given(cadences, moments)
@settings(max_examples=100)
def test_periods_follow_one_another_by_day_or_week(appointment: Cadence, now: datetime) -> None:
    due = list(cadence.list_due(appointment, now - timedelta(days=30), now))

    assert len(due) in ((29, 30, 31) if appointment.weekday is None else (4, 5))
    names = [period.name for period in due]
    assert names == sorted(set(names)), "names sort as their periods do, and none comes twice"
    for one, other in pairwise(due):
        drift = other.due_at - one.due_at - cadence.length(appointment)
        assert abs(drift) <= timedelta(hours=1), "clocks move by an hour at most"


@given(cadences, moments)
@settings(max_examples=100)
def test_a_period_is_found_again_by_its_name(appointment: Cadence, now: datetime) -> None:
    period = cadence.latest_due(appointment, now)

    assert cadence.read_period(period.name, appointment) == period


@given(cadences, moments, st.integers(0, 200))
@settings(max_examples=50)
def test_nothing_older_than_the_horizon_is_due(
    appointment: Cadence, now: datetime, days: int
) -> None:
    due = list(cadence.list_due(appointment, now - timedelta(days=days), now))

    assert all(now - cadence.HORIZON < period.due_at <= now for period in due)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "now",
        "2026-11-27",  # a day, and the newsletter is weekly
        "2026-W00",
        "2026-W54",
        "2025-W53",  # that year has 52
        "2026-W48-5",
        "2026-w48",
        "2026-48",
        "2026W48",
        " 2026-W48",
        "2026-W48\n",
        "٢٠٢٦-W48",
        "0000-W01",
    ],
)
def test_a_weekly_newsletter_has_no_such_period(name: str) -> None:
    assert cadence.read_period(name, weekly(4, "09:00")) is None


@pytest.mark.parametrize(
    "name",
    ["2026-W48", "2026-02-30", "20261127", "2026-W48-5", "2026-1-1", "27.11.2026", "0000-01-01"],
)
def test_a_daily_newsletter_has_no_such_period(name: str) -> None:
    assert cadence.read_period(name, daily("09:00")) is None


@pytest.mark.parametrize(
    ("name", "zone"), [("0001-01-01", "Asia/Tokyo"), ("9999-12-31", "America/Los_Angeles")]
)
def test_the_ends_of_the_calendar_hold_no_period(name: str, zone: str) -> None:
    assert cadence.read_period(name, daily("00:00" if name < "1" else "23:00", zone)) is None


@pytest.mark.parametrize(
    ("policy", "minutes", "is_made"),
    [
        (LatePolicy.RUN, 0, True),
        (LatePolicy.RUN, 18 * 60, True),
        (LatePolicy.RUN, 18 * 60 + 1, False),
        (LatePolicy.MERGE, 10, True),
        (LatePolicy.MERGE, 11, False),
    ],
)
def test_a_late_issue_is_made_by_its_policy(
    policy: LatePolicy, minutes: int, is_made: bool
) -> None:
    period = cadence.period_on(date(2026, 11, 27), weekly(4, "09:00"))
    now = period.due_at + timedelta(minutes=minutes)

    assert cadence.should_make(period, period, now, policy, 18) is is_made


def test_only_the_newest_of_several_missed_periods_is_made() -> None:
    fridays = weekly(4, "09:00")
    now = moment("2026-11-27T09:00")
    missed = list(cadence.list_due(fridays, now - timedelta(days=21), now))

    made = [
        period.name
        for period in missed
        if cadence.should_make(period, missed[-1], now, LatePolicy.RUN, 10_000)
    ]

    assert made == ["2026-W48"]
