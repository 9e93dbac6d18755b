"""A site without a feed, visited again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sites import TUESDAY, LocalSite

from dispatch import fetch
from dispatch.fetch import robots
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.sources import pages, pages_memory

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "sources/pages_memory",
    "sources/sitemap_walk",
)

ARTICLE = """<html lang=en><head><title>{title}</title><meta property=og:type content=article>
<meta property=og:title content="{title}"></head><body><h1>{title}</h1></body></html>"""


class PaperSite(LocalSite):
    """A newspaper with a sitemap and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: dict[str, str] = {}
        self.put("/robots.txt", "User-agent: *\nDisallow: /closed/\nSitemap: {site}/sitemap.xml\n")
        self.put("/about/us", "<html><title>About us</title></html>")

    def publish(self, path: str, title: str, modified: str = "2026-11-24T09:00:00Z") -> None:
        """Put a page up, and into the sitemap."""
        self.put(path, ARTICLE.replace("{title}", title))
        self.list(path, modified)

    def list(self, path: str, modified: str = "") -> None:
        """Put an address into the sitemap."""
        self.listed[path] = modified
        rows = "".join(
            f"<url><loc>{{site}}{path}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</url>"
            for path, at in self.listed.items()
        )
        self.put("/sitemap.xml", f"<urlset>{rows}</urlset>")


class Reader:
    """Visits the site as `collect` does."""

    def __init__(self, site: PaperSite, fetcher: fetch.Fetcher) -> None:
        self.site = site
        self.fetcher = fetcher
        self.source = Source(name="main", kind="pages", url=site.url, allow_hosts=("127.0.0.1",))
        self.state = SourceState(name="main")
        self.at = TUESDAY

    def visit(self, at: datetime | None = None) -> Harvest:
        self.site.asked.clear()
        self.at = at or self.at + timedelta(hours=1)
        harvest = pages.harvest(
            self.source, self.state, self.fetcher, self.at, ZoneInfo("Europe/Moscow")
        )
        if harvest.cursor is not None:
            self.state = replace(self.state, cursor=harvest.cursor)
        return harvest

    def titles(self) -> list[str]:
        harvest = self.visit()
        assert harvest.failure == ""
        return [entry.title for entry in harvest.entries if not entry.withdrawn]


@pytest.fixture
def site() -> Iterator[PaperSite]:
    made = PaperSite()
    yield made
    made.close()


@pytest.fixture
def reader(site: PaperSite) -> Iterator[Reader]:
    with fetch.Fetcher(contact="desk@news.example") as fetcher:
        yield Reader(site, fetcher)


def test_the_pages_of_the_sitemap_that_are_articles_are_read(
    site: PaperSite, reader: Reader
) -> None:
    site.publish("/en/a", "Treaties")
    site.list("/about/us")
    assert reader.titles() == ["Treaties"]
    assert site.asked[:2] == ["/robots.txt", "/sitemap.xml"]


def test_the_next_visit_reads_what_is_new_or_changed_alone(site: PaperSite, reader: Reader) -> None:
    for name in "abcdefgh":
        site.publish(f"/en/{name}", f"Piece {name}")
    site.list("/about/us")
    assert len(reader.titles()) == 8
    site.publish("/en/new", "New")
    site.publish("/en/a", "Piece a, corrected", "2026-11-24T11:00:00Z")
    harvest = reader.visit()
    first = [(entry.title, entry.is_backlog) for entry in harvest.entries][:2]
    assert first == [("New", False), ("Piece a, corrected", True)]
    assert "/about/us" not in site.asked
    assert "/robots.txt" not in site.asked, "it is asked for once a day"
    assert len(site.asked) <= 1 + 2 + pages.MAX_LOOKS


def test_a_large_site_is_read_a_few_pages_at_a_time_the_newest_first(
    site: PaperSite, reader: Reader
) -> None:
    for number in range(45):
        site.publish(f"/en/{number:02}", f"Piece {number:02}", f"2026-10-{number % 28 + 1:02}")
    first = reader.visit()
    assert len(first.entries) == pages.MAX_PAGES
    assert first.entries[0].title == "Piece 27"
    site.publish("/en/news", "News")
    second = reader.visit()
    assert second.entries[0].title == "News"
    by_title = {entry.title: entry for entry in second.entries}
    assert not by_title["News"].is_backlog
    assert all(entry.is_backlog for title, entry in by_title.items() if title != "News")
    seen = {entry.title for entry in (*first.entries, *second.entries, *reader.visit().entries)}
    assert len(seen) == 46


