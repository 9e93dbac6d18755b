"""The sums of polls by day, file and kind of reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from dispatch.model.feed_poll import FeedPolls
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

#: How long sums are kept.
KEEP_DAYS = 400

_table = schema.feed_polls

#: What adds up from flush to flush; what is the day's own takes the greater (a process that starts
#: anew counts its visitors anew).
_SUMS = ("polls", "current", "full")
_GREATEST = ("visitors", "hammering", "ignoring", "seen_at")


def add(tx: Transaction, counted: Iterable[FeedPolls], today: date) -> None:
    """Add sums to those that stand, and forget those of long ago."""
    for one in counted:
        row = asdict(one)
        before = tx.execute(
            sa.select(_table).where(
                *(_table.c[name] == row[name] for name in ("day", "path", "reader", "feed_id"))
            )
        ).one_or_none()
        if before is not None:
            kept = before._asdict()
            row |= {name: kept[name] + row[name] for name in _SUMS}
            row |= {name: max(kept[name], row[name]) for name in _GREATEST}
        upsert.put(tx, _table, row)
    oldest = today - timedelta(days=KEEP_DAYS)
    tx.execute(sa.delete(_table).where(_table.c.day < oldest))


def list_days(tx: Transaction, first: date) -> list[FeedPolls]:
    """The sums of every day from `first` on, latest first."""
    query = sa.select(_table).where(_table.c.day >= first).order_by(_table.c.seen_at.desc())
    return [FeedPolls(**row._asdict()) for row in tx.execute(query)]


def list_since(tx: Transaction, since: datetime) -> list[FeedPolls]:
    """The sums of readers that were seen since a moment, latest first."""
    query = sa.select(_table).where(_table.c.seen_at >= since).order_by(_table.c.seen_at.desc())
    return [FeedPolls(**row._asdict()) for row in tx.execute(query)]
