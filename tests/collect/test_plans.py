"""What a round of collecting costs follows what it brings, and never the archive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from newsroom import Newsroom
from sqlalchemy import event

from dispatch.store.database import Database

#: Tables that grow with the archive.
GROWING = (
    "article",
    "article_alias",
    "article_author",
    "article_section",
    "article_word",
    "recognition",
    "related",
    "translation_claim",
)
_SCAN = re.compile(rf"SCAN ({'|'.join(GROWING)})\b(?! USING COVERING INDEX \S+ \()")
#: An index of which only a column with few values is used: half the archive, or all of it.
_COARSE = re.compile(rf"SEARCH ({'|'.join(GROWING)}) .*\((?:kind|language|source|section)=\?\)$")


@contextmanager
def statements(db: Database) -> Iterator[dict[str, Any]]:
    """Every statement that is run meanwhile, with parameters that it had."""
    found: dict[str, Any] = {}

    def note(*args: Any) -> None:
        _connection, _cursor, statement, parameters, _context, is_many = args
        found.setdefault(statement, parameters[0] if is_many else parameters)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def costly(db: Database, run: dict[str, Any]) -> dict[str, list[str]]:
    """The statements that look at a whole table which grows, with the steps that do."""
    found = {}
    with db.read() as tx:
        for statement, parameters in run.items():
            if not statement.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
                continue
            plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[3] for row in plan]
            bad = [step for step in steps if _SCAN.search(step) or _COARSE.search(step)]
            if bad:
                found[statement] = bad
    return found


@pytest.fixture
def newsroom(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Newsroom]:
    opened = Newsroom(tmp_path / "site", migrated_sqlite_url)
    yield opened
    opened.close()


def test_no_statement_of_a_round_looks_at_the_whole_archive(newsroom: Newsroom) -> None:
    original = newsroom.article("Cranes of the corridor", sections=["economy"])
    newsroom.article("Краны коридора", language="ru", translation_of=original)
    newsroom.article("Long treaties")
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.article("Ports of the corridor", sections=["economy"])
    newsroom.article("Порты коридора", language="ru", translation_of="Ports of the corridor")
    newsroom.article("Long treaties", text="Another paragraph.")
    with statements(newsroom.app.db) as run:
        (report,) = newsroom.collect().articles.sources
    assert (report.new, report.changed) == (2, 1)
    assert costly(newsroom.app.db, run) == {}


def test_what_looks_at_every_name_is_found_out(newsroom: Newsroom) -> None:
    db = newsroom.app.db
    with statements(db) as run, db.read() as tx:
        tx.exec_driver_sql("SELECT article_id FROM article_alias WHERE key = ?", ("a",))
        tx.exec_driver_sql(
            "SELECT key FROM article_alias WHERE kind = ? AND article_id IN (1, 2)", ("url",)
        )
        tx.exec_driver_sql("SELECT key FROM article_alias WHERE kind = ? AND key = ?", ("a", "b"))
    assert len(costly(db, run)) == 2
