"""What a visit to a source should make its operator know.

In: the state before and after, what the visit showed, now. Out: for each kind of alarm whether its
cause stands, with a sentence; kinds that the visit says nothing about are left as they are.
Never: whether anyone was told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.model.alarm import AlarmKind
from dispatch.model.source import SourceState
from dispatch.rules import rhythm

#: A source that fails for so long is told of; a server may be down for a night.
FAILING_AFTER = timedelta(days=1)

#: Fewer entries of one title are no sign of broken software.
FEWEST_TITLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visit showed. `entries` is None when no document came (304, failure).

    `flooded`, `unrepaired` and `waiting` count entries: held now by the brake, held now for want
    of certainty, and all that wait for an operator.
    """

    entries: int | None = None
    flooded: int = 0
    unrepaired: int = 0
    waiting: int = 0
    is_rebuilt: bool = False
    overflowed: bool = False
    backfilled: int = 0
    has_same_titles: bool = False


def alarms(
    before: SourceState, after: SourceState, visit: Visit, now: datetime
) -> Mapping[AlarmKind, str]:
    """The alarms that this visit decides: kind -> why it stands, or "" where it does not."""
    decided = {
        AlarmKind.RETIRED: _retired(after),
        AlarmKind.FAILING: _failing(after, now),
        AlarmKind.SAME_TITLES: _same_titles(visit),
        AlarmKind.FLOOD: _waiting(visit),
        AlarmKind.SHARED_IDS: _shared_ids(after),
        AlarmKind.SILENT: _silent(after, now),
    }
    if after.failures or visit.entries is None:
        if not visit.has_same_titles:
            del decided[AlarmKind.SAME_TITLES]
        return decided
    return decided | {
        AlarmKind.EMPTY: _empty(before, visit),
        AlarmKind.REBUILT: _rebuilt(visit),
        AlarmKind.REPAIRS: _repairs(visit),
        AlarmKind.OVERFLOW: _overflow(visit),
    }


def has_same_titles(titles: Sequence[str]) -> bool:
    """Whether a whole document has one title."""
    return len(titles) >= FEWEST_TITLES and len(set(titles)) == 1


def _retired(after: SourceState) -> str:
    return "its server answers 410, gone for good; it is not asked any more" if _gone(after) else ""


def _gone(after: SourceState) -> bool:
    return after.retired_at is not None


def _failing(after: SourceState, now: datetime) -> str:
    since = after.failing_since_at
    if since is None or now - since < FAILING_AFTER or _gone(after):
        return ""
    return f"it could not be read since {since:%Y-%m-%d %H:%M} UTC: {after.last_error}"


def _silent(after: SourceState, now: datetime) -> str:
    if not rhythm.is_silent(after.arrivals_at, now) or _gone(after):
        return ""
    last, gap = after.arrivals_at[-1], rhythm.usual_gap(after.arrivals_at)
    hours = round(gap / timedelta(hours=1)) if gap else 0
    return f"nothing new since {last:%Y-%m-%d %H:%M} UTC; its usual gap is {hours} h"


def _empty(before: SourceState, visit: Visit) -> str:
    if visit.entries or not before.entry_count:
        return ""
    return f"its document is empty; the last one held {before.entry_count} entries"


def _same_titles(visit: Visit) -> str:
    return "every entry has the same title; nothing was taken" if visit.has_same_titles else ""


def _waiting(visit: Visit) -> str:
    if not visit.waiting:
        return ""
    return (
        f"{visit.waiting} entries wait in quarantine: look at them and take or discard them with "
        "`dispatch source release`"
    )


def _rebuilt(visit: Visit) -> str:
    return "its identifiers changed at once; nothing was sent anew" if visit.is_rebuilt else ""


def _repairs(visit: Visit) -> str:
    if not visit.unrepaired:
        return ""
    return f"{visit.unrepaired} more entries look like articles that lost their identifiers"


def _shared_ids(after: SourceState) -> str:
    if not after.ids_are_shared:
        return ""
    return "it gave one identifier to several entries; from now on only their addresses count"


def _overflow(visit: Visit) -> str:
    if not visit.overflowed:
        return ""
    found = f"; {visit.backfilled} older entries were fetched" if visit.backfilled else ""
    return f"nothing in its document was known: some articles may have been missed{found}"
