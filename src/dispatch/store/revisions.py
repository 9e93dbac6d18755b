"""Knows which revision of the schema a database has, and brings it to this program's.

In: a transaction. Out: names of revisions, a schema that is up to date. Never: Alembic at the start
of a program whose database needs nothing; to import it takes as long as many a command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dispatch import errors
from dispatch.store import triggers

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_TABLE: Final = "alembic_version"


def current(tx: Connection) -> str | None:
    """The revision of the database; None for one that is empty."""
    if not sa.inspect(tx).has_table(_TABLE):
        return None
    return tx.execute(sa.text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608 - ours


def head() -> str:
    """The newest revision that this program knows."""
    return max(_known())


def is_current(tx: Connection) -> bool:
    """Whether the database needs nothing."""
    return current(tx) == head() and triggers.stand(tx)


def upgrade(tx: Connection) -> None:
    """Bring the schema to this program's revision.

    Raises:
        StoreError: the database is newer than this program.
    """
    found = current(tx)
    if found is not None and found not in _known():
        message = f"storage.url: the database is at revision {found}, newer than this program"
        raise errors.StoreError(message)
    if found != head():
        _migrate(tx)
    triggers.install(tx)


def _known() -> frozenset[str]:
    """The revisions of this program: what the files of its migrations begin with."""
    files = (_MIGRATIONS / "versions").glob("[0-9]*.py")
    return frozenset(path.name.partition("_")[0] for path in files)


def _migrate(tx: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
