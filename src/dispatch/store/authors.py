"""Authors in the store: who wrote which articles, for their feeds.

In: a transaction, names as bylines have them. Out: authors with how much they wrote. Never: a
person's identity beyond the name: two people of one name are one author here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from dispatch.model.article import Author
from dispatch.model.feed import AuthorShare
from dispatch.rules import author_keys
from dispatch.store import feed_places, schema, upsert
from dispatch.store.database import Transaction

_author = schema.article_author


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


def list_authors(tx: Transaction, languages: Sequence[str], least: int) -> list[AuthorShare]:
    """Authors with at least `least` articles in one of `languages`, by language and key.

    It follows the number of authors, and not of their articles: the keys are found by leaping from
    one to the next in their index, and of the places of each no more are looked at than `least`.
    An author is called as in the newest of these; of two ways to write it the greater, which has
    the fewer capitals.
    """
    return [
        AuthorShare(language=language, key=key, name=name)
        for language in sorted(languages)
        for key, name in tx.execute(
            _SHARES, {"language": language, "least": least, "at": feed_places.AUTHOR}
        )
        if name
    ]


_SHARES: Final = sa.text("""
    WITH RECURSIVE keys(key) AS (
        SELECT min(key) FROM article_author
        UNION ALL
        SELECT (SELECT min(key) FROM article_author WHERE key > keys.key)
        FROM keys WHERE keys.key IS NOT NULL
    )
    SELECT keys.key, (
        SELECT CASE WHEN count(*) >= :least THEN max(name) END
        FROM (
            SELECT article_author.name
            FROM feed_place JOIN article_author
            ON article_author.article_id = feed_place.article_id
            AND article_author.key = keys.key
            WHERE feed_place.section = :at || keys.key AND feed_place.language = :language
            AND feed_place.withdrawn_at IS NULL
            ORDER BY feed_place.published_at DESC, feed_place.article_id DESC
            LIMIT :least
        ) AS newest
    ) AS name
    FROM keys WHERE keys.key IS NOT NULL ORDER BY keys.key
""")
