"""WordPress by its REST interface, against a server that plays it with all its habits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sites import TUESDAY, WordPressSite, hours_ago

from dispatch import fetch
from dispatch.model.article import Entry
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.sources import wordpress

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "sources/rest",
    "sources/watch",
    "sources/wordpress_rows",
)

#: What WordPress puts below an excerpt; a full stop within the title is the trap.
MORE = """<p class="link-more"><a href="/7/" class="more-link">Continue reading
<span class="screen-reader-text">"No. 1. Treaties"</span></a></p>"""


class Reader:
    """Visits a site again and again, as `collect` does."""

    def __init__(self, site: WordPressSite, fetcher: fetch.Fetcher) -> None:
        self.site = site
        self.fetcher = fetcher
        self.source = Source(
            name="main", kind="wordpress", url=site.url, allow_hosts=("127.0.0.1",)
        )
        self.state = SourceState(name="main")

    def visit(self, at: datetime = TUESDAY) -> Harvest:
        self.site.asked.clear()
        zone = ZoneInfo("Europe/Moscow")
        harvest = wordpress.harvest(self.source, self.state, self.fetcher, at, zone)
        if harvest.cursor is not None:
            self.state = replace(self.state, cursor=harvest.cursor)
        return harvest

    def one(self) -> Entry:
        (entry,) = self.visit().entries
        return entry


@pytest.fixture
def site() -> Iterator[WordPressSite]:
    made = WordPressSite()
    yield made
    made.close()


@pytest.fixture
def reader(site: WordPressSite) -> Iterator[Reader]:
    with fetch.Fetcher(contact="desk@news.example") as fetcher:
        yield Reader(site, fetcher)


def titles(harvest: Harvest) -> list[str]:
    assert harvest.failure == ""
    return sorted(entry.title for entry in harvest.entries if not entry.withdrawn)


def test_an_article_comes_with_all_that_it_embeds(site: WordPressSite, reader: Reader) -> None:
    site.publish(
        7,
        "Treaties &#038; trade",
        hours_ago(2),
        slug="en/treaties",
        _embedded={
            "author": [{"name": "By Maria Lindqvist", "link": f"{site.url}author/maria/"}],
            "wp:featuredmedia": [
                {
                    "source_url": "/a.jpg",
                    "alt_text": "A quay",
                    "mime_type": "image/jpeg",
                    "media_details": {"width": 1200, "height": 675, "filesize": 81234},
                }
            ],
            "wp:term": [
                [{"id": 4, "name": "Arts &amp; Life", "slug": "arts", "taxonomy": "category"}],
                [{"id": 9, "name": "ports", "slug": "ports", "taxonomy": "post_tag"}],
            ],
        },
    )
    entry = reader.one()
    assert entry.title == "Treaties & trade"
    assert entry.url == f"{site.url}en/treaties/"
    assert entry.source_id == f"{site.url}?p=7", "the guid of its feed: one article in both"
    assert entry.published_at == hours_ago(2)
    assert entry.authors[0].name == "Maria Lindqvist"
    assert entry.sections == ("Arts & Life",)
    assert entry.section_aliases == {"Arts & Life": ("arts", "4")}
    assert entry.image is not None
    assert (entry.image.url, entry.image.alt) == (f"{site.url}a.jpg", "A quay")
    assert entry.image.length == 81234
    assert "The text of" in entry.html


def test_a_tag_counts_where_the_operator_maps_it(site: WordPressSite, reader: Reader) -> None:
    terms = [[{"id": 9, "name": "Ports", "slug": "ports", "taxonomy": "post_tag"}]]
    site.publish(7, "Treaties", hours_ago(2), _embedded={"wp:term": terms})
    reader.source = replace(reader.source, section_map={"ports": "economy"})
    assert reader.one().sections == ("Ports",)


def test_what_has_no_section_is_not_called_uncategorized(
    site: WordPressSite, reader: Reader
) -> None:
    name = {"id": 1, "name": "Без рубрики", "taxonomy": "category"}
    slug = "%d0%b1%d0%b5%d0%b7-%d1%80%d1%83%d0%b1%d1%80%d0%b8%d0%ba%d0%b8"
    site.publish(7, "Treaties", hours_ago(2), _embedded={"wp:term": [[{**name, "slug": slug}]]})
    assert reader.one().sections == ()


def test_an_error_in_the_place_of_the_author_is_no_author(
    site: WordPressSite, reader: Reader
) -> None:
    error = {"code": "rest_user_invalid_id", "message": "Invalid user ID.", "data": {}}
    site.publish(
        7,
        "Treaties",
        hours_ago(2),
        _embedded={"author": [error], "wp:featuredmedia": [{"code": "rest_forbidden"}]},
        yoast_head_json={"author": "Maria Lindqvist"},
    )
    entry = reader.one()
    assert [author.name for author in entry.authors] == ["Maria Lindqvist"]
    assert entry.image is None


@pytest.mark.parametrize(
    ("excerpt", "standfirst"),
    [
        ("<p>Written by hand.</p>", "Written by hand."),
        ("<p>The text of Treaties.</p>", "For searchers"),
        ("<p>The text of Treaties [&hellip;]</p>", "For searchers"),
        ("", "For searchers"),
        (f"<p>By hand.</p>{MORE}", "By hand."),
    ],
)
def test_a_standfirst_is_what_somebody_wrote(
    site: WordPressSite, reader: Reader, excerpt: str, standfirst: str
) -> None:
    site.publish(
        7,
        "Treaties",
        hours_ago(2),
        excerpt={"rendered": excerpt},
        yoast_head_json={"og_description": "For searchers"},
    )
    assert reader.one().standfirst == standfirst


def test_drafts_and_articles_behind_a_password_stay_out(
    site: WordPressSite, reader: Reader
) -> None:
    site.publish(1, "Open", hours_ago(2))
    site.publish(2, "Behind a password", hours_ago(2), content={"rendered": "", "protected": True})
    assert titles(reader.visit()) == ["Open"]


def test_the_zero_date_is_no_date(site: WordPressSite, reader: Reader) -> None:
    row = site.publish(7, "Treaties", hours_ago(2))
    row["date_gmt"] = "0000-00-00T00:00:00"
    assert reader.one().published_at is None


def test_polylang_names_languages_and_translations(site: WordPressSite, reader: Reader) -> None:
    both = {"en": 7, "ru": 8}
    site.publish(7, "Treaties", hours_ago(2), slug="treaties", lang="en", translations=both)
    site.publish(8, "Договоры", hours_ago(2), slug="ru/8", lang="ru", translations=both)
    english, russian = sorted(reader.visit().entries, key=lambda entry: str(entry.language))
    assert (english.language, russian.language) == ("en", "ru")
    assert [link.url for link in english.translations] == [russian.url]
    assert [(link.url, link.language) for link in russian.translations] == [(english.url, "en")]


def test_a_translation_that_came_long_before_is_looked_up(
    site: WordPressSite, reader: Reader
) -> None:
    site.publish(7, "Treaties", hours_ago(900), lang="en")
    for number in range(100, 160):
        site.publish(number, f"Piece {number}", hours_ago(number))  # the watch is full of these
    reader.visit()
    both = {"en": 7, "ru": 8}
    site.publish(8, "Договоры", hours_ago(0), lang="ru", translations=both)
    (entry,) = [one for one in reader.visit().entries if one.language == "ru"]
    assert [link.url for link in entry.translations] == [f"{site.url}7/"]


def test_wpml_names_languages_and_translations(site: WordPressSite, reader: Reader) -> None:
    site.publish(
        8,
        "Договоры",
        hours_ago(2),
        wpml_current_locale="ru_RU",
        wpml_translations=[
            {"locale": "en_US", "id": 7, "post_title": "Treaties", "href": f"{site.url}en/7/"}
        ],
    )
    entry = reader.one()
    assert entry.language == "ru-RU"
    (link,) = entry.translations
    assert (link.url, link.language, link.title) == (f"{site.url}en/7/", "en-US", "Treaties")


def test_every_page_is_read_though_some_are_short(site: WordPressSite, reader: Reader) -> None:
    for number in range(1, 251):
        site.publish(number, f"Piece {number}", hours_ago(number))
    site.hidden = set(range(5, 150))
    assert len(reader.visit().entries) == 105


def test_without_totals_the_refusal_of_a_page_is_the_end(
    site: WordPressSite, reader: Reader
) -> None:
    site.has_totals = False
    for number in range(1, 121):
        site.publish(number, f"Piece {number}", hours_ago(number))
    assert len(reader.visit().entries) == 120
    assert len([target for target in site.asked if "page=3" in target]) == 1


def test_the_next_visit_asks_for_what_was_modified_since(
    site: WordPressSite, reader: Reader
) -> None:
    site.publish(1, "Old", hours_ago(100))
    site.publish(2, "New", hours_ago(2))
    reader.visit()
    site.publish(1, "Old, corrected", hours_ago(100), modified=hours_ago(1))
    assert titles(reader.visit()) == ["New", "Old, corrected"], "New is within the overlap"
    site.publish(3, "Newest", hours_ago(0))
    assert titles(reader.visit()) == ["Newest", "Old, corrected"]
    query = parse_qs(urlsplit(site.asked[0]).query)
    assert query["modified_after"] == ["2026-11-24T10:50:00Z"]
    assert "/wp-json/" in site.asked[0], "the interface is not looked for again"


def test_an_old_wordpress_that_ignores_the_filter_is_compared(
    site: WordPressSite, reader: Reader
) -> None:
    site.version = (5, 6)
    site.publish(1, "Ancient", hours_ago(24 * 90))
    site.publish(2, "Recent", hours_ago(24 * 5))
    reader.visit()
    site.publish(3, "New", hours_ago(0))
    assert titles(reader.visit()) == ["New", "Recent"]
    assert titles(reader.visit()) == ["New", "Recent"]
    assert not [target for target in site.asked if "modified_after" in target], "it has learnt"


def test_an_old_wordpress_is_walked_through_once_a_week_a_page_at_a_visit(
    site: WordPressSite, reader: Reader
) -> None:
    """An edit of an article of half a year ago is found, though nothing says that it was made."""
    site.version = (5, 6)
    for number in range(1, 251):
        site.publish(number, f"Piece {number}", hours_ago(24 * 40 + number))
    site.publish(300, "Recent", hours_ago(5))
    reader.visit()
    watched = json.loads(reader.state.cursor or "{}")["watch"]["articles"]
    site.publish(240, "Piece 240, corrected", hours_ago(24 * 40 + 240), modified=hours_ago(0))
    site.publish(999, "Never taken", hours_ago(24 * 400))
    for hour in range(24 * 7):
        assert titles(reader.visit(TUESDAY + timedelta(hours=hour))) == ["Recent"]
    sizes, found = [], set[str]()
    for hour in range(6):
        brought = titles(reader.visit(TUESDAY + timedelta(days=7, hours=hour)))
        sizes.append(len(brought))
        found |= set(brought)
        assert sum("per_page=100&" in target for target in site.asked) <= 3
    assert sizes == [100, 101, 52, 1, 1, 1], "and then it rests for a week"
    assert "Piece 240, corrected" in found
    assert "Never taken" not in found
    assert json.loads(reader.state.cursor or "{}")["watch"]["articles"] == watched
    assert len(titles(reader.visit(TUESDAY + timedelta(days=14, hours=1)))) > 1


def test_more_than_one_visit_can_read_is_read_by_the_next(
    site: WordPressSite, reader: Reader
) -> None:
    site.publish(1, "First", hours_ago(1000))
    reader.visit()
    for number in range(2, 702):
        at = hours_ago(900) + timedelta(seconds=number)
        site.publish(number, f"Piece {number}", at)
    found = set[str]()
    for _ in range(3):
        found |= set(titles(reader.visit()))
    assert len(found) == 701


def test_a_slow_site_is_read_as_far_as_time_allows_and_on_from_there(
    site: WordPressSite, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.publish(1, "First", hours_ago(1000))
    reader.visit()
    for number in range(2, 302):
        site.publish(number, f"Piece {number}", hours_ago(900) + timedelta(seconds=number))
    asked, real = 0, reader.fetcher.get

    def get(url: str, **how: Any) -> fetch.Response | fetch.FetchFailure:
        nonlocal asked
        asked += "per_page=100&" in url
        if asked > 1:
            return fetch.FetchFailure(reason="patience", text="it took too long")
        return real(url, **how)

    monkeypatch.setattr(reader.fetcher, "get", get)
    found = set[str]()
    for _ in range(5):
        asked = 0
        harvest = reader.visit()
        assert harvest.failure == ""
        found |= set(titles(harvest))
    assert len(found) == 301


def test_a_thousand_articles_of_one_second_do_not_stop_it_for_ever(
    site: WordPressSite, reader: Reader
) -> None:
    site.publish(1, "First", hours_ago(1000))
    reader.visit()
    for number in range(2, 602):
        site.publish(number, f"Piece {number}", hours_ago(900))
    site.publish(700, "After them", hours_ago(2))
    assert "After them" in [title for _ in range(4) for title in titles(reader.visit())]


def test_without_the_header_the_interface_is_found_by_its_parameter(
    site: WordPressSite, reader: Reader
) -> None:
    site.has_link = False
    site.publish(1, "Treaties", hours_ago(2))
    assert titles(reader.visit()) == ["Treaties"]
    assert site.asked[1].startswith("/?rest_route=/wp/v2/posts&")


def test_an_interface_that_moved_is_looked_for_again(site: WordPressSite, reader: Reader) -> None:
    site.publish(1, "Treaties", hours_ago(2))
    reader.visit()
    site.has_link = False
    assert titles(reader.visit()) == ["Treaties"]


def test_an_interface_that_is_shut_is_explained(site: WordPressSite, reader: Reader) -> None:
    site.blocked = "rest_not_logged_in"
    harvest = reader.visit()
    assert "rest_not_logged_in" in harvest.failure
    assert f'kind = "feed", url = "{site.url}feed/"' in harvest.failure
    assert harvest.cursor is None


@pytest.mark.parametrize("way", ["trashed", "deleted"])
def test_what_is_taken_back_is_withdrawn_at_the_second_look(
    site: WordPressSite, reader: Reader, way: str
) -> None:
    site.publish(1, "Stays", hours_ago(2))
    site.publish(2, "Goes", hours_ago(3))
    reader.visit()
    if way == "deleted":
        del site.rows[2]
    else:
        site.rows[2]["status"] = "trash"
    later = TUESDAY + timedelta(minutes=5)
    assert not [entry for entry in reader.visit(later).entries if entry.withdrawn]
    (gone,) = [
        entry for entry in reader.visit(later + timedelta(minutes=15)).entries if entry.withdrawn
    ]
    assert gone.source_id == f"{site.url}?p=2"
    again = reader.visit(later + timedelta(hours=1))
    assert not [entry for entry in again.entries if entry.withdrawn], "it is told once"


def test_what_the_list_leaves_out_for_a_moment_is_not_withdrawn(
    site: WordPressSite, reader: Reader
) -> None:
    site.publish(1, "Stays", hours_ago(2))
    site.publish(2, "Is hidden from lists", hours_ago(3))
    reader.visit()
    site.hidden = {2}
    for hours in (1, 2, 3):
        harvest = reader.visit(TUESDAY + timedelta(hours=hours))
        assert not [entry for entry in harvest.entries if entry.withdrawn]


@pytest.mark.parametrize("body", ["<h1>Maintenance</h1>", "", "null", '{"posts": []}'])
def test_something_else_than_rows_is_no_empty_site(
    site: WordPressSite, reader: Reader, body: str
) -> None:
    site.publish(1, "Treaties", hours_ago(2))
    reader.visit()
    before = reader.state
    site.put("/broken", body)
    site.pages["/wp-json/wp/v2/posts"] = site.pages["/broken"]
    site.has_link = False  # so that the page is served in place of the interface
    site.blocked = "rest_disabled"
    harvest = reader.visit()
    assert harvest.failure
    assert reader.state == before
