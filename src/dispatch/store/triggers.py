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


def install(connection: Connection) -> None:
    """Make the triggers that are missing."""
    is_sqlite = connection.dialect.name == "sqlite"
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if not is_sqlite:
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    known = {row[0] for row in connection.execute(sa.text(names))}
    statements = _for_sqlite if is_sqlite else _for_postgresql
    for table, column in _WATCHED.items():
        for event, version in _EVENTS.items():
            name = f"note_{table}_{event}"
            if name not in known:
                for statement in statements(name, table, event, f"{version}.{column}"):
                    connection.exec_driver_sql(statement)


def _for_sqlite(name: str, table: str, event: str, article: str) -> Iterator[str]:
    note = _NOTE.format(article=article)
    yield f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {note} END"


def _for_postgresql(name: str, table: str, event: str, article: str) -> Iterator[str]:
    note = _NOTE.format(article=article)
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {note} RETURN NULL; END $$"
    )
    yield (f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
