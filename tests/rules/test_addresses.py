"""Where a feed is, and by which identifiers it is known."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dispatch.model.feed import FeedFormat
from dispatch.model.publication import Publication
from dispatch.rules import addresses

PUBLICATION = Publication(
    names={"en": "The Meridian"},
    site="https://meridian.example/",
    public_url="https://news.meridian.example/post/",
    languages={"en": "English"},
    sections=(),
    time_zone=ZoneInfo("Europe/London"),
    contact="desk@meridian.example",
    tag_authority="meridian.example,2026",
)


@pytest.mark.parametrize(
    ("feed_format", "name"),
    [
        (FeedFormat.RSS, "rss.xml"),
        (FeedFormat.ATOM, "atom.xml"),
        (FeedFormat.JSON, "feed.json"),
    ],
)
def test_a_feed_is_served_where_its_file_stands(feed_format: FeedFormat, name: str) -> None:
    assert addresses.feed_path("ru/culture", feed_format) == f"ru/culture/{name}"
    assert addresses.feed_url(PUBLICATION, "ru/culture", feed_format) == (
        f"https://news.meridian.example/post/feeds/ru/culture/{name}"
    )


def test_the_stylesheet_stands_beside_the_feeds() -> None:
    url = addresses.stylesheet_url(PUBLICATION)
    assert url == "https://news.meridian.example/post/feeds/feed.css"


def test_identifiers_do_not_change_with_the_address() -> None:
    uid = addresses.feed_uid(PUBLICATION, "en/culture")
    assert uid == "tag:meridian.example,2026:feed:en/culture"
    assert addresses.section_scheme(PUBLICATION) == "tag:meridian.example,2026:section"
    assert "news." not in uid
