"""What editors decided about top reads: made, lifted, and never forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.ranking import Ruling, RulingKind
from dispatch.store import schema
from dispatch.store.database import Transaction

_ruling = schema.ranking_ruling


def add_ruling(
    tx: Transaction,
    article_id: int,
    kind: RulingKind,
    *,
    by: str,
    reason: str,
    until: date | None,
    now: datetime,
) -> Ruling:
    """Write down a decision."""
    row = {
        "article_id": article_id,
        "kind": kind.value,
        "made_by": by,
        "reason": reason,
        "until_day": until,
        "made_at": now,
    }
    added = tx.execute(sa.insert(_ruling).returning(_ruling.c.id), row).scalar_one()
    made = tx.execute(sa.select(_ruling).where(_ruling.c.id == added)).one()
    return _ruling_of(made)


def lift_rulings(
    tx: Transaction,
    article_id: int,
    kinds: Sequence[RulingKind],
    *,
    by: str,
    reason: str,
    now: datetime,
) -> int:
    """End what stands about an article; returns how many decisions that were."""
    standing = sa.and_(
        _ruling.c.article_id == article_id,
        _ruling.c.lifted_at.is_(None),
        _ruling.c.kind.in_([one.value for one in kinds]),
    )
    change = sa.update(_ruling).where(standing)
    lifted = change.values(lifted_at=now, lifted_by=by, lifted_because=reason)
    return tx.execute(lifted).rowcount


def get_standing(tx: Transaction, day: date) -> Mapping[int, Sequence[Ruling]]:
    """What holds on `day`, by article, in the order in which it was decided."""
    holds = sa.or_(_ruling.c.until_day.is_(None), _ruling.c.until_day >= day)
    query = sa.select(_ruling).where(_ruling.c.lifted_at.is_(None), holds).order_by(_ruling.c.id)
    found: dict[int, list[Ruling]] = defaultdict(list)
    for row in tx.execute(query):
        found[row.article_id].append(_ruling_of(row))
    return dict(found)


def list_rulings(
    tx: Transaction, article_id: int | None = None, *, limit: int = 200
) -> list[Ruling]:
    """The audit trail, newest first, of one article or of all."""
    query = sa.select(_ruling)
    if article_id is not None:
        query = query.where(_ruling.c.article_id == article_id)
    return [_ruling_of(row) for row in tx.execute(query.order_by(_ruling.c.id.desc()).limit(limit))]


def _ruling_of(row: sa.Row[Any]) -> Ruling:
    return Ruling(
        id=row.id,
        article_id=row.article_id,
        kind=RulingKind(row.kind),
        by=row.made_by,
        reason=row.reason,
        made_at=row.made_at,
        until=row.until_day,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
        lifted_because=row.lifted_because,
    )
