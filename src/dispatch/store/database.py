"""Opens the database, hands out transactions, and brings the schema up to date.

In: a SQLAlchemy URL. Out: `Database`, with `read()` and `write()` transactions that the other
modules of this package take as their first argument. Never: a query about a noun.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from dispatch import errors
from dispatch.store import revisions

#: What verbs pass to the functions of this package.
Transaction = Connection

#: How long a writer waits for another one (SQLite has one writer at a time).
BUSY_SECONDS = 30

_UPGRADE_TURN = 0x64697370  # "disp": two nodes that start at once migrate one after the other
#: What two nodes, or a push and a poll, bring at once is recognised one after the other: neither
#: would see that the other mints the same article.
MINTING_TURN = 0x6D696E74


class Database:
    """A SQLite file (WAL, one writer) or a PostgreSQL database; the same statements run on both."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that changes nothing."""
        with self.engine.connect() as connection:
            yield connection
            connection.rollback()

    @contextlib.contextmanager
    def write(self, *, dry_run: bool = False) -> Iterator[Transaction]:
        """A transaction that commits at the end of the block, or leaves no trace.

        It leaves none if the block raises, and none in a dry run, which does all but the commit.
        """
        with self.engine.connect() as connection:
            writer = connection.execution_options(dispatch_write=True)
            with writer.begin() as transaction:
                yield writer
                if dry_run:
                    transaction.rollback()

    def upgrade(self) -> None:
        """Bring the schema to this program's revision; refuse one that is newer.

        A database that needs nothing is only looked at: a start waits for no writer.
        """
        with self.read() as tx:
            if revisions.is_current(tx):
                return
        with self.write() as tx:
            take_turn(tx, _UPGRADE_TURN)
            revisions.upgrade(tx)

    def revision(self) -> tuple[str | None, str]:
        """(the database's revision, this program's revision)."""
        with self.read() as tx:
            return revisions.current(tx), revisions.head()

    def answers(self) -> bool:
        """Whether the database can be read at this moment and holds our tables."""
        try:
            with self.read() as tx:
                return revisions.current(tx) is not None
        except sa.exc.SQLAlchemyError:
            return False

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def take_turn(tx: Transaction, turn: int) -> None:
    """Wait until no other transaction holds `turn`, and hold it to the end of this one.

    SQLite has one writer at a time anyway.
    """
    if tx.dialect.name != "sqlite":
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": turn})


def open_database(url: str) -> Database:
    """Connect to `url`, making the folder of a SQLite file; raises StoreError if it cannot be."""
    try:
        address = sa.make_url(url)
        engine = _sqlite_engine(address) if address.get_backend_name() == "sqlite" else _engine(url)
        with engine.connect():
            pass
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError, ValueError) as error:
        message = f"storage.url: cannot open {_shown(url)}: {error}"
        raise errors.StoreError(message) from error
    return Database(engine)


def _shown(url: str) -> str:
    """`url` without its password; nothing of one that cannot be taken apart."""
    try:
        return sa.make_url(url).render_as_string()
    except (sa.exc.ArgumentError, ValueError):
        return "what stands there"


def _engine(url: str) -> Engine:
    return sa.create_engine(url, pool_pre_ping=True, pool_size=10)


def _sqlite_engine(address: sa.URL) -> Engine:
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, connect_args={"timeout": BUSY_SECONDS}, pool_size=10)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Take transactions into our own hands; the ledger may not forget a commit (FULL)."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: a late upgrade of a reader's lock cannot wait, it fails."""
    is_write = connection.get_execution_options().get("dispatch_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")
