"""Collecting from sites that are played on loopback: what reaches the store, and as what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from newsroom import Newsroom
from sites import TUESDAY, LocalSite, WordPressSite, hours_ago

from dispatch.collect import SourceReport

SOURCE = """
[[sources]]
name = "{name}"
kind = "{kind}"
url = "{url}"
allow_hosts = ["127.0.0.1"]
"""
ARTICLE = """<html lang=en><meta property=og:type content=article><title>{title}</title>
<meta property=article:published_time content="{date}"></html>"""


def add_source(room: Newsroom, name: str, kind: str, url: str) -> None:
    path = room.root / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + SOURCE.format(name=name, kind=kind, url=url), encoding="utf-8")
    room.close()
    room.app = room.open_app()


def report_of(room: Newsroom, name: str) -> SourceReport:
    """What one more round of collecting brought from one source."""
    return next(one for one in room.collect().articles.sources if one.source == name)


@pytest.fixture
def blog() -> Iterator[WordPressSite]:
    made = WordPressSite()
    yield made
    made.close()


@pytest.fixture
def paper() -> Iterator[LocalSite]:
    made = LocalSite()
    yield made
    made.close()


def list_pages(paper: LocalSite, numbers: range, date: str) -> None:
    for number in numbers:
        text = ARTICLE.replace("{title}", f"Piece {number}").replace("{date}", date)
        paper.put(f"/en/story/{number}", text)
    rows = "".join(f"<url><loc>{{site}}/en/story/{n}</loc></url>" for n in range(numbers.stop))
    paper.put("/sitemap.xml", f"<urlset>{rows}</urlset>")


def test_an_article_in_the_feed_and_in_the_interface_is_one(
    newsroom: Newsroom, blog: WordPressSite
) -> None:
    blog.publish(7, "Treaties", hours_ago(2), slug="en/treaties")
    blog.put(
        "/feed",
        "<rss version='2.0'><channel><title>x</title><item><title>Treaties</title>"
        "<link>{site}/en/treaties/</link><guid isPermaLink='false'>{site}/?p=7</guid></item>"
        "</channel></rss>",
        kind="application/rss+xml",
    )
    add_source(newsroom, "rest", "wordpress", blog.url)
    add_source(newsroom, "rss", "feed", f"{blog.url}feed")
    newsroom.collect()
    (article,) = newsroom.articles()
    assert article.title == "Treaties"


def test_what_is_unpublished_in_wordpress_leaves_the_feeds(
    newsroom: Newsroom, blog: WordPressSite
) -> None:
    blog.publish(7, "Treaties", hours_ago(2))
    add_source(newsroom, "rest", "wordpress", blog.url)
    newsroom.collect()
    blog.rows[7]["status"] = "draft"
    newsroom.later(hours=1)
    newsroom.collect()
    newsroom.later(hours=1)
    assert report_of(newsroom, "rest").withdrawn == 1
    assert newsroom.articles() == []


def test_a_site_that_is_read_in_parts_announces_no_history(
    newsroom: Newsroom, paper: LocalSite
) -> None:
    """And is held back by no flood brake; what appears after the first visit is news."""
    list_pages(paper, range(60), "2026-11-20T10:00:00Z")
    add_source(newsroom, "paper", "pages", f"{paper.url}en/")
    for _ in range(4):
        assert report_of(newsroom, "paper").failure == ""
        newsroom.later(hours=1)
    assert len(newsroom.articles()) == 60
    assert {article.entered_at.day for article in newsroom.articles()} == {20}
    list_pages(paper, range(60, 61), "2026-11-20T10:00:00Z")
    newsroom.collect()
    (news,) = [one for one in newsroom.articles() if one.title == "Piece 60"]
    assert news.entered_at == newsroom.clock.now() > TUESDAY


ENTRY = (
    "<item><title>Piece {0}</title><link>{{site}}/en/story/{0}</link><guid>n{0}</guid>"
    "<author>Maria Lindqvist</author></item>"
)


def put_feed(paper: LocalSite, *numbers: int) -> None:
    entries = "".join(ENTRY.format(number) for number in numbers)
    feed = f"<rss version='2.0'><channel><title>x</title>{entries}</channel></rss>"
    paper.put("/feed", feed, kind="application/rss+xml")


def test_what_left_the_middle_of_a_feed_and_has_no_page_leaves_our_feeds(
    newsroom: Newsroom, paper: LocalSite
) -> None:
    list_pages(paper, range(4), "2026-11-20T10:00:00Z")
    put_feed(paper, 3, 2, 1, 0)
    add_source(newsroom, "rss", "feed", f"{paper.url}feed")
    newsroom.collect()
    published = newsroom.root / "feeds" / "en" / "rss.xml"
    assert "Piece 2" in published.read_text(encoding="utf-8")
    put_feed(paper, 3, 1, 0)
    del paper.pages["/en/story/2"]
    newsroom.collect()
    newsroom.later(minutes=16)
    report = report_of(newsroom, "rss")
    assert report.withdrawn == 1
    assert "Piece 2<" not in published.read_text(encoding="utf-8")
    list_pages(paper, range(4), "2026-11-20T10:00:00Z")
    newsroom.later(hours=2)
    newsroom.collect()
    assert "Piece 2<" in published.read_text(encoding="utf-8"), "it is back"


GUID = (
    "<rss version='2.0'><channel><title>x</title><language>{language}</language><item>"
    "<title>{title}</title><link>{{site}}{path}</link>"
    "<guid isPermaLink='false'>{guid}</guid></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("guid", "language", "count"),
    [("{site}/?p=7", "en", 1), ("{site}/?p=7", "ru", 2), ("7", "en", 2), ("urn:7", "en", 2)],
)
def test_two_sources_meet_in_an_identifier_that_nobody_else_has(
    newsroom: Newsroom, blog: WordPressSite, guid: str, language: str, count: int
) -> None:
    """The interface and the feed name other addresses: one before an editor moved it."""
    blog.publish(7, "Treaties", hours_ago(2), slug="en/treaties", guid={"rendered": guid})
    if "{site}" in guid:
        blog.rows[7]["guid"] = {"rendered": f"{blog.url}?p=7"}
    path = f"/{language}/treaties-of-old/"
    feed = GUID.format(title="Treaties", language=language, path=path, guid=guid)
    blog.put("/feed", feed, kind="application/rss+xml")
    add_source(newsroom, "rest", "wordpress", blog.url)
    add_source(newsroom, "rss", "feed", f"{blog.url}feed")
    newsroom.collect()
    assert len(newsroom.articles()) == count


@pytest.mark.parametrize(("zone", "hour"), [(None, 8), ("Europe/Moscow", 5), ("Asia/Almaty", 3)])
def test_dates_without_a_zone_are_those_of_their_source(
    newsroom: Newsroom, paper: LocalSite, zone: str | None, hour: int
) -> None:
    """The publication is at home in London, where it is winter."""
    entry = (
        "<item><title>Treaties</title><link>{site}/en/treaties</link><guid>n7</guid>"
        "<pubDate>24 Nov 2026 08:00:00</pubDate></item>"
    )
    feed = f"<rss version='2.0'><channel><title>x</title>{entry}</channel></rss>"
    paper.put("/feed", feed, kind="application/rss+xml")
    table = SOURCE.format(name="rss", kind="feed", url=f"{paper.url}feed")
    newsroom.with_config(table + (f'time_zone = "{zone}"' if zone else ""))
    newsroom.collect()
    (article,) = newsroom.articles()
    assert (article.published_at.day, article.published_at.hour) == (24, hour)
