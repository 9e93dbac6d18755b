"""What a host lets robots read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sites import LocalSite

from dispatch import fetch
from dispatch.fetch import robots

TEXT = """
User-agent: *
Disallow: /search
Disallow: /*.pdf$
Crawl-delay: 2

User-agent: dispatch
Disallow: /private/
Allow: /private/open

Sitemap: https://n.example/a.xml
Sitemap: https://n.example/b.xml
Sitemap: https://n.example/a.xml
"""


@pytest.fixture
def site() -> Iterator[LocalSite]:
    made = LocalSite()
    yield made
    made.close()


def read(site: LocalSite) -> robots.Rules:
    with fetch.Fetcher(contact="desk@news.example") as fetcher:
        return robots.read(fetcher, f"{site.url}en/a?b", ["127.0.0.1"])


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/en/a", True),
        ("/private/x", False),
        ("/private/open/x", True),
        ("/search", True),  # the group that names us is the only one that counts
    ],
)
def test_the_group_that_names_us_counts(path: str, may: bool) -> None:
    assert robots.Rules(text=TEXT).may_fetch(f"https://n.example{path}") is may


def test_wildcards_ends_and_pauses_are_understood() -> None:
    rules = robots.Rules(text=TEXT.replace("User-agent: dispatch", "User-agent: other"))
    assert not rules.may_fetch("https://n.example/a/b.pdf")
    assert rules.may_fetch("https://n.example/a/b.pdf.html")
    assert rules.delay_seconds == 2
    assert rules.sitemaps == ("https://n.example/a.xml", "https://n.example/b.xml")


def test_a_wish_for_an_endless_pause_is_bounded() -> None:
    rules = robots.Rules(text="User-agent: *\nCrawl-delay: 86400\n")
    assert rules.delay_seconds == robots.LONGEST_DELAY_SECONDS


@pytest.mark.parametrize(
    ("status", "is_closed"),
    [(404, False), (403, False), (429, True), (500, True), (503, True)],
)
def test_a_refusal_allows_everything_and_trouble_nothing(
    site: LocalSite, status: int, is_closed: bool
) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /", status=status)
    rules = read(site)
    assert rules.is_closed is is_closed
    assert rules.may_fetch(f"{site.url}a") is not is_closed


def test_it_is_asked_for_at_the_root_of_the_host(site: LocalSite) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /x\n")
    rules = read(site)
    assert site.asked == ["/robots.txt"]
    assert not rules.may_fetch(f"{site.url}x")


@pytest.mark.parametrize("text", ["", "\0\0", "<html>", "Disallow: /", "User-agent\nDisallow"])
def test_what_is_no_robots_txt_allows_everything(text: str) -> None:
    assert robots.Rules(text=text).may_fetch("https://n.example/a")
