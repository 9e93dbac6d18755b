"""Alarms in the store: raised, seen again, cleared, told.

In: a transaction, a subject (a source's name). Out: alarms. Never: a second telling; `told_at` is
set in the transaction of whoever told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.alarm import Alarm, AlarmKind
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.alarm


def raise_alarm(tx: Transaction, subject: str, kind: AlarmKind, detail: str, now: datetime) -> None:
    """Say that the cause stands. One that stands already is seen again, and is not told again."""
    row = tx.execute(_one(subject, kind)).one_or_none()
    if row is not None and row.cleared_at is None:
        again = sa.update(_table).where(_table.c.subject == subject, _table.c.kind == kind.value)
        tx.execute(again.values(detail=detail, last_seen_at=now))
        return
    fresh = {
        "subject": subject,
        "kind": kind.value,
        "detail": detail,
        "since": now,
        "last_seen_at": now,
        "told_at": None,
        "cleared_at": None,
        "cleared_told_at": None,
    }
    upsert.put(tx, _table, fresh)


def clear(tx: Transaction, subject: str, kinds: Collection[AlarmKind], now: datetime) -> None:
    """Say that the causes are gone."""
    standing = sa.update(_table).where(
        _table.c.subject == subject,
        _table.c.kind.in_([kind.value for kind in kinds]),
        _table.c.cleared_at.is_(None),
    )
    tx.execute(standing.values(cleared_at=now))


def list_standing(tx: Transaction) -> list[Alarm]:
    """Every alarm that stands, oldest first."""
    query = sa.select(_table).where(_table.c.cleared_at.is_(None))
    return [_alarm(row) for row in tx.execute(query.order_by(_table.c.since, _table.c.subject))]


def list_untold(tx: Transaction) -> list[Alarm]:
    """What the operator has not been told: alarms that stand, and told ones that are over."""
    is_new = sa.and_(_table.c.told_at.is_(None), _table.c.cleared_at.is_(None))
    is_over = sa.and_(
        _table.c.told_at.is_not(None),
        _table.c.cleared_at.is_not(None),
        _table.c.cleared_told_at.is_(None),
    )
    query = sa.select(_table).where(sa.or_(is_new, is_over))
    return [_alarm(row) for row in tx.execute(query.order_by(_table.c.subject, _table.c.kind))]


def put_told(tx: Transaction, told: Sequence[Alarm], now: datetime) -> None:
    """The operator knows of these."""
    for one in told:
        row = sa.update(_table).where(
            _table.c.subject == one.subject,
            _table.c.kind == one.kind.value,
            _table.c.since == one.since,
        )
        field = "cleared_told_at" if one.cleared_at else "told_at"
        tx.execute(row.values({field: now}))


def _one(subject: str, kind: AlarmKind) -> sa.Select[Any]:
    return sa.select(_table).where(_table.c.subject == subject, _table.c.kind == kind.value)


def _alarm(row: sa.Row[Any]) -> Alarm:
    fields = row._asdict()
    return Alarm(**{**fields, "kind": AlarmKind(fields["kind"])})
