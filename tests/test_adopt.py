"""A feed that was there before gives our articles its identifiers, or nothing is changed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import feedparser
import pytest
from newsroom import Newsroom

from dispatch import errors
from dispatch.adopt import AdoptReport

ITEM = """<item><title>{title}</title><link>{link}</link>{guid}
<description>Old words</description></item>"""


def old_feed(room: Newsroom, *items: tuple[str, str]) -> Path:
    """An RSS feed as WordPress makes it: (slug, guid) of each item."""
    written = "".join(
        ITEM.format(
            title=slug,
            link=f"http://127.0.0.1:8400/en/{slug}/?utm_source=rss",
            guid=f'<guid isPermaLink="false">{guid}</guid>' if guid else "",
        )
        for slug, guid in items
    )
    path = room.root / "old.xml"
    text = f'<rss version="2.0"><channel><title>Old</title>{written}</channel></rss>'
    path.write_text(text, encoding="utf-8")
    return path


def adopt(room: Newsroom, *items: tuple[str, str], dry_run: bool = False) -> AdoptReport:
    return room.app.feeds.adopt_file(old_feed(room, *items), dry_run=dry_run)


def ids(room: Newsroom, path: str) -> dict[str, str]:
    feed = feedparser.parse(io.BytesIO((room.root / "feeds" / path).read_bytes()))
    return {entry.title: entry.id for entry in feed.entries}


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    """Two articles, collected."""
    newsroom.article("Treaties")
    newsroom.article("Trade")
    newsroom.collect()
    return newsroom


def test_every_feed_carries_the_old_identifiers_byte_for_byte(room: Newsroom) -> None:
    report = adopt(room, ("treaties", "https://old.example/?p=17&x=1"), ("trade", "urn:x:Ж"))
    assert (len(report.adopted), report.unmatched, report.conflicts) == (2, (), ())
    wanted = {"Treaties": "https://old.example/?p=17&x=1", "Trade": "urn:x:Ж"}
    assert ids(room, "en/rss.xml") == ids(room, "all/atom.xml") == wanted
    items = json.loads((room.root / "feeds/en/economy/feed.json").read_bytes())["items"]
    assert {item["title"]: item["id"] for item in items} == wanted


def test_an_entry_without_a_guid_is_known_by_its_link(room: Newsroom) -> None:
    report = adopt(room, ("trade", ""))
    (one,) = report.adopted
    assert one.uid.startswith("http://127.0.0.1:8400/en/trade/")
    assert ids(room, "en/rss.xml")["Trade"] == one.uid


def test_identifiers_stay_when_an_article_changes(room: Newsroom) -> None:
    adopt(room, ("trade", "https://old.example/?p=17"))
    room.later(hours=1)
    room.article("Trade", text="Other words.")
    room.collect()
    assert ids(room, "en/rss.xml")["Trade"] == "https://old.example/?p=17"


def test_an_article_is_found_under_the_identifier_it_had(room: Newsroom) -> None:
    (one,) = adopt(room, ("trade", "https://old.example/?p=17")).adopted
    assert room.app.intake.why(one.old_uid).article.id == one.article_id
    assert room.app.intake.why(one.uid).article.id == one.article_id


def test_adopting_twice_changes_nothing_more(room: Newsroom) -> None:
    adopt(room, ("trade", "https://old.example/?p=17"))
    again = adopt(room, ("trade", "https://old.example/?p=17"))
    assert (again.adopted, again.already) == ((), 1)


def test_what_is_no_article_here_is_named(room: Newsroom) -> None:
    report = adopt(room, ("trade", "a:1"), ("elsewhere", "a:2"))
    assert report.unmatched == ("http://127.0.0.1:8400/en/elsewhere/?utm_source=rss",)
    assert ids(room, "en/rss.xml")["Trade"] == "a:1"


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([("trade", "a:1"), ("trade", "a:2")], "has two identifiers: a:1 and a:2"),
        ([("trade", "a:1"), ("treaties", "a:1")], "a:1: 2 entries have this identifier"),
    ],
)
def test_two_claims_are_told_and_nothing_is_changed(
    room: Newsroom, items: list[tuple[str, str]], said: str
) -> None:
    before = ids(room, "en/rss.xml")
    report = adopt(room, *items, ("treaties", "b:9"))
    assert any(said in conflict for conflict in report.conflicts)
    room.app.feeds.syndicate()
    assert ids(room, "en/rss.xml") == before


def test_an_identifier_that_another_article_has_is_a_conflict(room: Newsroom) -> None:
    adopt(room, ("trade", "a:1"))
    report = adopt(room, ("treaties", "a:1"))
    assert "is the identifier of article" in report.conflicts[0]
    assert ids(room, "en/rss.xml")["Trade"] == "a:1"


def test_two_articles_may_change_theirs_with_one_another(room: Newsroom) -> None:
    adopt(room, ("trade", "a:1"), ("treaties", "a:2"))
    report = adopt(room, ("trade", "a:2"), ("treaties", "a:1"))
    assert not report.conflicts
    assert ids(room, "en/rss.xml") == {"Trade": "a:2", "Treaties": "a:1"}


def test_a_dry_run_tells_and_changes_nothing(room: Newsroom) -> None:
    before = ids(room, "en/rss.xml")
    report = adopt(room, ("trade", "a:1"), dry_run=True)
    assert (len(report.adopted), report.is_dry_run) == (1, True)
    room.app.feeds.syndicate()
    assert ids(room, "en/rss.xml") == before


def test_what_is_no_feed_is_refused(room: Newsroom) -> None:
    path = room.root / "page.html"
    path.write_text("<html><body>Not found</body></html>")
    with pytest.raises(errors.InputError, match=r"page\.html"):
        room.app.feeds.adopt_file(path)
    with pytest.raises(errors.InputError, match="cannot be read"):
        room.app.feeds.adopt_file(room.root / "nothing.xml")
    with pytest.raises(errors.InputError):
        room.app.feeds.adopt_url("http://127.0.0.1:9/feed")
