"""Decides when an article is gone: it was missed twice, a quarter of an hour apart.

In: what was missed before, what was looked for now and not found, now. Out: what stays under
suspicion, and what is gone. Never: takes one bad moment of a server for a withdrawal, or the end of
a feed's window for a word about what fell off it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.model.source import Missing

#: A deployment or a full disk makes every page a 404 for some minutes.
APART = timedelta(minutes=15)

#: When the page of an article that left the middle of its feed is looked at again, after a look
#: that found it there: a cache shows what was taken back for some hours more.
WHILE_THERE = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
#: After a look that did not find it, or none that told anything.
WHILE_MISSED = (
    APART,
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=72),
)
#: After it was withdrawn: a page may come back that its feed does not show any more.
WHILE_WITHDRAWN = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=14),
)

#: So many articles of one document are looked after; more of them were not taken back, but moved.
MOST_MISSING = 20


#: A document of which more neighbours than this share stand against its order is in none: one that
#: is ordered by updates shows a few of them.
MOST_DISORDER = 0.25


class Look(StrEnum):
    """What a look at a page found."""

    THERE = "there"  #: the page answers
    GONE = "gone"  #: it is not found, or leads home
    UNKNOWN = "unknown"  #: the server is in trouble, or closes the page to us


class Fate(StrEnum):
    """What a look means for an article."""

    NONE = "none"  #: nothing, or nothing yet
    WITHDRAWN = "withdrawn"  #: it is taken back
    RETURNED = "returned"  #: it was taken back and is there again


def judge(
    missed: Mapping[str, datetime],
    *,
    found: Iterable[str],
    absent: Iterable[str],
    now: datetime,
) -> tuple[dict[str, datetime], tuple[str, ...]]:
    """(since when each name is missed, names that are gone).

    What was found is under no suspicion any more; what was not looked for keeps its moment.
    """
    present = set(found)
    since = {name: at for name, at in missed.items() if name not in present}
    gone = []
    for name in absent:
        first = since.setdefault(name, now)
        if now - first >= APART:
            gone.append(name)
    return since, tuple(gone)


def newest_first(shown: Sequence[int], dates: Sequence[datetime | None]) -> tuple[int, ...]:
    """The articles of a document from its new end to its old one, whichever way it runs.

    Nothing for one that runs by something else than time (a list of what is read most): what it
    leaves out proves nothing.
    """
    known = [date for date in dates if date]
    rising = sum(one < other for one, other in itertools.pairwise(known))
    falling = sum(one > other for one, other in itertools.pairwise(known))
    if min(rising, falling) > (rising + falling) * MOST_DISORDER:
        return ()
    return tuple(reversed(shown)) if rising > falling else tuple(shown)


def vanished(before: Sequence[int], shown: Sequence[int]) -> tuple[int, ...]:
    """The articles of one document that the next one leaves out though it reaches further back.

    Both are given newest first. What falls off the old end was pushed out by what is new; what is
    missing before an article that is still shown was taken out.
    """
    present, earlier = set(shown), set(before)
    common = [at for at, one in enumerate(before) if one in present]
    if not common:  # nor is there any where the next one is in no order
        return ()
    reaches_further = shown[-1] not in earlier
    window = before if reaches_further else before[: common[-1]]
    return tuple(one for one in window if one not in present)[:MOST_MISSING]


def after_look(one: Missing, look: Look, now: datetime) -> tuple[Missing | None, Fate]:
    """What is remembered after a look (None: nothing more is to be looked for), and what it means.

    Gone twice, a quarter of an hour apart, without a look between that found it, is withdrawn.
    """
    if look is Look.UNKNOWN:
        return _later(one, now), Fate.NONE
    if one.withdrawn_at:
        return (None, Fate.RETURNED) if look is Look.THERE else (_later(one, now), Fate.NONE)
    if look is Look.THERE:
        found = replace(one, missed_at=None, looks=0) if one.missed_at else one
        return _later(found, now), Fate.NONE
    if one.missed_at is None:
        return _later(replace(one, missed_at=now, looks=0), now), Fate.NONE
    if now - one.missed_at < APART:
        return replace(one, next_look_at=one.missed_at + APART), Fate.NONE
    return _later(replace(one, withdrawn_at=now, looks=0), now), Fate.WITHDRAWN


def _later(one: Missing, now: datetime) -> Missing | None:
    """The next look; None after the last of its row."""
    waits: tuple[timedelta, ...] = WHILE_THERE
    if one.withdrawn_at:
        waits = WHILE_WITHDRAWN
    elif one.missed_at:
        waits = WHILE_MISSED
    if one.looks >= len(waits):
        return None
    return replace(one, looks=one.looks + 1, next_look_at=now + waits[one.looks])
