"""What the last versions of a document held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatch import errors
from dispatch.model.feed import FeedVersion
from dispatch.store import feed_history
from dispatch.store.database import Database

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def version(number: int, path: str = "en/atom.xml") -> FeedVersion:
    moment = NOW + timedelta(seconds=number)
    return FeedVersion(path=path, digest=f"v{number}", modified_at=moment)


def test_the_last_fifty_versions_of_each_path_are_kept(db: Database) -> None:
    with db.write() as tx:
        feed_history.add(tx, version(0, "ru/atom.xml"), ["x"])
        for number in range(feed_history.KEEP + 5):
            feed_history.add(tx, version(number), [f"a{number}", "b"])
    known = [
        feed_history.find_marks(db, "en/atom.xml", f"v{number}") is not None
        for number in range(feed_history.KEEP + 5)
    ]
    assert known == [False] * 5 + [True] * feed_history.KEEP
    assert feed_history.find_marks(db, "en/atom.xml", "v9") == frozenset({"a9", "b"})
    assert feed_history.find_marks(db, "ru/atom.xml", "v0") == frozenset({"x"})


def test_bytes_that_come_back_are_the_newest_version_again(db: Database) -> None:
    with db.write() as tx:
        feed_history.add(tx, version(1), ["a"])
        feed_history.add(tx, FeedVersion(path="en/atom.xml", digest="v1", modified_at=NOW), ["a"])
    assert feed_history.find_marks(db, "en/atom.xml", "v1") == frozenset({"a"})


def test_a_version_without_entries_is_known(db: Database) -> None:
    with db.write() as tx:
        feed_history.add(tx, version(1), [])
    assert feed_history.find_marks(db, "en/atom.xml", "v1") == frozenset()


def test_a_database_that_is_away_is_told_as_such(db: Database) -> None:
    with db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE feed_history RENAME TO gone")
    with pytest.raises(errors.StoreError):
        feed_history.find_marks(db, "en/atom.xml", "v1")
