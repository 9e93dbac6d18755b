"""Where the links of mails lead: to the article, unless an editor has led them elsewhere."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_link = schema.article_link
_article = schema.article


def find_target(tx: Transaction, article_id: int) -> str | None:
    """The address behind `article_id` today; None for an article that never was."""
    target = sa.func.coalesce(_link.c.url, _article.c.url)
    query = sa.select(target).select_from(_article.outerjoin(_link))
    found: str | None = tx.execute(query.where(_article.c.id == article_id)).scalar_one_or_none()
    return found


def put_target(
    tx: Transaction, article_id: int, url: str, *, now: datetime, by: str, note: str
) -> None:
    """Lead the links of an article to `url`, in every mail that ever went out."""
    row = {"article_id": article_id, "url": url, "made_at": now, "by": by, "note": note}
    upsert.put(tx, _link, row)


def remove_target(tx: Transaction, article_id: int) -> bool:
    """Lead them to the article's own address again; returns whether they led elsewhere."""
    gone = sa.delete(_link).where(_link.c.article_id == article_id)
    return tx.execute(gone).rowcount == 1
