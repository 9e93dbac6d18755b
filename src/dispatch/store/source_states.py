"""What is remembered of each source between polls: validators, failures, when to come back.

Beside it the servers that asked to be left alone: their word holds for every source behind them.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from dispatch.model.source import SourceState, Timetable
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.source_state
_rest = schema.host_rest

_NAMES = tuple(field.name for field in fields(SourceState))
_values_of = attrgetter(*_NAMES)
#: What is JSON in the table.
_COLLECTIONS = frozenset({"arrivals_at", "strange_labels", "timetable"})


def get_state(tx: Transaction, name: str) -> SourceState:
    """The state of source `name`; a blank one if it was never polled."""
    row = tx.execute(sa.select(_table).where(_table.c.name == name)).one_or_none()
    return _state(row) if row else SourceState(name=name)


def get_states(tx: Transaction, names: Collection[str]) -> dict[str, SourceState]:
    """The states of the sources called `names`, blank ones for those that were never polled."""
    wanted = set(names)
    found = {row.name: _state(row) for row in tx.execute(sa.select(_table)) if row.name in wanted}
    return {name: found.get(name) or SourceState(name=name) for name in names}


def put_state(tx: Transaction, state: SourceState) -> None:
    """Remember `state`; call it in the transaction that keeps the entries, never before."""
    put_states(tx, [state])


def put_states(tx: Transaction, states: Sequence[SourceState]) -> None:
    """The same for many at once."""
    rows = [_row(state) for state in states]
    upsert.put_all(tx, _table, rows)


def put_changes(tx: Transaction, changes: Iterable[tuple[SourceState, SourceState]]) -> None:
    """The same for pairs of what stood when it was read, and what is to stand: for quiet visits.

    Only columns that differ are written. Where somebody else noted a visit meanwhile, the whole
    state is, as ever: two halves of different visits never stand together.
    """
    whole: list[SourceState] = []
    alike: dict[tuple[str, ...], list[tuple[SourceState, SourceState]]] = defaultdict(list)
    for known, state in changes:
        names = _changed(known, state)
        if known.last_polled_at is None or not _COLLECTIONS.isdisjoint(names):
            whole.append(state)
        elif names:
            alike[names].append((known, state))
    for names, pairs in alike.items():
        rows = [
            {
                "known_name": known.name,
                "known_at": known.last_polled_at,
                **{name: getattr(state, name) for name in names},
            }
            for known, state in pairs
        ]
        if tx.execute(_update(names), rows).rowcount != len(pairs):
            whole.extend(state for _, state in pairs)
    put_states(tx, whole)


def _changed(known: SourceState, state: SourceState) -> tuple[str, ...]:
    values = zip(_NAMES, _values_of(known), _values_of(state), strict=True)
    return tuple(name for name, before, after in values if before != after)


@functools.cache
def _update(names: tuple[str, ...]) -> sa.Update:
    """Made once for the columns that change: to make it costs more than to run it for one row."""
    known = (
        _table.c.name == sa.bindparam("known_name"),
        _table.c.last_polled_at == sa.bindparam("known_at"),
    )
    return sa.update(_table).where(*known).values({name: sa.bindparam(name) for name in names})


def _row(state: SourceState) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(_NAMES, _values_of(state), strict=True))
    row["arrivals_at"] = [moment.isoformat() for moment in state.arrivals_at]
    row["strange_labels"] = list(state.strange_labels)
    row["timetable"] = {name: wish for name, wish in asdict(state.timetable).items() if wish}
    return row


def get_rests(tx: Transaction, now: datetime) -> dict[str, datetime]:
    """The hosts that are to be left alone, and until when."""
    query = sa.select(_rest).where(_rest.c.until_at > now)
    return {row.host: row.until_at for row in tx.execute(query)}


def put_rest(tx: Transaction, host: str, until_at: datetime) -> None:
    """Leave `host` alone until then."""
    upsert.put(tx, _rest, {"host": host, "until_at": until_at})


def _state(row: sa.Row[Any]) -> SourceState:
    values = row._asdict()
    arrivals = tuple(map(datetime.fromisoformat, values["arrivals_at"]))
    labels = tuple(values["strange_labels"])
    return SourceState(
        **{
            **values,
            "arrivals_at": arrivals,
            "strange_labels": labels,
            "timetable": _timetable(values["timetable"]),
        }
    )


def _timetable(data: Mapping[str, Any]) -> Timetable:
    return Timetable(
        ttl_seconds=data.get("ttl_seconds"),
        skip_hours=tuple(data.get("skip_hours", ())),
        skip_days=tuple(data.get("skip_days", ())),
    )
