"""The database opens, refuses, migrates and locks as the rest relies on."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from dispatch import errors
from dispatch.store import database, schema
from dispatch.store.database import Database

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/schema",)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
_UPGRADE = """
import sys
from dispatch.store import database
sys.stdin.read(1)
opened = database.open_database(sys.argv[1])
opened.upgrade()
opened.close()
"""


def add_newsletter(tx: database.Transaction, name: str) -> None:
    tx.execute(sa.insert(schema.newsletter).values(name=name, created_at=NOW))


def count_newsletters(db: Database) -> int:
    with db.read() as tx:
        return int(tx.execute(sa.select(sa.func.count(schema.newsletter.c.id))).scalar_one())


def test_the_migrations_make_exactly_the_tables_of_the_schema(db: Database) -> None:
    with db.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_upgrading_twice_changes_nothing(db: Database) -> None:
    with db.write() as tx:
        add_newsletter(tx, "digest")
    db.upgrade()
    current, head = db.revision()
    assert current == head is not None
    assert count_newsletters(db) == 1


def test_a_database_of_a_newer_program_is_refused(db: Database) -> None:
    with db.write() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(errors.StoreError, match="9999, newer than this program"):
        db.upgrade()


def test_processes_that_start_at_once_upgrade_one_after_the_other(database_url: str) -> None:
    command = [sys.executable, "-c", _UPGRADE, database_url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write(b"go")
        process.stdin.flush()
    complaints = [process.communicate()[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], "\n".join(complaints)
    opened = database.open_database(database_url)
    current, head = opened.revision()
    opened.close()
    assert current == head


def test_a_write_that_fails_leaves_no_trace(db: Database) -> None:
    def fail() -> None:
        with db.write() as tx:
            add_newsletter(tx, "digest")
            raise KeyError("in the middle")

    with pytest.raises(KeyError):
        fail()
    assert count_newsletters(db) == 0


def test_a_dry_run_sees_its_own_changes_and_keeps_none(db: Database) -> None:
    with db.write(dry_run=True) as tx:
        add_newsletter(tx, "digest")
        assert tx.execute(sa.select(schema.newsletter.c.name)).scalar_one() == "digest"
    assert count_newsletters(db) == 0


def test_reading_changes_nothing(db: Database) -> None:
    with db.read() as tx:
        add_newsletter(tx, "digest")
    assert count_newsletters(db) == 0


def test_foreign_keys_are_checked(db: Database) -> None:
    row = {"article_id": 99, "section": "politics", "source": "site", "position": 0}
    with pytest.raises(sa.exc.IntegrityError), db.write() as tx:
        tx.execute(sa.insert(schema.article_section).values(**row))


def test_a_naive_time_is_refused_and_an_aware_one_comes_back_in_utc(db: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="naive"), db.write() as tx:
        tx.execute(
            sa.insert(schema.newsletter).values(name="x", created_at=NOW.replace(tzinfo=None))
        )
    with db.write() as tx:
        add_newsletter(tx, "digest")
        found = tx.execute(sa.select(schema.newsletter.c.created_at)).scalar_one()
    assert found == NOW
    assert found.tzinfo is UTC


def test_writers_wait_for_each_other(db: Database) -> None:
    """Every thread reads a counter and writes it back: a lost update would show."""
    with db.write() as tx:
        add_newsletter(tx, "0")

    def count_up() -> None:
        for _ in range(5):
            with db.write() as tx:
                name = tx.execute(
                    sa.select(schema.newsletter.c.name).with_for_update()
                ).scalar_one()
                tx.execute(sa.update(schema.newsletter).values(name=str(int(name) + 1)))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as tx:
        assert tx.execute(sa.select(schema.newsletter.c.name)).scalar_one() == "20"


def test_sqlite_keeps_a_log_forgets_nothing_and_lets_readers_in_while_one_writes(
    sqlite_url: str,
) -> None:
    db = database.open_database(sqlite_url)
    db.upgrade()
    with db.read() as tx:
        pragmas = {
            name: tx.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with db.write() as tx:
        add_newsletter(tx, "digest")
        assert count_newsletters(db) == 0
    assert count_newsletters(db) == 1
    db.close()


def test_a_writer_on_sqlite_takes_the_lock_before_it_reads(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    db = database.open_database(sqlite_url)
    db.upgrade()
    with db.write(), pytest.raises(sa.exc.OperationalError, match="locked"), db.write():
        pytest.fail("two writers at once")
    db.close()


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    database.open_database(f"sqlite:///{tmp_path}/deep/down/site.db").close()
    assert (tmp_path / "deep" / "down" / "site.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "nosuch://x",
        "postgresql+psycopg://desk:hunter2@127.0.0.1:1/x",
        "postgresql+psycopg://desk:hunter2@127.0.0.1:port/x",
        "sqlite:////proc/nowhere/site.db",
    ],
)
def test_a_database_that_cannot_be_opened_is_told_without_the_password(
    url: str, recwarn: Any
) -> None:
    with pytest.raises(errors.StoreError, match=r"storage\.url: cannot open") as caught:
        database.open_database(url)
    assert "hunter2" not in str(caught.value)
    assert not recwarn.list
