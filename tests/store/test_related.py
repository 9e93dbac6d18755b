"""Relations are kept from both sides, trimmed to the best, and found to be missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dispatch.model.article import Entry
from dispatch.rules.related import Relation
from dispatch.store import articles, related


def relation(one: int, other: int, text: float) -> Relation:
    return Relation(article_id=one, other_id=other, sections=0.0, same_author=True, text=text)


def test_a_pair_is_known_from_both_sides_and_said_anew(newsroom: Any) -> None:
    one, two = newsroom.article("https://a.example/1"), newsroom.article("https://a.example/2")
    with newsroom.db.write() as tx:
        assert {number for number, _, _ in related.list_pending(tx, 10)} == {one, two}
        related.put_relations(tx, one, newsroom.now, [relation(one, two, 0.5)])
        assert related.get_relations(tx, [two]) == [relation(two, one, 0.5)]
        related.put_relations(tx, one, newsroom.now, [relation(one, two, 0.7)])
        assert related.get_relations(tx, [one, two]) == [
            relation(one, two, 0.7),
            relation(two, one, 0.7),
        ]
        assert [number for number, _, _ in related.list_pending(tx, 10)] == [two]
        assert [found.id for found in related.read_also(tx, [one], 3)[one]] == [two]
        assert [found.id for found in related.list_earlier(tx, [two], 3)[two]] == [one]


def test_an_article_that_nothing_is_like_is_not_asked_about_again(newsroom: Any) -> None:
    one = newsroom.article("https://a.example/1")
    with newsroom.db.write() as tx:
        related.put_relations(tx, one, newsroom.now, [])
        assert related.list_pending(tx, 10) == []
        assert related.read_also(tx, [one], 3) == {}


def test_what_changed_or_came_back_is_looked_at_again_and_what_was_withdrawn_is_not(
    newsroom: Any,
) -> None:
    one, two = newsroom.article("https://a.example/1"), newsroom.article("https://a.example/2")
    later = newsroom.now + timedelta(hours=1)

    def due(tx: Any) -> list[int]:
        return [number for number, _, _ in related.list_pending(tx, 10)]

    with newsroom.db.write() as tx:
        assert due(tx) == [two, one], "the newest first"
        articles.withdraw_article(tx, two, newsroom.now)
        assert due(tx) == [one]
        related.put_relations(tx, one, newsroom.now, [])
        assert due(tx) == []
        articles.restore_article(tx, two, later)
        assert related.list_pending(tx, 10) == [(two, "en", later)]
        articles.update_article(
            tx,
            one,
            Entry(source_id="1", url="https://a.example/1", title="Changed"),
            source="site",
            language="en",
            sections=["politics"],
            content_hash="changed",
            is_significant=True,
            now=later,
        )
        assert due(tx) == [two, one]
        related.put_relations(tx, one, newsroom.now, [])
        assert due(tx) == [two, one], "it changed while its company was looked for"
        related.put_relations(tx, one, later, [])
        assert due(tx) == [two]


def test_an_outline_has_the_text_without_its_tags(newsroom: Any) -> None:
    one = newsroom.article("https://a.example/1", title="Cranes")
    with newsroom.db.write() as tx:
        tx.exec_driver_sql("UPDATE article SET html = '<p>Ports &amp; <b>cranes</b></p>'")
        (outline,) = related.get_outlines(tx, [one])
        (candidate,) = related.list_candidates(tx, "en", newsroom.now)
    assert outline == candidate
    assert outline.text.split() == ["Ports", "&", "cranes"]
    assert outline.sections == ("politics",)


def test_beside_an_article_in_a_feed_stand_the_best_of_the_earlier_ones(newsroom: Any) -> None:
    ids = [newsroom.article(f"https://a.example/{number}") for number in range(6)]
    newest, texts = ids[-1], (0.7, 0.5, 0.5, 0.9, 0.2)
    with newsroom.db.write() as tx:
        pairs = [relation(newest, one, text) for one, text in zip(ids[:-1], texts, strict=True)]
        related.put_relations(tx, newest, newsroom.now, pairs)
        articles.withdraw_article(tx, ids[3], newsroom.now)
        found = related.list_earlier(tx, ids, 3)
        assert found.keys() == {newest}
        assert [one.id for one in found[newest]] == [ids[0], ids[1], ids[2]]
        assert found[newest][0].url == "https://a.example/0"
        assert found[newest] == related.list_earlier(tx, [newest], 3)[newest]
        assert [one.id for one in related.read_also(tx, ids, 3)[newest]] == ids[:3]
        assert related.list_earlier(tx, ids, 0) == {}
