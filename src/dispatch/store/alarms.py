"""Alarms in the store: raised, seen again, cleared, told.

In: a transaction, a subject (a source's name). Out: alarms. Never: a second telling; `told_at` is
set in the transaction of whoever told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from dispatch.model.alarm import Alarm, AlarmKind
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

#: The ways of telling: where it is kept that an alarm was told, and that its end was.
Way: TypeAlias = tuple[str, str]
MAIL: Final[Way] = ("told_at", "cleared_told_at")
WEBHOOK: Final[Way] = ("posted_at", "cleared_posted_at")

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
        "posted_at": None,
        "cleared_posted_at": None,
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


def list_untold(tx: Transaction, way: Way) -> list[Alarm]:
    """What was not told by this way: alarms that stand, and told ones that are over."""
    told, over_told = (_table.c[name] for name in way)
    is_new = sa.and_(told.is_(None), _table.c.cleared_at.is_(None))
    is_over = sa.and_(told.is_not(None), _table.c.cleared_at.is_not(None), over_told.is_(None))
    query = sa.select(_table).where(sa.or_(is_new, is_over))
    return [_alarm(row) for row in tx.execute(query.order_by(_table.c.subject, _table.c.kind))]


def put_told(tx: Transaction, told: Sequence[Alarm], way: Way, now: datetime) -> None:
    """These were told by this way."""
    for one in told:
        row = sa.update(_table).where(
            _table.c.subject == one.subject,
            _table.c.kind == one.kind.value,
            _table.c.since == one.since,
        )
        begun, over = way
        tx.execute(row.values({over if one.cleared_at else begun: now}))


def _one(subject: str, kind: AlarmKind) -> sa.Select[Any]:
    return sa.select(_table).where(_table.c.subject == subject, _table.c.kind == kind.value)


def _alarm(row: sa.Row[Any]) -> Alarm:
    fields = row._asdict()
    return Alarm(**{**fields, "kind": AlarmKind(fields["kind"])})
