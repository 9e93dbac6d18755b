"""A feed that vanished stands for some days as it was, and is then gone for good."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom import Newsroom
from visitors import Visitors

from dispatch.syndicate import dropping
from dispatch.web import nginx

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/dropped_feeds",)

PATH = "/feeds/en/economy/rss.xml"
SECTION = """
[[publication.sections]]
key = "economy"
names = { en = "Economy", ru = "Экономика" }
"""


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    """A newsroom with an article in the section that it is to give up."""
    newsroom.article("Cranes")
    newsroom.article("Quays", published_at=newsroom.clock.now() - timedelta(days=50))
    newsroom.article("Treaties", sections=["foreign-policy"])
    newsroom.collect()
    return newsroom


def configure(room: Newsroom, before: str, after: str) -> None:
    path = room.root / "config.toml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    room.with_config("").app.feeds.syndicate()


def drop(room: Newsroom) -> None:
    configure(room, SECTION, "")


def files(room: Newsroom) -> list[Path]:
    return [one for one in (room.root / "feeds/en/economy").rglob("*") if one.is_file()]


def test_a_section_that_left_the_configuration_stands_for_a_week(room: Newsroom) -> None:
    before = Visitors(room).get(PATH)
    drop(room)
    room.later(days=6)
    room.app.feeds.syndicate()
    after = Visitors(room).get(PATH)
    assert (after.status_code, after.content) == (200, before.content)
    assert after.headers["etag"] == before.headers["etag"]
    assert after.headers["content-type"] == before.headers["content-type"]
    assert Visitors(room).get("/feeds/en/economy/none.xml").status_code == 404
    assert "economy" not in nginx.server_part(room.app)


def test_then_it_is_gone_with_its_history_and_readers_forget_it(room: Newsroom) -> None:
    drop(room)
    assert any("archive" in str(one) for one in files(room))
    room.later(days=7)
    room.app.feeds.syndicate()
    assert not (room.root / "feeds/en/economy").exists()
    client = Visitors(room)
    for path in (PATH, "/feeds/en/economy/archive/2026-11/atom.xml"):
        assert client.get(path).status_code == 410
    assert client.get("/feeds/en/rss.xml").status_code == 200
    assert client.get("/feeds/en/foreign-policy/rss.xml").status_code == 200
    assert client.get("/feeds/en/sport/rss.xml").status_code == 404, "there never was one"
    assert "location ^~ /feeds/en/economy/ {" in nginx.server_part(room.app)
    room.later(days=400)
    room.app.feeds.syndicate()
    assert Visitors(room).get(PATH).status_code == 410


def test_a_redirect_goes_before(room: Newsroom) -> None:
    drop(room)
    room.with_config('[web.redirects.paths]\n"/feeds/en/economy/{file}" = "feeds/en/{file}"')
    for days in (0, 8):
        room.later(days=days)
        room.app.feeds.syndicate()
        moved = Visitors(room).get(PATH, follow_redirects=False)
        assert (moved.status_code, moved.headers["location"][-17:]) == (301, "/feeds/en/rss.xml")


@pytest.mark.parametrize("days", [1, 8])
def test_a_section_that_is_back_is_whole_and_newer_than_ever(room: Newsroom, days: int) -> None:
    had = {one.relative_to(room.root): one.stat().st_mtime for one in files(room)}
    drop(room)
    room.later(days=days)
    room.app.feeds.syndicate()
    configure(room, "[[sources]]", f"{SECTION}\n[[sources]]")
    assert Visitors(room).get(PATH).status_code == 200
    now = {one.relative_to(room.root): one.stat().st_mtime for one in files(room)}
    assert now.keys() >= had.keys()
    if days < dropping.GRACE.days:
        assert now == had
    else:
        assert all(now[one] > had[one] for one in had)
    room.later(days=30)
    room.app.feeds.syndicate()
    assert Visitors(room).get(PATH).status_code == 200


def test_a_language_that_is_given_up_goes_with_all_its_feeds(room: Newsroom) -> None:
    path = room.root / "config.toml"
    text = path.read_text("utf-8").replace('languages = ["en", "ru"]', 'languages = ["en"]')
    text = re.sub(r', ru = "[^"]*"|(?m:^ru = .*$)', "", text)
    text = re.sub(r"\[appeals.texts.ru\]\n(?:.+\n)*", "", text)
    path.write_text(text, "utf-8")
    room.with_config("").app.feeds.syndicate()
    room.later(days=7)
    room.app.feeds.syndicate()
    assert not list((room.root / "feeds/ru").rglob("rss.xml"))
    assert Visitors(room).get("/feeds/ru/economy/rss.xml").status_code == 410
    assert Visitors(room).get("/feeds/all/rss.xml").status_code == 200


def test_a_dry_run_takes_nothing_away(room: Newsroom) -> None:
    path = room.root / "config.toml"
    path.write_text(path.read_text("utf-8").replace(SECTION, ""), "utf-8")
    room.with_config("")
    for _ in range(3):
        room.later(days=8)
        room.app.feeds.syndicate(dry_run=True)
    assert files(room)
