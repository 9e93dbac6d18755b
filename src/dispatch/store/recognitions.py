"""How articles were recognised, whenever something was learnt of them.

In: verdicts. Out: what `why` prints. Never: a row for an entry that says nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

#: How many are shown of one article.
SHOWN = 50

_table = schema.recognition


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """One decision about an article, and by what it was recognised."""

    article_id: int
    seen_at: datetime
    source: str
    decision: str
    step: str
    why: str


def add(tx: Transaction, rows: Sequence[Recognition]) -> None:
    """Keep them."""
    upsert.insert_all(
        tx,
        _table,
        [
            {
                "article_id": one.article_id,
                "seen_at": one.seen_at,
                "source": one.source,
                "decision": one.decision,
                "step": one.step,
                "why": one.why,
            }
            for one in rows
        ],
    )


def list_of(tx: Transaction, article_id: int) -> list[Recognition]:
    """The last ones of an article, oldest first."""
    query = (
        sa.select(_table)
        .where(_table.c.article_id == article_id)
        .order_by(_table.c.id.desc())
        .limit(SHOWN)
    )
    found = [
        Recognition(
            article_id=row.article_id,
            seen_at=row.seen_at,
            source=row.source,
            decision=row.decision,
            step=row.step,
            why=row.why,
        )
        for row in tx.execute(query)
    ]
    return found[::-1]
