"""Authors in the store: who has a feed, at a cost that follows the authors and not the archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dispatch.model.feed import AuthorShare
from dispatch.store import authors, feed_places, schema
from dispatch.store.database import Database

START = datetime(2020, 1, 1, tzinfo=UTC)
#: So many that neither database would rather read all of them.
ARTICLES = 6_000
AUTHORS = 40


@pytest.fixture
def archive(db: Database) -> Database:
    """An archive in two languages; the last author has written but three articles in English."""
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "uid": f"tag:{number}",
            "group_id": number,
            "source": "site",
            "url": f"https://meridian.example/{number}",
            "language": "ru" if number % 4 == 0 else "en",
            "title": f"Article {number}",
            "authors": [],
            "content_hash": "",
            "published_at": START + timedelta(hours=number),
            **dict.fromkeys(("updated_at", "entered_at", "first_seen_at", "changed_at"), START),
        }
        for number in range(1, ARTICLES + 1)
    ]
    bylines = [
        {"article_id": one["id"], "key": f"ann-{one['id'] % AUTHORS}", "name": "ANN"}
        for one in rows
    ]
    bylines += [{"article_id": n, "key": "zoe", "name": "Zoë"} for n in (1, 2, 3, 4)]
    with db.write() as tx:
        tx.execute(schema.article.insert(), rows)
        tx.execute(schema.article_author.insert(), bylines)
        feed_places.follow(tx, with_authors=True)
        tx.execute(sa.text("ANALYZE"))
    return db


def test_an_author_counts_in_each_language_by_what_stands_there(archive: Database) -> None:
    with archive.write() as tx:
        of_zoe = [one for one in authors.list_authors(tx, ["en", "ru"], 3) if one.key == "zoe"]
        assert of_zoe == [AuthorShare(language="en", key="zoe", name="Zoë")]
        tx.execute(
            sa.update(schema.article).where(schema.article.c.id == 2).values(withdrawn_at=START)
        )
        feed_places.follow(tx, with_authors=True)
        assert "zoe" not in {one.key for one in authors.list_authors(tx, ["en", "ru"], 3)}
        assert len(authors.list_authors(tx, ["en"], 2)) == 31
        assert authors.list_authors(tx, ["de"], 1) == []


def test_the_newest_spelling_is_the_name(archive: Database) -> None:
    newest = sa.and_(
        schema.article_author.c.key == "ann-1", schema.article_author.c.article_id > 5_900
    )
    with archive.write() as tx:
        tx.execute(sa.update(schema.article_author).where(newest).values(name="Ann"))
        names = {one.key: one.name for one in authors.list_authors(tx, ["en"], 3)}
    assert (names["ann-1"], names["ann-2"]) == ("Ann", "ANN")


def test_authors_are_found_without_reading_the_archive(archive: Database) -> None:
    explain = "EXPLAIN QUERY PLAN" if archive.engine.dialect.name == "sqlite" else "EXPLAIN"
    query = sa.text(f"{explain} {authors._SHARES.text}")
    with archive.read() as tx:
        values = {"language": "en", "least": 3, "at": feed_places.AUTHOR}
        plan = "\n".join(str(row) for row in tx.execute(query, values))
    assert "ix_feed_place_newest" in plan
    for whole in ("SCAN article_author", "SCAN feed_place", "Seq Scan"):
        assert whole not in plan, plan
