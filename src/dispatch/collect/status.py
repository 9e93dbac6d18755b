"""How every source stands: when it was read, when it is asked again, what is the matter with it.

In: sources, the store, now. Out: a status for each. Never: a change, or a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.model.alarm import Alarm
from dispatch.model.publication import Source
from dispatch.model.source import HoldReason, SourceState
from dispatch.rules import rhythm
from dispatch.store import alarms, quarantine, source_states
from dispatch.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source. `held` counts its entries in quarantine by reason; `alarms` stand."""

    source: str
    kind: str
    place: str
    enabled: bool
    state: SourceState
    usual_gap_seconds: int | None
    held: Mapping[HoldReason, int]
    alarms: tuple[Alarm, ...]


def list_statuses(db: Database, wanted: Sequence[Source]) -> list[SourceStatus]:
    """The status of each source, in the order of the configuration."""
    with db.read() as tx:
        states = source_states.get_states(tx, [source.name for source in wanted])
        held = quarantine.count(tx)
        standing = alarms.list_standing(tx)
    return [
        SourceStatus(
            source=source.name,
            kind=source.kind,
            place=states[source.name].url or source.url or str(source.path or ""),
            enabled=source.enabled,
            state=states[source.name],
            usual_gap_seconds=_seconds(rhythm.usual_gap(states[source.name].arrivals_at)),
            held=held.get(source.name, {}),
            alarms=tuple(one for one in standing if one.subject == source.name),
        )
        for source in wanted
    ]


def word_for(status: SourceStatus, now: datetime) -> str:
    """One word for how a source stands."""
    if not status.enabled:
        return "off"
    if status.state.retired_at:
        return "retired"
    if status.state.failures:
        return "failing"
    if status.state.first_polled_at is None:
        return "never asked"
    next_at = status.state.next_poll_at
    return "due" if next_at is None or next_at <= now else "well"


def _seconds(gap: timedelta | None) -> int | None:
    return int(gap.total_seconds()) if gap is not None else None
