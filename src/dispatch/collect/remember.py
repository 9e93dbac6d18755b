"""Remembers a visit: the state of its source, its server's wish to rest, its alarms.

In: the transaction that keeps the entries, what the visit showed. Out: lines for the operator.
Never: a transaction of its own; validators without their entries would lose articles.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.model.alarm import AlarmKind
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, HoldReason, SourceState
from dispatch.rules import canonical, conscience, polling, rhythm
from dispatch.rules.conscience import Visit
from dispatch.store import alarms, quarantine, source_states
from dispatch.store.database import Transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands of all sources at one moment: read once for many visits that brought nothing."""

    held: Mapping[str, Mapping[HoldReason, int]]
    hours: Mapping[str, datetime]
    alarms: frozenset[tuple[str, AlarmKind]]


def read_standing(tx: Transaction) -> Standing:
    """What is held, until when, and which alarms stand."""
    return Standing(
        held=quarantine.count(tx),
        hours=quarantine.next_hours(tx),
        alarms=frozenset((one.subject, one.kind) for one in alarms.list_standing(tx)),
    )


def note(
    tx: Transaction,
    standing: Standing,
    source: Source,
    state: SourceState,
    harvest: Harvest,
    now: datetime,
    *,
    visit: Visit | None = None,
    dates: Iterable[datetime | None] = (),
    has_new: bool = False,
    ids_are_shared: bool = False,
) -> tuple[SourceState, tuple[str, ...]]:
    """The state after a visit, to be put, and lines for the operator; its alarms are decided.

    `dates` are those of its entries.
    """
    after, line = _after(source, state, harvest, now, visit or Visit())
    if ids_are_shared and not after.ids_are_shared:
        after = replace(after, ids_are_shared=True)
    after = _with_arrivals(after, dates, now, is_first=not state.arrivals_at, has_new=has_new)
    after = replace(after, next_poll_at=_next_poll_at(standing, source, after, harvest, now))
    _rest(tx, source, state, harvest, now)
    _alarm(tx, standing, state, after, visit or Visit(), now)
    if line:
        log.warning("source %s %s", source.name, line)
    return after, ((line,) if line else ())


def clear_flood(tx: Transaction, source: str, now: datetime) -> None:
    """An operator decided what waited."""
    alarms.clear(tx, source, [AlarmKind.FLOOD, AlarmKind.REPAIRS], now)


def _after(
    source: Source, state: SourceState, harvest: Harvest, now: datetime, visit: Visit
) -> tuple[SourceState, str]:
    if harvest.failure:
        return _failed(source, state, harvest, now), ""
    moved, line = polling.after_redirects(state, harvest.moved_to, now)
    is_whole = not harvest.not_modified
    after = replace(
        moved,
        asked_url=source.url,
        last_polled_at=now,
        failures=0,
        last_error="",
        failing_since_at=None,
        retired_at=None,
        cursor=state.cursor if harvest.cursor is None else harvest.cursor,
        # A 304 may come without validators; those we hold are still right (RFC 9110, 15.4.5).
        etag=harvest.etag or (state.etag if harvest.not_modified else None),
        last_modified=harvest.last_modified
        or (state.last_modified if harvest.not_modified else None),
        first_polled_at=state.first_polled_at or now,
        last_success_at=now,
        document_at=now if is_whole else state.document_at,
        timetable=harvest.timetable if is_whole else state.timetable,
        entry_count=visit.entries or state.entry_count,
    )
    if line:  # they belong to the old address
        after = replace(after, etag=None, last_modified=None)
    return after, line


def _failed(source: Source, state: SourceState, harvest: Harvest, now: datetime) -> SourceState:
    return replace(
        state,
        asked_url=source.url,
        last_polled_at=now,
        failures=state.failures + 1,
        last_error=harvest.failure,
        failing_since_at=state.failing_since_at or now,
        retired_at=now if harvest.retired else state.retired_at,
    )


def _with_arrivals(
    after: SourceState,
    dates: Iterable[datetime | None],
    now: datetime,
    *,
    is_first: bool,
    has_new: bool,
) -> SourceState:
    if not has_new:
        return after
    if is_first:
        return replace(after, arrivals_at=rhythm.first_arrivals(dates, now))
    return replace(after, arrivals_at=rhythm.with_arrival(after.arrivals_at, now))


def _next_poll_at(
    standing: Standing, source: Source, after: SourceState, harvest: Harvest, now: datetime
) -> datetime:
    url = after.url or source.url or ""
    wishes = polling.Wishes(
        poll_seconds=source.poll_seconds,
        failures=after.failures,
        rest_seconds=harvest.retry_after_seconds,
        ttl_seconds=harvest.ttl_seconds,
        timetable=after.timetable,
        usual_gap=rhythm.usual_gap(after.arrivals_at),
        silence=rhythm.silence(after.arrivals_at, now),
        is_own=source.path is not None or canonical.host_of(url) in source.allow_hosts,
    )
    regular = polling.next_poll_at(source.name, now, wishes)
    hour = standing.hours.get(source.name) if not after.failures else None
    if hour is None or harvest.retry_after_seconds:
        return regular
    return min(regular, max(hour, now + timedelta(seconds=source.poll_seconds)))


def _rest(
    tx: Transaction, source: Source, state: SourceState, harvest: Harvest, now: datetime
) -> None:
    """A server that asked to be left alone is left alone by every source behind it."""
    if not harvest.retry_after_seconds:
        return
    if host := canonical.host_of(state.url or source.url or ""):
        seconds = min(timedelta(seconds=harvest.retry_after_seconds), polling.LONGEST_REST)
        source_states.put_rest(tx, host, now + seconds)


def _alarm(
    tx: Transaction,
    standing: Standing,
    before: SourceState,
    after: SourceState,
    visit: Visit,
    now: datetime,
) -> None:
    if held := standing.held.get(after.name):
        visit = replace(visit, waiting=_waiting(held))
    decided = conscience.alarms(before, after, visit, now)
    for kind, detail in decided.items():
        if detail:
            alarms.raise_alarm(tx, after.name, kind, detail, now)
    over = [
        kind
        for kind, detail in decided.items()
        if not detail and (after.name, kind) in standing.alarms
    ]
    if over:
        alarms.clear(tx, after.name, over, now)


def _waiting(held: Mapping[HoldReason, int]) -> int:
    """How many held entries wait for an operator."""
    decided = {HoldReason.EMBARGO, HoldReason.DISCARDED}
    return sum(number for reason, number in held.items() if reason not in decided)
