"""What was last published at each path: the digest, and a modification time that only rises."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict

import sqlalchemy as sa

from dispatch.model.feed import FeedVersion
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.feed_version


def get_versions(tx: Transaction) -> dict[str, FeedVersion]:
    """The last version of every path."""
    return {row.path: FeedVersion(**row._asdict()) for row in tx.execute(sa.select(_table))}


def find_versions(tx: Transaction, paths: Collection[str]) -> dict[str, FeedVersion]:
    """The last version of those of `paths` that were ever published; at most some hundred paths."""
    query = sa.select(_table).where(_table.c.path.in_(sorted(paths)))
    return {row.path: FeedVersion(**row._asdict()) for row in tx.execute(query)}


def list_paths(tx: Transaction, key: str) -> list[str]:
    """Every path that was ever published below the folder `key`."""
    below = _table.c.path.startswith(f"{key}/", autoescape=True)
    return list(tx.execute(sa.select(_table.c.path).where(below)).scalars())


def put_version(tx: Transaction, version: FeedVersion) -> None:
    """Remember what now stands at a path."""
    put_versions(tx, [version])


def put_versions(tx: Transaction, versions: Iterable[FeedVersion]) -> None:
    """The same for many, in one statement."""
    upsert.put_all(tx, _table, [asdict(version) for version in versions])
