"""Old addresses of feeds: WordPress's own, and whatever else a newsroom had."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.publication import Publication, Section
from dispatch.rules import old_addresses

PUBLICATION = Publication(
    names={"en": "The Meridian"},
    site="https://meridian.example/",
    public_url="https://news.meridian.example/",
    languages={"en": "English", "ru": "Русский"},
    sections=(Section(key="economy", names={}), Section(key="foreign-policy", names={})),
    time_zone=ZoneInfo("UTC"),
    contact="editors@meridian.example",
)
WORDPRESS = old_addresses.OldAddresses(PUBLICATION, old_addresses.wordpress(PUBLICATION))


@pytest.mark.parametrize(
    ("path", "query", "feed"),
    [
        ("/feed/", "", "en/rss.xml"),
        ("/feed", "", "en/rss.xml"),
        ("/feed/rss2/", "", "en/rss.xml"),
        ("/feed/atom/", "", "en/atom.xml"),
        ("/feed/", "utm_source=reader&null", "en/rss.xml"),
        ("/", "feed=rss2", "en/rss.xml"),
        ("/", "feed=atom", "en/atom.xml"),
        ("/", "feed=atom&lang=ru", "ru/atom.xml"),
        ("/feed/", "lang=ru", "ru/rss.xml"),
        ("/ru/feed/", "", "ru/rss.xml"),
        ("/ru", "feed=atom", "ru/atom.xml"),
        ("/ru/feed/atom", "", "ru/atom.xml"),
        ("/category/economy/feed/", "", "en/economy/rss.xml"),
        ("/category/economy/feed/atom/", "lang=ru", "ru/economy/atom.xml"),
        ("/category/economy/", "feed=rss2", "en/economy/rss.xml"),
        ("/ru/category/foreign-policy/feed/", "", "ru/foreign-policy/rss.xml"),
    ],
)
def test_the_feeds_of_wordpress_lead_to_ours(path: str, query: str, feed: str) -> None:
    assert WORDPRESS.find(path, query) == f"https://news.meridian.example/feeds/{feed}"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", ""),
        ("/en/", ""),
        ("/", "feed=comments-rss2"),
        ("/de/feed/", ""),
        ("/category/sport/feed/", ""),
        ("/feeds/en/rss.xml", ""),
        ("/2024/05/a-text/feed/", ""),
        ("/feed/" + "x" * 5000, ""),
    ],
)
def test_what_is_none_of_them_leads_nowhere(path: str, query: str) -> None:
    assert WORDPRESS.find(path, query) is None


def moved(pattern: str, target: str) -> old_addresses.OldAddresses:
    one = old_addresses.OldAddress(pattern=pattern, target=target)
    return old_addresses.OldAddresses(PUBLICATION, [one])


def test_a_placeholder_of_ones_own_takes_one_part_of_the_path() -> None:
    table = moved("/rss/{year}/{section}.xml", "https://old.example/{year}/{section}")
    assert table.find("/rss/2024/economy.xml", "") == "https://old.example/2024/economy"
    assert table.find("/rss/20/24/economy.xml", "") is None


@given(st.text(min_size=1, max_size=40))
def test_what_a_stranger_writes_stays_one_part_of_the_target(text: str) -> None:
    target = moved("/go/{name}", "https://old.example/{name}/").find(f"/go/{text}", "")
    if target is not None:
        rest = target.removeprefix("https://old.example/")
        assert rest.isascii()
        assert not set(rest[:-1]) & set("/?#\\\r\n ")
