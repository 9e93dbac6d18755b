"""Which entries the last versions of each published document held, so that a part can be sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa

from dispatch import errors
from dispatch.model.feed import FeedVersion
from dispatch.store import schema, upsert
from dispatch.store.database import Database, Transaction

#: How many versions are remembered of a document: days of a busy newsroom.
KEEP = 50

_table = schema.feed_history

_OF_PATH = _table.c.path == sa.bindparam("of_path")
_OLDEST = (
    sa.select(_table.c.modified_at)
    .where(_OF_PATH)
    .order_by(_table.c.modified_at.desc())
    .offset(KEEP)
    .limit(1)
    .scalar_subquery()
)
_FORGET = sa.delete(_table).where(_OF_PATH, _table.c.modified_at <= _OLDEST)


def add(tx: Transaction, version: FeedVersion, marks: Iterable[str]) -> None:
    """Remember the entries of `version`, and forget versions beyond the last `KEEP`."""
    add_all(tx, [(version, marks)])


def add_all(tx: Transaction, versions: Iterable[tuple[FeedVersion, Iterable[str]]]) -> None:
    """The same for a version of each of several documents."""
    rows = [asdict(version) | {"marks": " ".join(marks)} for version, marks in versions]
    if rows:
        upsert.put_all(tx, _table, rows)
        tx.execute(_FORGET, [{"of_path": row["path"]} for row in rows])


def find_marks(db: Database, path: str, digest: str) -> frozenset[str] | None:
    """The marks of the version called `digest`, or None if it is not known (any more).

    Raises:
        StoreError: the database cannot be asked; feeds are served without it.
    """
    query = sa.select(_table.c.marks).where(_table.c.path == path, _table.c.digest == digest)
    try:
        with db.read() as tx:
            marks = tx.execute(query).scalar_one_or_none()
    except sa.exc.SQLAlchemyError as error:
        raise errors.StoreError(f"feed_history: {error}") from error
    return None if marks is None else frozenset(marks.split())
