"""What each feed was last built from, as a digest: equal means that nothing is to be done."""

from __future__ import annotations

import sqlalchemy as sa

from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.feed_basis


def get_bases(tx: Transaction) -> dict[str, str]:
    """The last basis of every feed, by key."""
    return {row.key: row.basis for row in tx.execute(sa.select(_table))}


def list_keys(tx: Transaction) -> set[str]:
    """The keys of all feeds that were published; notes of another kind end in a slash."""
    return {key for key in get_bases(tx) if not key.endswith("/")}


def find_basis(tx: Transaction, key: str) -> str | None:
    """The last basis of one feed."""
    query = sa.select(_table.c.basis).where(_table.c.key == key)
    return tx.execute(query).scalar_one_or_none()


def put_basis(tx: Transaction, key: str, basis: str) -> None:
    """Remember what the feed called `key` now shows."""
    upsert.put(tx, _table, {"key": key, "basis": basis})


def remove_basis(tx: Transaction, key: str) -> None:
    """Forget a feed that is gone."""
    tx.execute(sa.delete(_table).where(_table.c.key == key))
