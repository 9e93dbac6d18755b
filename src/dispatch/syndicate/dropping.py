"""Lets go of feeds that were once published and no longer are: a section, an author, a newsletter.

In: the keys of all feeds that there are. Out: notes in the store; after some days the files go, and
the feed is answered 410, so that readers forget it. Never at once: a wrong line in a configuration
takes a feed away for an hour, and until then it stands as it was.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from dispatch.render import output
from dispatch.rules import addresses
from dispatch.store import dropped_feeds, feed_bases, feed_versions
from dispatch.store.database import Database, Transaction

#: How long a feed that vanished stands as it was.
GRACE: Final = timedelta(days=7)


def is_gone(dropped_at: datetime, now: datetime) -> bool:
    """Whether a feed that vanished at `dropped_at` is gone for good."""
    return dropped_at <= now - GRACE


def follow(db: Database, folder: Path, current: Collection[str], now: datetime) -> None:
    """Note which feeds are missing from `current`, and take away what is gone for good."""
    with db.write() as tx:
        dropped_feeds.follow(tx, current, now)
        gone = {key for key, at in dropped_feeds.get_all(tx).items() if is_gone(at, now)}
        leaving = gone & feed_bases.list_keys(tx)
        for key in sorted(leaving):
            _remove(tx, folder, key)
            feed_bases.remove_basis(tx, key)


def _remove(tx: Transaction, folder: Path, key: str) -> None:
    for path in feed_versions.list_paths(tx, key):
        if (addresses.current_path(path) or path).rpartition("/")[0] == key:
            output.remove(folder, path)
            _remove_empty(folder, (folder / path).parent)


def _remove_empty(folder: Path, parent: Path) -> None:
    with contextlib.suppress(OSError):  # the first that holds something else ends it
        while parent != folder:
            parent.rmdir()
            parent = parent.parent
