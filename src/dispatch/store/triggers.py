"""Makes the database itself note which articles have changed, whoever changed them.

In: a connection to a database whose tables stand. Out: triggers, where they are missing. Never: a
decision; `store.feed_places` follows what they note. SQLite loses the triggers of a table that a
migration makes anew, so they are looked after at each start and not by a migration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

#: Table -> its column with the article.
_WATCHED: Final = {"article": "id", "article_section": "article_id"}
#: Event -> which version of the row names the article.
_EVENTS: Final = {"insert": "NEW", "update": "NEW", "delete": "OLD"}

_NOTE: Final = (
    "INSERT INTO article_change (article_id, changes) VALUES ({article}, 1) "
    "ON CONFLICT (article_id) DO UPDATE SET changes = article_change.changes + 1;"
)


def stand(connection: Connection) -> bool:
    """Whether no trigger is missing."""
    return not _wanted().keys() - _list_names(connection)


def install(connection: Connection) -> None:
    """Make the triggers that are missing."""
    statements = _for_sqlite if connection.dialect.name == "sqlite" else _for_postgresql
    known = _list_names(connection)
    for name, (table, event) in _wanted().items():
        if name not in known:
            for statement in statements(name, table, event):
                connection.exec_driver_sql(statement)


def _wanted() -> dict[str, tuple[str, str]]:
    """Name of each trigger -> its table and event."""
    return {f"note_{table}_{event}": (table, event) for table in _WATCHED for event in _EVENTS}


def _list_names(connection: Connection) -> set[str]:
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name != "sqlite":
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return {row[0] for row in connection.execute(sa.text(names))}


def _note(table: str, event: str) -> str:
    return _NOTE.format(article=f"{_EVENTS[event]}.{_WATCHED[table]}")


def _for_sqlite(name: str, table: str, event: str) -> Iterator[str]:
    yield f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {_note(table, event)} END"


def _for_postgresql(name: str, table: str, event: str) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {_note(table, event)} RETURN NULL; END $$"
    )
    yield (f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
