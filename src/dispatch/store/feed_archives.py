"""The months of a feed's history: which documents it has, and which must be looked at again.

In: a transaction. Out: months. A mark is a reason to look; it is taken back only by whoever saw it,
so that none is lost between two processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dispatch.store import schema
from dispatch.store.database import Transaction

_table = schema.feed_archive


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMonth:
    """A month of the history of one language, whole (section "") or by section."""

    language: str
    section: str
    month: int
    marks: int
    is_over: bool
    documents: int
    bases: tuple[str, ...]


def close_months(tx: Transaction, current: int) -> None:
    """Mark the months before `current` that were still running when they were last looked at."""
    over = sa.and_(_table.c.is_over.is_(sa.false()), _table.c.month < current)
    tx.execute(sa.update(_table).where(over).values(is_over=True, marks=_table.c.marks + 1))


def mark_all(tx: Transaction) -> None:
    """Mark every month: all documents may have to change."""
    tx.execute(sa.update(_table).values(marks=_table.c.marks + 1))


def mark(tx: Transaction, one: ArchivedMonth) -> None:
    """Mark a month: something of it is not as it should be."""
    tx.execute(_update(one).values(marks=_table.c.marks + 1))


def mark_feed(tx: Transaction, language: str, section: str) -> None:
    """Mark every month of one feed."""
    mine = sa.and_(_table.c.language == language, _table.c.section == section)
    tx.execute(sa.update(_table).where(mine).values(marks=_table.c.marks + 1))


def list_after(tx: Transaction, key: tuple[str, str, int], limit: int) -> list[ArchivedMonth]:
    """The first months behind (language, section, month) that have a document, of any feed."""
    columns = (_table.c.language, _table.c.section, _table.c.month)
    query = sa.select(_table).where(sa.tuple_(*columns) > sa.tuple_(*key), _table.c.documents > 0)
    return [_month_of(row) for row in tx.execute(query.order_by(*columns).limit(limit))]


def mark_neighbours(tx: Transaction, one: ArchivedMonth) -> None:
    """Mark the months before and after `one`: their documents name those of `one`."""
    for near in (find_before(tx, one), find_after(tx, one)):
        if near:
            tx.execute(_update(near).values(marks=_table.c.marks + 1))


def list_marked(tx: Transaction) -> list[ArchivedMonth]:
    """Every month that must be looked at, by feed, oldest first."""
    query = sa.select(_table).where(_table.c.marks > 0)
    order = (_table.c.language, _table.c.section, _table.c.month)
    return [_month_of(row) for row in tx.execute(query.order_by(*order))]


def put_documents(tx: Transaction, one: ArchivedMonth, documents: int) -> None:
    """Say how many documents a month has: others link to them."""
    tx.execute(_update(one).values(documents=documents))


def settle(tx: Transaction, one: ArchivedMonth, bases: Sequence[str]) -> None:
    """Say what the documents of a month were built from, and take back the marks that were seen."""
    values = {"bases": list(bases), "marks": _table.c.marks - one.marks}
    tx.execute(_update(one).values(**values))


def find_newest(tx: Transaction, language: str, section: str) -> ArchivedMonth | None:
    """The newest month that has a document."""
    mine = sa.and_(_table.c.language == language, _table.c.section == section)
    return _first(tx, sa.select(_table).where(mine), _table.c.month.desc())


def find_before(tx: Transaction, one: ArchivedMonth) -> ArchivedMonth | None:
    """The month with a document before `one`, in the same feed."""
    return _first(tx, _same_feed(one).where(_table.c.month < one.month), _table.c.month.desc())


def find_after(tx: Transaction, one: ArchivedMonth) -> ArchivedMonth | None:
    """The month with a document after `one`, in the same feed."""
    return _first(tx, _same_feed(one).where(_table.c.month > one.month), _table.c.month.asc())


def _same_feed(one: ArchivedMonth) -> sa.Select[Any]:
    mine = sa.and_(_table.c.language == one.language, _table.c.section == one.section)
    return sa.select(_table).where(mine)


def _first(
    tx: Transaction, query: sa.Select[Any], order: sa.UnaryExpression[int]
) -> ArchivedMonth | None:
    row = tx.execute(query.where(_table.c.documents > 0).order_by(order).limit(1)).first()
    return _month_of(row) if row else None


def _update(one: ArchivedMonth) -> sa.Update:
    key = (one.language, one.section, one.month)
    columns = (_table.c.language, _table.c.section, _table.c.month)
    return sa.update(_table).where(
        *(column == value for column, value in zip(columns, key, strict=True))
    )


def _month_of(row: sa.Row[Any]) -> ArchivedMonth:
    return ArchivedMonth(**{**row._asdict(), "bases": tuple(row.bases)})
