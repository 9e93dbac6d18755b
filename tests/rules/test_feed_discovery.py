"""Which feeds a page announces, and in which order."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from lxml import html

from dispatch.model.publication import Publication, Section
from dispatch.render import feed_links
from dispatch.rules import feed_discovery, feeds

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("render/feed_links",)

PUBLICATION = Publication(
    names={"en": 'The "Meridian" & Co', "ru": "Меридиан"},
    site="https://meridian.example/",
    public_url="https://news.meridian.example/",
    languages={"en": "English", "ru": "Русский"},
    sections=(
        Section(key="economy", names={"en": "Economy", "ru": "Экономика"}),
        Section(key="culture", names={"en": "Culture", "ru": "Культура"}),
    ),
    time_zone=ZoneInfo("UTC"),
    contact="desk@meridian.example",
    tag_authority="meridian.example,2026",
)
EVERY = feeds.make_feeds(PUBLICATION)
BASE = "https://news.meridian.example/feeds/"


def addresses(language: str, section: str | None = None) -> list[tuple[str, str]]:
    links = feed_discovery.list_links(PUBLICATION, EVERY, language, section)
    return [(link.url.removeprefix(BASE), link.language) for link in links]


def test_a_page_of_a_section_announces_that_first_and_other_languages_last() -> None:
    assert addresses("ru", "economy") == [
        ("ru/economy/rss.xml", ""),
        ("ru/rss.xml", ""),
        ("ru/economy/atom.xml", ""),
        ("ru/atom.xml", ""),
        ("ru/economy/feed.json", ""),
        ("ru/feed.json", ""),
        ("en/economy/rss.xml", "en"),
    ]


def test_a_page_of_no_section_announces_everything_of_its_language() -> None:
    assert addresses("en") == [
        ("en/rss.xml", ""),
        ("en/atom.xml", ""),
        ("en/feed.json", ""),
        ("ru/rss.xml", "ru"),
    ]


def test_the_lines_are_html_that_says_the_same() -> None:
    links = feed_discovery.list_links(PUBLICATION, EVERY, "ru", "economy")
    root = html.fromstring(f"<head>{feed_links.render(links)}</head>")
    read = [(one.get("href"), one.get("hreflang", "")) for one in root.iter("link")]
    assert read == [(link.url, link.language) for link in links]
    last = list(root.iter("link"))[-1]
    assert last.get("title") == 'The "Meridian" & Co – Economy (RSS)'
    assert {one.get("rel") for one in root.iter("link")} == {"alternate"}
