"""INSERT that respects what is already there, on both databases."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dispatch.store.database import Transaction

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]

#: How many values one statement brings; far below SQLite's limit (32,766).
_PARAMETERS = 8_000

#: Without it SQLAlchemy forgets how many rows an INSERT made and says -1 on PostgreSQL.
_COUNTED = {"preserve_rowcount": True}


def insert_missing(tx: Transaction, table: sa.Table, rows: Sequence[Row]) -> int:
    """Insert those of `rows` that break no unique constraint; returns how many."""
    if not rows:
        return 0
    before = _insert(tx, table).on_conflict_do_nothing()
    return sum(
        tx.execute(before.values(**row), execution_options=_COUNTED).rowcount for row in rows
    )


def insert_all_missing(tx: Transaction, table: sa.Table, rows: Sequence[Row]) -> None:
    """The same in one statement for all, where nobody asks how many."""
    _insert_all(tx, table, rows, " ON CONFLICT DO NOTHING")


def insert_all(tx: Transaction, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert many rows that name the same columns, and each column that has no server default."""
    _insert_all(tx, table, rows, "")


def _insert_all(tx: Transaction, table: sa.Table, rows: Sequence[Row], otherwise: str) -> None:
    if not rows:
        return
    if tx.dialect.name != "sqlite":
        statement = _insert(tx, table)
        statement = statement.on_conflict_do_nothing() if otherwise else statement
        tx.execute(statement, [dict(row) for row in rows])
        return
    # SQLite's driver takes the rows of executemany one by one, and between two of them another
    # thread takes the interpreter: one statement for many rows is a multiple faster.
    names = tuple(rows[0])
    kinds = [_binder(table.c[name].type, tx.dialect) for name in names]
    place = f"({', '.join('?' * len(names))})"
    head = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES "  # noqa: S608 - our own names
    step = _PARAMETERS // len(names)
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        values = [bind(row[name]) for row in some for name, bind in zip(names, kinds, strict=True)]
        tx.exec_driver_sql(head + ", ".join([place] * len(some)) + otherwise, tuple(values))


def _binder(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], Any]:
    """What makes of a value what the driver takes."""
    return kind.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)


def insert_missing_from(
    tx: Transaction, table: sa.Table, columns: Sequence[str], rows: sa.Select[Any]
) -> int:
    """Insert the result of a query, but for rows that stand already; returns how many were new."""
    statement = _insert(tx, table).from_select(list(columns), rows).on_conflict_do_nothing()
    return tx.execute(statement, execution_options=_COUNTED).rowcount


def count_from(
    tx: Transaction,
    table: sa.Table,
    columns: Sequence[str],
    rows: sa.Select[Any],
    *,
    counter: str,
    version: str,
) -> None:
    """Insert the result of a query; where a row stands, add to `counter` and renew the rest.

    A row whose `version` is not older is left alone, so that the same query counts once.
    """
    keys = [column.name for column in table.primary_key]
    statement = _insert(tx, table).from_select(list(columns), rows)
    changes: dict[str, sa.ColumnElement[Any]] = {
        name: statement.excluded[name] for name in columns if name not in keys
    }
    changes[counter] = table.c[counter] + statement.excluded[counter]
    newer = table.c[version] < statement.excluded[version]
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes, where=newer))


def put(tx: Transaction, table: sa.Table, row: Row) -> None:
    """Insert `row`, or replace the columns it names where its primary key exists."""
    keys = [column.name for column in table.primary_key]
    changes = {name: value for name, value in row.items() if name not in keys}
    statement = _insert(tx, table).values(**row)
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))


def put_all(tx: Transaction, table: sa.Table, rows: Sequence[Row]) -> None:
    """The same for many rows that name the same columns."""
    if rows:
        upsert = _upsert(table, tuple(rows[0]), tx.dialect.name)
        tx.execute(upsert, [dict(row) for row in rows])


@functools.cache
def _upsert(table: sa.Table, names: tuple[str, ...], database: str) -> sa.Insert:
    """Made once for a table and its columns: to make it costs more than to run it for one row."""
    keys = [column.name for column in table.primary_key]
    statement = _insert_on(database, table)
    changes = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def add_to(tx: Transaction, table: sa.Table, row: Row, counter: str) -> None:
    """Insert `row`, or add its `counter` to the one that stands under its primary key."""
    keys = [column.name for column in table.primary_key]
    statement = _insert(tx, table).values(**row)
    total = table.c[counter] + statement.excluded[counter]
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_={counter: total}))


def add_to_from(tx: Transaction, table: sa.Table, rows: sa.Select[Any], counter: str) -> None:
    """`add_to` for the result of a query, whose columns are those of `table`."""
    keys = [column.name for column in table.primary_key]
    # WHERE: without one SQLite takes ON CONFLICT for the condition of a join.
    source = rows if rows.whereclause is not None else rows.where(sa.true())
    statement = _insert(tx, table).from_select([one.name for one in table.columns], source)
    total = table.c[counter] + statement.excluded[counter]
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_={counter: total}))


def _insert(tx: Transaction, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return _insert_on(tx.dialect.name, table)


def _insert_on(database: str, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    if database == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # late: it is large, and most sites have no use

    return postgresql.insert(table)
