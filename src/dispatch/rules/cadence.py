"""When a newsletter's issues are due, and what their periods are called.

A period is a local date ("2026-11-24") or an ISO week ("2026-W48"), so an hour that comes twice
in autumn or never in spring still makes one issue (design: invariant 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dispatch.model.newsletter import Cadence, LatePolicy

#: How late a run may start before it is called late: a busy minute is not a missed appointment.
PUNCTUAL = timedelta(minutes=10)

#: How far back missed periods are looked for; older ones are history.
HORIZON = timedelta(days=35)

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One period of a cadence and the moment (UTC) at which its issue is due."""

    due_at: datetime
    name: str


def period_on(day: date, cadence: Cadence) -> Period:
    """The period whose issue is due on local `day`.

    Where that local time does not exist (spring), it is due as if the clock had not moved; where
    it exists twice (autumn), at the first.
    """
    local = datetime.combine(day, cadence.at, cadence.time_zone)
    return Period(local.astimezone(UTC), _name(day, cadence))


def read_period(name: str, cadence: Cadence) -> Period | None:
    """The period of `cadence` that is called `name`; None if it has none of that name.

    A weekly cadence knows ISO weeks alone ("2026-W48"), a daily one dates ("2026-11-24").
    """
    try:
        day = _read_day(name, cadence)
        return period_on(day, cadence) if day else None
    except (ValueError, OverflowError):  # 2026-W54, 2026-02-30, or the ends of the calendar
        return None


def list_due(cadence: Cadence, after: datetime, until: datetime) -> Iterator[Period]:
    """The periods due in (after, until], oldest first, at most HORIZON back."""
    start = max(after, until - HORIZON)
    day = start.astimezone(cadence.time_zone).date() - timedelta(days=1)
    last = until.astimezone(cadence.time_zone).date() + timedelta(days=1)
    while day <= last:
        if cadence.weekday in (None, day.weekday()):
            period = period_on(day, cadence)
            if start < period.due_at <= until:
                yield period
        day += timedelta(days=1)


def latest_due(cadence: Cadence, now: datetime) -> Period:
    """The newest period that is due at `now`."""
    *_, newest = list_due(cadence, now - timedelta(days=9), now)
    return newest


def next_due(cadence: Cadence, now: datetime) -> Period:
    """The first period that is due after `now`."""
    return next(list_due(cadence, now, now + timedelta(days=9)))


def length(cadence: Cadence) -> timedelta:
    """How much time one issue covers."""
    return timedelta(days=1 if cadence.weekday is None else 7)


def is_late(period: Period, now: datetime) -> bool:
    """Whether a run for `period` that starts now is late."""
    return now - period.due_at > PUNCTUAL


def should_make(
    period: Period, newest: Period, now: datetime, policy: LatePolicy, late_hours: int
) -> bool:
    """Whether a due period is to be made, by the newsletter's policy for missed ones.

    Only the newest due period is ever made: older ones merge into it, for an issue's window reaches
    back to the last issue that went out.
    """
    if period != newest:
        return False
    if policy is LatePolicy.RUN:
        return now - period.due_at <= timedelta(hours=late_hours)
    return not is_late(period, now)


def _read_day(name: str, cadence: Cadence) -> date | None:
    if cadence.weekday is None:
        return date.fromisoformat(name) if _DAY.fullmatch(name) else None
    week = _WEEK.fullmatch(name)
    return date.fromisocalendar(int(week[1]), int(week[2]), cadence.weekday + 1) if week else None


def _name(day: date, cadence: Cadence) -> str:
    if cadence.weekday is None:
        return day.isoformat()
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"
