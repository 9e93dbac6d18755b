"""The last good answer of each box's feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.article import Entry
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.box_feed
#: All that a box shows of an entry.
_TEXTS = ("source_id", "url", "title", "standfirst", "place")
_MOMENTS = ("published_at", "starts_at")


def get_entries(tx: Transaction, url: str) -> list[Entry]:
    """What the feed at `url` said last; nothing if it was never heard."""
    row = tx.execute(sa.select(_table.c.entries).where(_table.c.url == url)).one_or_none()
    return [_read(one) for one in row.entries] if row else []


def put_entries(tx: Transaction, url: str, entries: Sequence[Entry], now: datetime) -> None:
    """Remember what the feed at `url` says now."""
    kept = [_write(entry) for entry in entries]
    upsert.put(tx, _table, {"url": url, "fetched_at": now, "entries": kept})


def _write(entry: Entry) -> Mapping[str, Any]:
    moments = {name: getattr(entry, name) for name in _MOMENTS}
    texts = {name: getattr(entry, name) for name in _TEXTS}
    return texts | {name: one.isoformat() if one else None for name, one in moments.items()}


def _read(row: Mapping[str, Any]) -> Entry:
    fields: dict[str, Any] = {name: row[name] for name in _TEXTS}
    for name in _MOMENTS:
        fields[name] = datetime.fromisoformat(row[name]) if row[name] else None
    return Entry(**fields)
