"""Feeds of authors, newsletters, rankings and partners: there when they have something to show."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import feedparser
import pytest
import sqlalchemy as sa
from lxml import etree
from newsroom import Newsroom

from dispatch.model.feed import MEDIA_TYPES, Feed, FeedKind
from dispatch.render import feeds
from dispatch.rules import feed_lint
from dispatch.store import articles, schema

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "render/issue_body",
    "render/opml",
    "rules/feed_kinds",
    "syndicate/layout",
)

SETTINGS = """
[feeds]
author_articles = 2
summaries = ["en/economy"]

[[feeds.partners]]
name = "zen"
kind = "dzen"
languages = ["ru"]

[[feeds.partners]]
name = "feedly"
kind = "feedly"
languages = ["en", "ru"]
sections = ["economy"]

[publication.marks]
logo = "https://meridian.example/logo.svg"
accent = "0b57a4"
"""


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    """A newsroom with two English articles of one author, one Russian, and partners."""
    path = newsroom.root / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + SETTINGS, encoding="utf-8")
    newsroom.app.close()
    newsroom.app = newsroom.open_app()
    newsroom.article("Treaties", sections=["foreign-policy"])
    newsroom.article("Trade & tariffs", authors=["MARIA  Lindqvist", "Ben Okafor"])
    newsroom.article("Договоры", language="ru", authors=["Мария Орлова"])
    newsroom.collect()
    return newsroom


def parsed(room: Newsroom, path: str) -> Any:
    feed = feedparser.parse(io.BytesIO((room.root / "feeds" / path).read_bytes()))
    assert not feed.bozo
    return feed


def with_an_issue(room: Newsroom) -> Newsroom:
    """Somebody reads, it is Friday, and the issue goes out."""
    with room.app.db.write() as tx:
        for article in room.articles():
            counts = {(article.id, date(2026, 11, 25)): 9}
            add_reads(tx, counts)
    room.reader("ann", language="en")
    room.friday()
    room.deliver()
    return room


def add_reads(tx: Any, counts: dict[Any, int]) -> None:
    rows = [
        {"article_id": article_id, "day": day, "origin": "site", "reads": number}
        for (article_id, day), number in counts.items()
    ]
    tx.execute(schema.read_count.insert(), rows)


def test_every_file_of_every_kind_is_valid(room: Newsroom) -> None:
    with_an_issue(room)
    listed = room.app.feeds.list_addresses()
    kinds = {one.feed.kind.value for one in listed}
    assert kinds == {"articles", "author", "newsletter", "top-reads", "partner"}
    for one in listed:
        body = (room.root / "feeds" / one.path).read_bytes()
        faults = feed_lint.lint(
            body, url=one.url, media_type=MEDIA_TYPES[one.format], now=room.clock.now()
        )
        # The partner wants words that the W3C's validator does not know.
        wanted = {"UnknownNamespace"} if one.feed.about == "feedly" else set()
        assert {fault.code for fault in faults} <= wanted, (one.path, faults)


def test_an_author_who_has_written_enough_has_a_feed(room: Newsroom) -> None:
    feed = parsed(room, "en/authors/maria-lindqvist/atom.xml")
    assert feed.feed.title == "The Meridian – Maria Lindqvist"
    assert {entry.title for entry in feed.entries} == {"Treaties", "Trade & tariffs"}
    assert not (room.root / "feeds/en/authors/ben-okafor").exists()
    assert not (room.root / "feeds/ru/authors").exists()


def test_an_author_s_feed_follows_a_change_of_the_byline(room: Newsroom) -> None:
    room.later(hours=1)
    room.article("Trade & tariffs", authors=["Ben Okafor"])
    room.article("Treaties", sections=["foreign-policy"], authors=["Ben Okafor"])
    room.collect()
    keys = {one.feed.key for one in room.app.feeds.list_addresses()}
    assert "en/authors/ben-okafor" in keys
    assert "en/authors/maria-lindqvist" not in keys


def test_an_issue_that_went_out_is_an_entry_with_its_page_and_its_words(room: Newsroom) -> None:
    assert not (room.root / "feeds/en/newsletters").exists()
    with_an_issue(room)
    (entry,) = parsed(room, "en/newsletters/weekly/rss.xml").entries
    assert entry.id == "tag:meridian.example,2026:issue:weekly:2026-W48:en"
    assert entry.link == "http://127.0.0.1:8025/issues/weekly/2026-W48/en"
    html = entry.content[0].value
    assert "Trade &amp; tariffs</a>" in html
    assert "Support us" in html
    for word in ("<table", "style=", "class=", "xslot", "Unsubscribe", "/u/"):
        assert word not in html
    assert parsed(room, "en/newsletters/weekly/rss.xml").feed.title == "The Meridian Weekly"


def test_an_issue_that_nobody_was_sent_is_no_entry(room: Newsroom) -> None:
    room.reader("ann", language="en")
    room.later(days=3)
    assert room.app.issues.compose("weekly").issue is not None
    room.app.feeds.syndicate()
    assert not (room.root / "feeds/en/newsletters").exists()


def test_the_ranking_of_a_week_is_one_entry_with_an_identifier_of_its_own(room: Newsroom) -> None:
    with_an_issue(room)
    (entry,) = parsed(room, "en/top-reads/atom.xml").entries
    assert entry.id == "tag:meridian.example,2026:top-reads:weekly:2026-W48:en"
    assert entry.title == "Most read this week – November 27, 2026"
    assert entry.content[0].value.startswith("<ol>\n<li>") or "<ol><li>" in entry.content[0].value
    assert 'href="http://127.0.0.1:8400/en/treaties/"' in entry.content[0].value


def test_a_feed_may_have_standfirsts_alone(room: Newsroom) -> None:
    (entry,) = parsed(room, "en/economy/rss.xml").entries
    assert "content" not in entry
    assert entry.summary == "Maria Lindqvist on trade & tariffs"
    (whole,) = [e for e in parsed(room, "en/rss.xml").entries if e.title == entry.title]
    assert "A paragraph." in whole.content[0].value


def test_a_partner_s_feed_has_articles_of_its_sections_and_days_only(room: Newsroom) -> None:
    assert [e.title for e in parsed(room, "en/partners/feedly/rss.xml").entries] == [
        "Trade & tariffs"
    ]
    assert [e.title for e in parsed(room, "ru/partners/zen/rss.xml").entries] == ["Договоры"]
    assert not (room.root / "feeds/ru/partners/zen/atom.xml").exists()
    room.later(days=4)
    room.app.feeds.syndicate()
    assert parsed(room, "ru/partners/zen/rss.xml").entries == []


def test_feedly_is_told_of_logo_and_colour_and_nobody_else_is(room: Newsroom) -> None:
    feedly = (room.root / "feeds/en/partners/feedly/atom.xml").read_bytes()
    root = etree.fromstring(feedly)
    assert root.findtext("{http://webfeeds.org/rss/1.0}accentColor") == "0b57a4"
    assert root.findtext("{http://webfeeds.org/rss/1.0}logo") == "https://meridian.example/logo.svg"
    assert b"webfeeds" not in (room.root / "feeds/en/atom.xml").read_bytes()


def test_a_list_of_feeds_names_every_feed_of_its_language(room: Newsroom) -> None:
    with_an_issue(room)
    tree = etree.parse(room.root / "feeds/ru/feeds.opml")
    listed = {one.get("xmlUrl") for one in tree.iter("outline") if one.get("xmlUrl")}
    ours = {
        one.url
        for one in room.app.feeds.list_addresses("ru")
        if one.path.endswith("rss.xml") and one.feed.kind.value != "partner"
    }
    assert listed == ours
    assert tree.findtext("head/title") == "Меридиан"
    whole = etree.parse(room.root / "feeds/feeds.opml")
    urls = {one.get("xmlUrl") for one in whole.iter("outline")}
    assert ours < urls
    assert "http://127.0.0.1:8025/feeds/all/rss.xml" in urls
    assert {one.get("type") for one in whole.iter("outline") if one.get("xmlUrl")} == {"rss"}


def test_a_rebuild_without_a_change_writes_nothing(room: Newsroom) -> None:
    with_an_issue(room)
    room.app.feeds.syndicate()
    room.later(hours=1)
    report = room.app.feeds.syndicate()
    assert (report.written, report.failures) == ((), ())


@pytest.fixture
def built(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[str]]:
    """`built()`: the kinds of the feeds that a build renders, with whom they are about."""
    with_an_issue(room)
    room.app.feeds.syndicate()
    seen: set[str] = set()
    render = feeds.render_formats

    def look(feed: Feed, *others: Any, **named: Any) -> Any:
        if feed.kind is not FeedKind.ARTICLES:
            seen.add(f"{feed.kind}:{feed.about}:{feed.language}")
        return render(feed, *others, **named)

    def build() -> set[str]:
        seen.clear()
        room.later(minutes=10)
        room.collect()
        room.app.feeds.syndicate()
        return set(seen)

    monkeypatch.setattr(feeds, "render_formats", look)
    assert build() == set()
    return build


def retitle(room: Newsroom, name: str, title: str) -> None:
    text = (room.root / "articles" / name).read_text("utf-8")
    room.write(name, re.sub(r"(?m)^title: .*$", f"title: {title}", text))


def test_a_feed_is_built_only_if_something_that_it_shows_has_changed(
    room: Newsroom, built: Callable[[], set[str]]
) -> None:
    room.article("Реки", language="ru", authors=["Мария Орлова"])
    assert built() == {"author:mariia-orlova:ru", "partner:zen:ru", "partner:feedly:ru"}
    room.article("Rivers", sections=["foreign-policy"])
    assert built() == {"author:maria-lindqvist:en"}
    room.article("Harbours", authors=["Ben Okafor"])
    assert built() == {"author:ben-okafor:en", "partner:feedly:en"}
    room.article("Treaties", sections=["foreign-policy"], text="Another word.")
    assert built() == {"author:maria-lindqvist:en", "top-reads::en"}
    retitle(room, "treaties.md", "Treaties, again")
    assert built() == {"author:maria-lindqvist:en", "top-reads::en"}, "its headline is ranked"


def test_a_file_that_is_lost_is_built_again(room: Newsroom, built: Callable[[], set[str]]) -> None:
    (room.root / "feeds/en/newsletters/weekly/atom.xml").unlink()
    (room.root / "feeds/ru/partners/zen/rss.xml.gz").unlink()
    assert built() == {"newsletter:weekly:en", "partner:zen:ru"}
    assert (room.root / "feeds/en/newsletters/weekly/atom.xml").exists()


def test_an_issue_that_was_corrected_is_corrected_in_its_feed(
    room: Newsroom, built: Callable[[], set[str]]
) -> None:
    retitle(room, "treaties.md", "Treaties, corrected")
    built()
    room.app.editors.correct("weekly", "2026-W48")
    room.app.feeds.syndicate_others()
    (entry,) = parsed(room, "en/newsletters/weekly/rss.xml").entries
    assert "Treaties, corrected" in entry.content[0].value


def test_an_article_that_was_withdrawn_leaves_the_feed_of_its_author(
    room: Newsroom, built: Callable[[], set[str]]
) -> None:
    room.article("Rivers")
    built()
    with room.app.db.write() as tx:
        (rivers,) = [one.id for one in room.articles() if one.title == "Rivers"]
        articles.withdraw_article(tx, rivers, room.clock.now())
    assert "author:maria-lindqvist:en" in built()
    body = (room.root / "feeds/en/authors/maria-lindqvist/atom.xml").read_bytes()
    assert b"deleted-entry" in body
    assert "Rivers" not in [e.title for e in feedparser.parse(io.BytesIO(body)).entries]


def test_authors_have_their_feeds_as_soon_as_the_operator_wants_them(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    assert not (newsroom.root / "feeds/en/authors").exists()
    newsroom.with_config("[feeds]\nauthor_articles = 1").app.feeds.syndicate()
    path = newsroom.root / "feeds/en/authors/maria-lindqvist/rss.xml"
    assert path.exists()
    newsroom.article("Two")
    newsroom.collect()
    assert b"Two" in path.read_bytes()


@pytest.mark.parametrize("wanted", [0, 2])
def test_places_of_authors_are_no_months_of_the_archive(room: Newsroom, wanted: int) -> None:
    text = (room.root / "config.toml").read_text("utf-8")
    text = text.replace("author_articles = 2", f"author_articles = {wanted}")
    (room.root / "config.toml").write_text(text, "utf-8")
    room.with_config("").app.feeds.syndicate()
    with room.app.db.read() as tx:
        places = {row.section for row in tx.execute(sa.select(schema.feed_place))}
        months = {row.section for row in tx.execute(sa.select(schema.feed_archive))}
    assert any(one.startswith("@") for one in places) is bool(wanted)
    assert months == {"", "economy", "foreign-policy"}


def test_a_dry_run_says_what_it_would_write(room: Newsroom) -> None:
    folder: Callable[[str], Path] = (room.root / "feeds").joinpath
    folder("en/feeds.opml").unlink()
    room.app.feeds.syndicate_others(dry_run=True)
    assert not folder("en/feeds.opml").exists()


def test_json_feeds_of_newsletters_hold_their_words(room: Newsroom) -> None:
    with_an_issue(room)
    feed = json.loads((room.root / "feeds/en/newsletters/weekly/feed.json").read_bytes())
    assert "Trade &amp; tariffs" in feed["items"][0]["content_html"]
