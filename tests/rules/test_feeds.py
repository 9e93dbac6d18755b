"""Which feeds a publication has, and what each of them shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dispatch.model.article import Article
from dispatch.model.feed import AuthorShare
from dispatch.model.publication import Publication, Section
from dispatch.rules import feed_kinds, feeds

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

PUBLICATION = Publication(
    names={"en": "The Meridian", "ru": "Меридиан"},
    site="https://meridian.example/",
    public_url="https://news.meridian.example/",
    languages={"en": "English", "ru": "Русский"},
    sections=(
        Section(key="foreign-policy", names={"en": "Foreign policy", "ru": "Внешняя политика"}),
        Section(key="culture", names={"en": "Culture", "ru": "Культура"}),
    ),
    time_zone=ZoneInfo("Europe/London"),
    contact="desk@meridian.example",
    tag_authority="meridian.example,2026",
)
FEEDS = {feed.key: feed for feed in feeds.make_feeds(PUBLICATION)}


def make_article(number: int = 1, **changes: object) -> Article:
    article = Article(
        id=number,
        uid=f"tag:meridian.example,2026:article:{number}",
        url=f"https://meridian.example/{number}",
        language="en",
        title="A headline",
        source="site",
        sections=("culture",),
        group_id=number,
        published_at=NOON,
        updated_at=NOON,
        entered_at=NOON,
        first_seen_at=NOON,
    )
    return replace(article, **changes)  # type: ignore[arg-type] # free-form by intent


def test_there_is_a_feed_per_language_per_section_and_one_of_all() -> None:
    assert list(FEEDS) == [
        "en",
        "en/foreign-policy",
        "en/culture",
        "ru",
        "ru/foreign-policy",
        "ru/culture",
        "all",
    ]


def test_each_feed_introduces_itself_in_its_own_language() -> None:
    assert FEEDS["en"].title == "The Meridian"
    assert FEEDS["en/foreign-policy"].title == "The Meridian – Foreign policy"
    assert FEEDS["ru/foreign-policy"].title == "Меридиан – Внешняя политика"
    assert FEEDS["ru/foreign-policy"].subtitle == "Внешняя политика · Русский · meridian.example"
    assert FEEDS["all"].title == "The Meridian / Меридиан – English, Русский"


def test_a_publication_with_one_name_says_it_once_in_the_feed_of_all() -> None:
    one_name = replace(PUBLICATION, names={"en": "Meridian"})
    assert feeds.make_feeds(one_name)[-1].title == "Meridian – English, Русский"


def test_no_two_feeds_share_an_identifier() -> None:
    assert len({feed.uid for feed in FEEDS.values()}) == len(FEEDS)
    assert FEEDS["ru/culture"].uid == "tag:meridian.example,2026:feed:ru/culture"


def test_every_feed_has_a_title_a_subtitle_and_a_page() -> None:
    assert all(feed.title and feed.subtitle and feed.home_url for feed in FEEDS.values())


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("en", True),
        ("en/culture", True),
        ("en/foreign-policy", False),
        ("ru", False),
        ("ru/culture", False),
        ("all", True),
    ],
)
def test_an_article_appears_in_the_feeds_of_its_language_and_sections(
    key: str, *, expected: bool
) -> None:
    assert feeds.shows(FEEDS[key], make_article()) is expected


def test_an_article_without_sections_appears_in_its_language_only() -> None:
    article = make_article(sections=())
    assert [key for key, feed in FEEDS.items() if feeds.shows(feed, article)] == ["en", "all"]


def test_alternates_are_the_same_section_in_the_other_languages() -> None:
    every = tuple(FEEDS.values())
    (alternate,) = feeds.make_alternates(FEEDS["en/culture"], every)
    assert (alternate.language, alternate.key) == ("ru", "ru/culture")
    assert alternate.title == "Меридиан – Культура"
    assert feeds.make_alternates(FEEDS["all"], every) == ()


def test_a_feed_is_described_by_the_newsroom_s_own_line_where_there_is_one() -> None:
    said = replace(PUBLICATION, descriptions={"ru": "Новости границ"})
    found = {feed.key: feed.subtitle for feed in feeds.make_feeds(said)}
    assert found["ru"] == "Новости границ"
    assert found["ru/foreign-policy"] == "Внешняя политика · Новости границ"
    assert found["en"] == FEEDS["en"].subtitle
    share = [AuthorShare(language=one, key="ann", name="Ann") for one in ("en", "ru")]
    english, russian = feed_kinds.make_author_feeds(said, share)
    assert (english.subtitle, russian.subtitle) == ("English", "Новости границ")
