"""What robots.txt of each place said, for a day (RFC 9309, section 2.4).

In: a transaction, origins ("https://news.example"). Out: texts that are fresh. Never: a text that
could not be read: a server in trouble is asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

#: How long a text is believed.
FRESH = timedelta(hours=24)
#: A longer one is not kept but asked for each time.
LONGEST = 64 * 1024

_table = schema.robots_text


def get_texts(tx: Transaction, origins: Collection[str], now: datetime) -> dict[str, str]:
    """The texts that are still believed, by origin."""
    query = sa.select(_table).where(
        _table.c.origin.in_(sorted(origins)), _table.c.read_at > now - FRESH
    )
    return {row.origin: row.text for row in tx.execute(query)}


def put_texts(tx: Transaction, texts: Mapping[str, str], now: datetime) -> None:
    """Keep what was read now; what nobody believes any more goes."""
    for origin, text in texts.items():
        if len(text) <= LONGEST and "\0" not in text:
            upsert.put(tx, _table, {"origin": origin, "text": text, "read_at": now})
    tx.execute(sa.delete(_table).where(_table.c.read_at <= now - FRESH))