def test_dates_that_all_move_at_once_are_the_builds(site: PaperSite, reader: Reader) -> None:
    for number in range(20):
        site.publish(f"/en/{number}", f"Piece {number}")
    reader.visit()
    for number in range(20):
        site.publish(f"/en/{number}", f"Piece {number}", "2026-11-25T00:00:00Z")
    reader.visit()
    assert len([path for path in site.asked if path.startswith("/en/")]) <= pages.MAX_LOOKS


def test_robots_txt_is_obeyed_and_named(site: PaperSite, reader: Reader) -> None:
    site.publish("/closed/a", "Closed")
    site.publish("/en/a", "Open")
    harvest = reader.visit()
    assert [entry.title for entry in harvest.entries] == ["Open"]
    assert harvest.warnings == ("robots.txt closes 1 pages to us; they were not read",)
    assert "/closed/a" not in site.asked


def test_a_server_in_trouble_is_not_read_at_all(site: PaperSite, reader: Reader) -> None:
    site.put("/robots.txt", "", status=503)
    harvest = reader.visit()
    assert "robots.txt could not be read" in harvest.failure
    assert site.asked == ["/robots.txt"]


def test_the_pause_that_robots_txt_wishes_for_is_made(
    site: PaperSite, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("dispatch.sources.pages.time.sleep", pauses.append)
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 20\nSitemap: {site}/sitemap.xml\n")
    for number in range(10):
        site.publish(f"/en/{number}", f"Piece {number}")
    assert len(reader.visit().entries) == 3, "as many as a minute has room for"
    assert set(pauses) == {20.0}
    assert robots.LONGEST_DELAY_SECONDS < pages.MOST_PAUSES_SECONDS


def test_a_page_that_is_gone_is_withdrawn_at_the_second_look(
    site: PaperSite, reader: Reader
) -> None:
    site.publish("/en/a", "Stays")
    site.publish("/en/b", "Goes")
    reader.visit()
    site.put("/en/b", "gone", status=410)
    first = reader.visit()
    assert not [entry for entry in first.entries if entry.withdrawn]
    gone = [entry.url for entry in reader.visit().entries if entry.withdrawn]
    assert gone == [f"{site.url}en/b"]


def test_two_misses_within_minutes_are_one(site: PaperSite, reader: Reader) -> None:
    site.publish("/en/b", "Stays")
    reader.visit()
    page = site.pages.pop("/en/b")
    for minutes in (61, 66, 70):
        harvest = reader.visit(TUESDAY + timedelta(minutes=minutes))
        assert not [entry for entry in harvest.entries if entry.withdrawn]
    site.pages["/en/b"] = page
    assert reader.titles() == ["Stays"]


def test_a_page_that_leads_home_is_gone(site: PaperSite, reader: Reader) -> None:
    site.publish("/en/b", "Goes")
    site.put("/", "<html>Home</html>")
    reader.visit()
    site.put("/en/b", "", status=302, headers={"Location": "/"})
    reader.visit()
    assert [entry.withdrawn for entry in reader.visit().entries] == [True]


@pytest.mark.parametrize(
    "body",
    [
        "<html><title>Page not found | News</title></html>",
        "<html><h1>Страница не найдена</h1></html>",
    ],
)
def test_a_page_that_says_with_200_that_it_is_none_is_gone(
    site: PaperSite, reader: Reader, body: str
) -> None:
    site.publish("/en/b", "Goes")
    reader.visit()
    site.put("/en/b", body)
    reader.visit()
    assert [entry.withdrawn for entry in reader.visit().entries] == [True]


def test_a_page_that_leads_to_its_section_is_gone(site: PaperSite, reader: Reader) -> None:
    site.publish("/news/b", "Goes")
    site.put("/news/", "<html>All news</html>")
    reader.visit()
    site.put("/news/b", "", status=302, headers={"Location": "/news/"})
    reader.visit()
    assert [entry.withdrawn for entry in reader.visit().entries] == [True]


def test_a_page_that_robots_txt_closes_later_is_not_looked_at(
    site: PaperSite, reader: Reader
) -> None:
    site.publish("/en/b", "Stays")
    reader.visit()
    site.put("/robots.txt", "User-agent: *\nDisallow: /en/\nSitemap: {site}/sitemap.xml\n")
    reader.visit(TUESDAY + timedelta(days=2))
    assert "/en/b" not in site.asked


def test_what_was_gone_and_is_back_is_read_again(site: PaperSite, reader: Reader) -> None:
    site.publish("/en/b", "Goes")
    reader.visit()
    page = site.pages.pop("/en/b")
    reader.visit()
    assert [entry.withdrawn for entry in reader.visit().entries] == [True]
    site.pages["/en/b"] = page
    assert reader.titles() == ["Goes"]


def test_a_page_that_fails_is_tried_again_and_not_for_ever(site: PaperSite, reader: Reader) -> None:
    site.publish("/en/a", "Broken")
    site.put("/en/a", "", status=500)
    for _ in range(pages.MAX_TRIES + 1):
        harvest = reader.visit()
        assert harvest.failure == ""
    assert "/en/a" not in site.asked
    site.publish("/en/a", "Mended", "2026-11-25T00:00:00Z")
    assert reader.titles() == ["Mended"]


def test_a_server_that_fails_again_and_again_is_left_alone(site: PaperSite, reader: Reader) -> None:
    for number in range(10):
        site.publish(f"/en/{number}", "x")
        site.put(f"/en/{number}", "", status=503)
    reader.visit()
    assert len([path for path in site.asked if path.startswith("/en/")]) == pages.MAX_FAILURES


def test_only_pages_below_the_address_are_meant(site: PaperSite, reader: Reader) -> None:
    site.publish("/ru/a", "Договоры")
    site.publish("/en/a", "Treaties")
    reader.source = replace(reader.source, url=f"{site.url}ru/")
    assert reader.titles() == ["Договоры"]
    assert "/en/a" not in site.asked


@pytest.mark.parametrize("path", ["/sitemap_index.xml", "/news-sitemap.xml"])
def test_without_a_word_in_robots_txt_the_usual_places_are_tried(
    site: PaperSite, reader: Reader, path: str
) -> None:
    site.publish("/en/a", "Treaties")
    site.pages[path] = site.pages.pop("/sitemap.xml")
    del site.pages["/robots.txt"]
    assert reader.titles() == ["Treaties"]
    reader.visit()
    assert [one for one in site.asked if "sitemap" in one] == [path], "the next visit knows"


def test_the_address_of_a_sitemap_is_taken_as_it_is(site: PaperSite, reader: Reader) -> None:
    site.publish("/en/a", "Treaties")
    site.pages["/deep/map.xml"] = site.pages.pop("/sitemap.xml")
    reader.source = replace(reader.source, url=f"{site.url}deep/map.xml")
    assert reader.titles() == ["Treaties"]


def test_files_that_have_not_changed_are_not_asked_for(site: PaperSite, reader: Reader) -> None:
    site.publish("/en/a", "Treaties")
    site.pages["/a.xml"] = site.pages["/sitemap.xml"]
    index = "<sitemap><loc>{site}/a.xml</loc><lastmod>%s</lastmod></sitemap></sitemapindex>"
    index = f"<sitemapindex>{index}"
    site.put("/sitemap.xml", index % "2026-11-24")
    assert reader.titles() == ["Treaties"]
    reader.visit()
    assert "/a.xml" not in site.asked
    site.put("/sitemap.xml", index % "2026-11-25")
    reader.visit()
    assert "/a.xml" in site.asked


def test_a_news_sitemap_makes_articles_of_pages_that_do_not_say_so(
    site: PaperSite, reader: Reader
) -> None:
    site.put(
        "/sitemap.xml",
        "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url>"
        "<loc>{site}/about/us</loc><news:news><news:title>Us</news:title></news:news></url></urlset>",
    )
    assert reader.titles() == ["About us"]


@pytest.mark.parametrize("body", ["<html>Hello</html>", "", "<rss/>"])
def test_a_site_whose_sitemap_is_none_fails_and_forgets_nothing(
    site: PaperSite, reader: Reader, body: str
) -> None:
    site.publish("/en/a", "Treaties")
    reader.visit()
    before = reader.state
    site.put("/sitemap.xml", body)
    assert reader.visit().failure
    assert reader.state == before


def test_the_memory_survives_being_written(site: PaperSite, reader: Reader) -> None:
    for number in range(30):
        site.publish(f"/en/{number}", f"Piece {number}")
    reader.visit()
    cursor = reader.state.cursor
    assert pages_memory.write_memory(pages_memory.read_memory(cursor)) == cursor


@pytest.mark.parametrize("cursor", [None, "", "[]", "nonsense", '{"known": 7, "waiting": [1]}'])
def test_a_cursor_that_is_none_begins_anew(
    site: PaperSite, reader: Reader, cursor: str | None
) -> None:
    site.publish("/en/a", "Treaties")
    reader.state = replace(reader.state, cursor=cursor)
    assert reader.titles() == ["Treaties"]
