"""Articles whose translation is looked for on their page.

In: a transaction. Out: which pages are to be looked at. Never: a look that another process settled.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.translation_search
_article = schema.article


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """An article, where its page is, and how often that was looked at."""

    article_id: int
    source: str
    url: str
    next_look_at: datetime
    looks: int


def begin(tx: Transaction, source: str, articles: Collection[int], now: datetime) -> None:
    """Look for the translations of these."""
    rows = [
        {"article_id": one, "source": source, "next_look_at": now, "looks": 0} for one in articles
    ]
    upsert.insert_all_missing(tx, _table, rows)


def list_due(tx: Transaction, sources: Collection[str], now: datetime) -> list[Search]:
    """What is to be looked at now, longest waiting first, then newest."""
    query = (
        sa.select(_table, _article.c.url)
        .join(_article, _article.c.id == _table.c.article_id)
        .where(_table.c.next_look_at <= now, _article.c.withdrawn_at.is_(None))
        .order_by(_table.c.next_look_at, _table.c.article_id.desc())
    )
    names = set(sources)
    return [Search(**row._asdict()) for row in tx.execute(query) if row.source in names]


def settle(tx: Transaction, search: Search, next_look_at: datetime | None) -> bool:
    """Look again then, or (None) no more; False, and nothing done, where it was settled before."""
    same = sa.and_(
        _table.c.article_id == search.article_id,
        _table.c.looks == search.looks,
    )
    if next_look_at is None:
        return tx.execute(sa.delete(_table).where(same)).rowcount == 1
    change = sa.update(_table).where(same)
    values = {"looks": search.looks + 1, "next_look_at": next_look_at}
    return tx.execute(change.values(**values)).rowcount == 1
