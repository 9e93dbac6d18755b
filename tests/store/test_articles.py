"""Articles: one identity for ever, groups of translations, and listings by window and feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.model.article import Article, Author, Enclosure, Entry, Image
from dispatch.rules import canonical, identity
from dispatch.store import articles, translations

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/upsert",)

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
EN, RU, DE = (f"https://news.example/{language}/a" for language in ("en", "ru", "de"))

Newsroom = Any


def get(newsroom: Newsroom, article_id: int) -> Article:
    with newsroom.db.read() as tx:
        return articles.get_articles(tx, [article_id])[article_id]


def claim(newsroom: Newsroom, article_id: int, *urls: str) -> None:
    with newsroom.db.write() as tx:
        keys = [canonical.match_key(url) for url in urls]
        translations.put_claims(tx, {article_id: keys})


def languages_of(newsroom: Newsroom, article_id: int) -> list[str]:
    return [other.language for other in get(newsroom, article_id).translations]


def update(newsroom: Newsroom, article_id: int, *, significant: bool, title: str = "New") -> None:
    entry = Entry(source_id=EN, url=EN, title=title)
    with newsroom.db.write() as tx:
        articles.update_article(
            tx,
            article_id,
            entry,
            source="site",
            language="en",
            sections=("culture", "politics"),
            content_hash="other",
            is_significant=significant,
            now=LATER,
        )


# --- Identity --------------------------------------------------------------------------------


def test_an_article_is_minted_with_a_uid_that_holds_only_its_number(newsroom: Newsroom) -> None:
    article_id = newsroom.article(EN)
    article = get(newsroom, article_id)
    assert article.uid == f"tag:news.example,2026:article:{article_id}"
    assert article.group_id == article_id
    assert article.sections == ("politics",)
    assert article.published_at == article.entered_at == NOW


def test_an_article_comes_back_with_everything_that_was_put_in(newsroom: Newsroom) -> None:
    entry = Entry(
        source_id="7",
        url=EN,
        title="Ветер",
        standfirst="A line",
        html="<p>x</p>",
        authors=(Author(name="Ann"), Author(name="Bob", url="https://bob.example/")),
        image=Image(url="https://news.example/i.jpg", alt="wind", width=3, height=2),
        enclosures=(Enclosure(url="https://news.example/i.mp3", media_type="audio/mpeg"),),
    )
    with newsroom.db.write() as tx:
        article_id = articles.add_article(
            tx,
            entry,
            source="site",
            language="ru",
            sections=("b", "a"),
            content_hash="h",
            entered_at=NOW,
            now=NOW,
            tag_authority="news.example,2026",
        )
    article = get(newsroom, article_id)
    assert (article.title, article.standfirst, article.html) == ("Ветер", "A line", "<p>x</p>")
    assert (article.authors, article.image) == (entry.authors, entry.image)
    assert article.enclosures == entry.enclosures
    assert article.sections == ("b", "a")


def test_any_name_finds_the_article_and_a_taken_name_stays(newsroom: Newsroom) -> None:
    first, second = newsroom.article(EN), newsroom.article(RU, language="ru")
    moved = ("url", canonical.match_key("http://www.old.example/a/"))
    with newsroom.db.write() as tx:
        articles.add_aliases(tx, {first: [moved]})
        articles.add_aliases(tx, {second: [moved]})
        known = articles.find_known(tx, [moved, ("url", "nobody.example/x")])
        names = [str(first), f"tag:news.example,2026:article:{first}", EN, "https://old.example/a"]
        found = [articles.find_article(tx, name) for name in names]
        assert articles.find_article(tx, "²") is None
        assert articles.find_article(tx, "https://nobody.example/") is None
    assert {key: one.article_id for key, one in known.items()} == {moved: first}
    assert [article.id for article in found if article] == [first] * 4


def test_many_names_are_looked_up_in_pieces(newsroom: Newsroom) -> None:
    article_id = newsroom.article(EN)
    keys = [("url", f"news.example/{number}") for number in range(1000)]
    with newsroom.db.write() as tx:
        articles.add_aliases(tx, {article_id: keys})
        assert len(articles.find_known(tx, keys)) == 1000


@pytest.mark.parametrize("significant", [True, False])
def test_a_change_moves_updated_only_if_readers_must_know(
    newsroom: Newsroom, significant: bool
) -> None:
    article_id = newsroom.article(EN)
    before = get(newsroom, article_id)
    update(newsroom, article_id, significant=significant)
    after = get(newsroom, article_id)
    assert after.title == "New"
    assert after.sections == ("culture", "politics")
    assert after.updated_at == (LATER if significant else NOW)
    assert (after.uid, after.published_at, after.entered_at) == (
        before.uid,
        before.published_at,
        before.entered_at,
    )


def test_a_second_source_adds_its_sections_behind_the_others(newsroom: Newsroom) -> None:
    article_id = newsroom.article(EN)
    with newsroom.db.write() as tx:
        articles.put_sections(tx, article_id, "wire", ("world", "politics"), first=100)
    assert get(newsroom, article_id).sections == ("politics", "world")


def test_a_source_that_changes_its_mind_changes_its_own_word_only(newsroom: Newsroom) -> None:
    article_id = newsroom.article(EN)
    with newsroom.db.write() as tx:
        articles.put_sections(tx, article_id, "wire", ("world", "politics"), first=100)
    update(newsroom, article_id, significant=False)
    assert get(newsroom, article_id).sections == ("culture", "politics", "world")


# --- Withdrawal ------------------------------------------------------------------------------


def test_a_withdrawn_article_is_only_a_tombstone_but_keeps_its_names(newsroom: Newsroom) -> None:
    gone, stays = newsroom.article(EN), newsroom.article(RU, language="ru")
    claim(newsroom, gone, RU)
    with newsroom.db.write() as tx:
        articles.withdraw_article(tx, gone, LATER)
        newest = articles.list_newest(tx, language=None, section=None, limit=9)
        entered = articles.list_entered(tx, NOW, LATER)
        stones = articles.list_withdrawn(tx, language="en", section="politics", since=LATER)
        assert articles.list_withdrawn(tx, language="ru", section=None, since=NOW) == []
        known = articles.find_known(tx, identity.keys_of(Entry(source_id=EN, url=EN), "site"))
        assert articles.count_articles(tx) == {"ru": 1}
    assert [article.id for article in newest] == [article.id for article in entered] == [stays]
    assert [(stone.id, stone.withdrawn_at) for stone in stones] == [(gone, LATER)]
    assert {one.is_withdrawn for one in known.values()} == {True}
    assert languages_of(newsroom, stays) == []
    update(newsroom, gone, significant=False)
    assert get(newsroom, gone).withdrawn_at is None
    assert languages_of(newsroom, stays) == ["en"]


# --- Listings --------------------------------------------------------------------------------


def test_a_window_holds_its_start_and_not_its_end(newsroom: Newsroom) -> None:
    article_id = newsroom.article(EN)
    second = timedelta(microseconds=1)
    with newsroom.db.read() as tx:
        assert [one.id for one in articles.list_entered(tx, NOW, NOW + second)] == [article_id]
        assert articles.list_entered(tx, NOW - second, NOW) == []


def test_a_feed_lists_the_newest_of_its_language_and_section(newsroom: Newsroom) -> None:
    ids = [newsroom.article(f"{EN}{number}") for number in range(3)]
    newsroom.article(RU, language="ru")
    with newsroom.db.read() as tx:
        newest = articles.list_newest(tx, language="en", section="politics", limit=2)
        assert articles.list_newest(tx, language="en", section="culture", limit=2) == []
    assert [article.id for article in newest] == [ids[2], ids[1]]
