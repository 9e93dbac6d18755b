"""Authors in the store: who wrote which articles, for their feeds.

In: a transaction, names as bylines have them. Out: authors with how much they wrote. Never: a
person's identity beyond the name: two people of one name are one author here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from dispatch.model.article import Author
from dispatch.model.feed import AuthorShare
from dispatch.rules import author_keys
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_author = schema.article_author
_article = schema.article


def put_authors(tx: Transaction, article_id: int, names: Iterable[str]) -> None:
    """What an article's byline says, in place of what it said before."""
    tx.execute(sa.delete(_author).where(_author.c.article_id == article_id))
    _add(tx, {article_id: names})


def add_authors(tx: Transaction, bylines: Mapping[int, Iterable[Author]]) -> None:
    """What the bylines of new articles say."""
    _add(tx, {one: [author.name for author in byline] for one, byline in bylines.items()})


def _add(tx: Transaction, names: Mapping[int, Iterable[str]]) -> None:
    rows = [
        {"article_id": article_id, "key": key, "name": name}
        for article_id, some in names.items()
        for key, name in {
            author_keys.author_key(name): name for name in some if name.strip()
        }.items()
    ]
    upsert.insert_all(tx, _author, rows)


def list_authors(tx: Transaction, least: int) -> list[AuthorShare]:
    """Authors with at least `least` articles in a language, by language and key."""
    count = sa.func.count()
    query = (
        sa.select(_article.c.language, _author.c.key, sa.func.max(_author.c.name).label("name"))
        .join_from(_author, _article)
        .where(_article.c.withdrawn_at.is_(None))
        .group_by(_article.c.language, _author.c.key)
        .having(count >= least)
        .order_by(_article.c.language, _author.c.key)
    )
    return [
        AuthorShare(language=row.language, key=row.key, name=row.name) for row in tx.execute(query)
    ]


def ids_of_newest(tx: Transaction, language: str, key: str, limit: int) -> list[int]:
    """The newest articles of an author in a language, newest first."""
    query = (
        sa.select(_article.c.id)
        .join_from(_author, _article)
        .where(
            _author.c.key == key,
            _article.c.language == language,
            _article.c.withdrawn_at.is_(None),
        )
        .order_by(_article.c.published_at.desc(), _article.c.id.desc())
    )
    return [row.id for row in tx.execute(query.limit(limit))]
