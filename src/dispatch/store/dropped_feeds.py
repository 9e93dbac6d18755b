"""Feeds that were once published and are no more, and since when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from dispatch.store import feed_bases, schema, upsert
from dispatch.store.database import Transaction

_table = schema.dropped_feed


def follow(tx: Transaction, current: Collection[str], now: datetime) -> None:
    """Note which feeds are missing from `current` since now, and forget those that are back."""
    noted = set(get_all(tx))
    if back := noted & set(current):
        tx.execute(sa.delete(_table).where(_table.c.key.in_(sorted(back))))
    missing = feed_bases.list_keys(tx) - set(current) - noted
    upsert.insert_missing(tx, _table, [{"key": key, "dropped_at": now} for key in sorted(missing)])


def get_all(tx: Transaction) -> dict[str, datetime]:
    """The moment of each, by key."""
    return {row.key: row.dropped_at for row in tx.execute(sa.select(_table))}
