"""How often a source publishes, and whether it has fallen silent.

In: the moments at which something new came, now. Out: the usual gap, the silence. Never: a verdict
on a source that has not shown a rhythm yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import sub

#: How many arrivals are remembered.
REMEMBERED = 21

#: Fewer gaps than this are no rhythm.
FEWEST_GAPS = 4

#: Nine of ten gaps are not longer than the usual one: nights and weekends belong to a rhythm.
USUAL_SHARE = 0.9

#: A source is silent after so many of its usual gaps, and never within a day.
SILENT_GAPS = 3
SHORTEST_SILENCE = timedelta(days=1)


def with_arrival(arrivals: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """`arrivals`, oldest first, with one more."""
    return tuple(sorted({*arrivals, now})[-REMEMBERED:])


def first_arrivals(dates: Iterable[datetime | None], now: datetime) -> tuple[datetime, ...]:
    """The rhythm that a source's first document shows by its dates."""
    return tuple(sorted({date for date in dates if date and date <= now})[-REMEMBERED:])


def usual_gap(arrivals: Sequence[datetime]) -> timedelta | None:
    """The gap that nine of ten are not longer than, None before there is a rhythm."""
    gaps: list[timedelta] = sorted(map(sub, arrivals[1:], arrivals))
    if len(gaps) < FEWEST_GAPS:
        return None
    return gaps[min(int(len(gaps) * USUAL_SHARE), len(gaps) - 1)]


def silence(arrivals: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long ago the last thing came."""
    return now - arrivals[-1] if arrivals else None


def is_silent(arrivals: Sequence[datetime], now: datetime) -> bool:
    """Whether nothing came for three times the usual gap, and for a day at least."""
    quiet = silence(arrivals, now)
    if quiet is None or quiet <= SHORTEST_SILENCE:
        return False
    gap = usual_gap(arrivals)
    return gap is not None and quiet > SILENT_GAPS * gap
