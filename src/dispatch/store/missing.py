"""Articles that left the middle of their feed, and what its last document showed.

In: a transaction. Out: which pages are to be looked at. Never: a look that was settled before; two
collectors may look at once, and only the first one's word is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from dispatch.model.source import Missing
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.missing_article
_window = schema.feed_window
_article = schema.article


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An article whose page is to be looked at. `is_withdrawn` is what its row says now."""

    missing: Missing
    url: str
    is_withdrawn: bool

    @property
    def source(self) -> str:
        """The name of its source."""
        return self.missing.source


def get_window(tx: Transaction, source: str) -> tuple[int, ...]:
    """The articles that the last document of a feed showed, newest first."""
    found = tx.execute(sa.select(_window.c.articles).where(_window.c.source == source))
    return tuple(found.scalar_one_or_none() or ())


def put_window(tx: Transaction, source: str, shown: Sequence[int]) -> None:
    """Remember what the document shows now."""
    upsert.put(tx, _window, {"source": source, "articles": list(shown)})


def add(tx: Transaction, found: Sequence[Missing]) -> None:
    """Begin to look for articles; those that are looked for already stay as they are."""
    upsert.insert_all_missing(tx, _table, [asdict(one) for one in found])


def settle(tx: Transaction, before: Missing, after: Missing | None) -> bool:
    """Put `after` in the place of `before`; False, and nothing done, where that is gone."""
    same = sa.and_(
        _table.c.article_id == before.article_id,
        _table.c.next_look_at == before.next_look_at,
        _table.c.looks == before.looks,
    )
    change = sa.update(_table).where(same).values(**asdict(after)) if after else None
    statement = sa.delete(_table).where(same) if change is None else change
    return tx.execute(statement).rowcount == 1


def remove(tx: Transaction, articles: Collection[int]) -> None:
    """They are there: nothing is to be looked for."""
    if articles:
        tx.execute(sa.delete(_table).where(_table.c.article_id.in_(sorted(articles))))


def list_due(tx: Transaction, sources: Collection[str], now: datetime) -> list[Due]:
    """What is to be looked at now, longest waiting first, then newest."""
    query = (
        sa.select(_table, _article.c.url, _article.c.withdrawn_at.label("is_gone"))
        .join(_article, _article.c.id == _table.c.article_id)
        .where(_table.c.next_look_at <= now)
        .order_by(_table.c.next_look_at, _table.c.article_id.desc())
    )
    names = set(sources)
    return [_due(row) for row in tx.execute(query) if row.source in names]


def _due(row: sa.Row[tuple[object, ...]]) -> Due:
    values = row._asdict()
    url, gone_at = (values.pop(name) for name in ("url", "is_gone"))
    return Due(missing=Missing(**values), url=url, is_withdrawn=gone_at is not None)
