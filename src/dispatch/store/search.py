"""Finds articles by words of their headline, standfirst and byline, on both databases alike.

In: a transaction, stems (`rules.words`). Out: ids, newest first. Never: the body of an article,
whose words would weigh more than all else in the database; or a language of queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from dispatch.model.article import Entry
from dispatch.rules import words
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_word = schema.article_word
_article = schema.article


def put_words(tx: Transaction, article_id: int, entry: Entry) -> None:
    """What an article can be found by, in place of what it could before."""
    tx.execute(sa.delete(_word).where(_word.c.article_id == article_id))
    add_words(tx, {article_id: entry})


def add_words(tx: Transaction, entries: Mapping[int, Entry]) -> None:
    """What new articles can be found by."""
    rows = [
        {"article_id": article_id, "word": word}
        for article_id, entry in entries.items()
        for word in words.stems(_text(entry))
    ]
    upsert.insert_all(tx, _word, rows)


def _text(entry: Entry) -> str:
    names = " ".join(author.name for author in entry.authors)
    return f"{entry.title} {entry.standfirst} {names}"


def find(tx: Transaction, stems: Sequence[str], language: str, limit: int) -> list[int]:
    """The newest articles in `language` that have all of `stems`."""
    if not stems:
        return []
    having = (
        sa.select(_word.c.article_id)
        .where(_word.c.word.in_(stems))
        .group_by(_word.c.article_id)
        .having(sa.func.count() == len(set(stems)))
    )
    query = (
        sa.select(_article.c.id)
        .where(
            _article.c.id.in_(having),
            _article.c.language == language,
            _article.c.withdrawn_at.is_(None),
        )
        .order_by(_article.c.published_at.desc(), _article.c.id.desc())
    )
    return [row.id for row in tx.execute(query.limit(limit))]
