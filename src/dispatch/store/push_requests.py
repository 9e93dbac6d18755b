"""Requests of publishing systems that carried an Idempotency-Key, and what they were answered.

In: a transaction, a key. Out: the earlier request under that key, if there was one.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from dispatch.model.source import PushRequest
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.push_request


def find_request(tx: Transaction, source: str, key: str) -> PushRequest | None:
    """The request of `source` under `key`."""
    where = (_table.c.source == source, _table.c.key == key)
    row = tx.execute(sa.select(_table).where(*where)).one_or_none()
    return PushRequest(**row._asdict()) if row else None


def put_request(tx: Transaction, request: PushRequest) -> None:
    """Remember a request, or its answer."""
    upsert.put(tx, _table, asdict(request))


def remove_request(tx: Transaction, request: PushRequest) -> None:
    """Forget a request that was refused: it may be sent again, mended, under its key."""
    tx.execute(
        sa.delete(_table).where(_table.c.source == request.source, _table.c.key == request.key)
    )


def remove_older(tx: Transaction, moment: datetime) -> None:
    """Forget what came before `moment`."""
    tx.execute(sa.delete(_table).where(_table.c.came_at < moment))
