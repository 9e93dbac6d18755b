"""Ghost by its Content API, against a server that plays it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sites import TUESDAY, GhostSite, hours_ago

from dispatch import fetch
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.sources import ghost

KEY = "22444f78447824223cefc48062"


class Reader:
    """Visits a site again and again, as `collect` does."""

    def __init__(self, site: GhostSite, fetcher: fetch.Fetcher) -> None:
        self.fetcher = fetcher
        self.source = Source(
            name="main", kind="ghost", url=site.url, key=KEY, allow_hosts=("127.0.0.1",)
        )
        self.state = SourceState(name="main")

    def visit(self, at: datetime = TUESDAY) -> Harvest:
        harvest = ghost.harvest(self.source, self.state, self.fetcher, at, ZoneInfo("UTC"))
        if harvest.cursor is not None:
            self.state = replace(self.state, cursor=harvest.cursor)
        return harvest


@pytest.fixture
def site() -> Iterator[GhostSite]:
    made = GhostSite(KEY)
    yield made
    made.close()


@pytest.fixture
def reader(site: GhostSite) -> Iterator[Reader]:
    with fetch.Fetcher(contact="desk@news.example") as fetcher:
        yield Reader(site, fetcher)


def test_an_article_comes_with_its_people_and_sections(site: GhostSite, reader: Reader) -> None:
    site.publish(
        "64a0",
        "AT&T <b>",
        hours_ago(2),
        custom_excerpt="By hand",
        feature_image="/a.jpg",
        feature_image_alt="A quay",
        tags=[
            {"name": "World", "slug": "world", "visibility": "public"},
            {"name": "#ru", "slug": "hash-ru", "visibility": "internal"},
        ],
    )
    (entry,) = reader.visit().entries
    assert (entry.source_id, entry.title, entry.language) == ("64a0", "AT&T <b>", "ru")
    assert (entry.standfirst, entry.sections) == ("By hand", ("World",))
    assert entry.section_aliases == {"World": ("world",)}
    assert [author.name for author in entry.authors] == ["Maria Lindqvist"]
    assert entry.image is not None
    assert entry.image.url == f"{site.url}a.jpg"
    assert entry.published_at == hours_ago(2)


def test_the_text_of_what_is_for_members_stays_with_them(site: GhostSite, reader: Reader) -> None:
    site.publish("64a0", "Treaties", hours_ago(2), visibility="paid")
    (entry,) = reader.visit().entries
    assert (entry.title, entry.html) == ("Treaties", "")


def test_the_next_visit_asks_for_what_was_updated_since(site: GhostSite, reader: Reader) -> None:
    for number in range(1, 151):
        site.publish(f"a{number}", f"Piece {number}", hours_ago(number))
    assert len(reader.visit().entries) == 150
    site.publish("new", "New", hours_ago(0))
    titles = [entry.title for entry in reader.visit().entries]
    assert titles == ["Piece 1", "New"], "and what may have been saved while it read"


def test_what_is_taken_back_is_withdrawn_at_the_second_look(
    site: GhostSite, reader: Reader
) -> None:
    site.publish("stays", "Stays", hours_ago(2))
    site.publish("goes", "Goes", hours_ago(3))
    reader.visit()
    del site.rows["goes"]
    first = reader.visit(TUESDAY + timedelta(minutes=5))
    assert not [entry for entry in first.entries if entry.withdrawn]
    second = reader.visit(TUESDAY + timedelta(minutes=20))
    assert [entry.source_id for entry in second.entries if entry.withdrawn] == ["goes"]


@pytest.mark.parametrize("address", ["", "ghost/", "?utm_source=x"])
def test_the_interface_is_found_from_the_sites_address(
    site: GhostSite, reader: Reader, address: str
) -> None:
    site.publish("64a0", "Treaties", hours_ago(2))
    reader.source = replace(reader.source, url=site.url + address)
    assert len(reader.visit().entries) == 1


def test_the_key_is_in_no_message_and_no_log(
    site: GhostSite, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.publish("64a0", "Treaties", hours_ago(2))
    reader.visit()
    site.key = "another"
    harvest = reader.visit()
    assert "401" in harvest.failure
    shown = harvest.failure + caplog.text + repr(reader.source) + (reader.state.cursor or "")
    assert KEY not in shown
    assert KEY in site.asked[0], "it was sent all the same"


def test_a_source_without_key_is_a_failure(reader: Reader) -> None:
    reader.source = replace(reader.source, key=None)
    assert reader.visit().failure == "source main needs a url and a key"
