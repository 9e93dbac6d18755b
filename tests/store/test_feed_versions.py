"""What stands at each path, replaced whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dispatch.model.feed import FeedVersion
from dispatch.store import feed_versions
from dispatch.store.database import Database

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_the_last_version_of_each_path_is_kept(db: Database) -> None:
    old = FeedVersion(path="en/atom.xml", digest="a", modified_at=NOW)
    new = FeedVersion(path="en/atom.xml", digest="b", modified_at=NOW + timedelta(seconds=1))
    other = FeedVersion(path="ru/atom.xml", digest="a", modified_at=NOW)
    with db.write() as tx:
        assert feed_versions.get_versions(tx) == {}
        for version in (old, other, new):
            feed_versions.put_version(tx, version)
    with db.read() as tx:
        assert feed_versions.get_versions(tx) == {new.path: new, other.path: other}
