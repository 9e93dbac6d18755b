"""Parts of feeds over HTTP: who gets them, and what they say (RFC 3229)."""

from __future__ import annotations

import json
import re

import pytest
from newsroom import Newsroom
from visitors import Visitors

PATHS = ("/feeds/en/rss.xml", "/feeds/en/atom.xml", "/feeds/all/feed.json")


@pytest.fixture
def tags(room: Newsroom) -> dict[str, str]:
    """The entity tags of the feeds before the news came."""
    before = Visitors(room)
    found = {path: before.get(path).headers["etag"] for path in PATHS}
    room.later(minutes=5)
    room.article("Fog in the port")
    room.collect()
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_whoever_can_merge_is_sent_the_news_alone(
    room: Newsroom, tags: dict[str, str], path: str, coding: str
) -> None:
    client = Visitors(room)
    whole = client.get(path, headers={"Accept-Encoding": coding})
    asked = {"A-IM": "gzip;q=0.3, feed", "If-None-Match": tags[path], "Accept-Encoding": coding}
    part = client.get(path, headers=asked)
    assert part.status_code == 226
    assert part.headers["im"] == "feed"
    assert part.headers["cache-control"] == "no-store, im"
    assert "A-IM, If-None-Match" in part.headers["vary"]
    for name in ("etag", "last-modified", "content-type", "link"):
        assert part.headers[name] == whole.headers[name], "it leads to the version that stands"
    assert "Fog in the port" in part.text
    old = re.findall(r"tag:\S+:article:1\b", whole.text)
    assert old
    assert old[0] not in part.text
    again = client.get(path, headers={**asked, "If-None-Match": part.headers["etag"]})
    assert again.status_code == 304
    head = client.head(path, headers=asked)
    assert (head.status_code, head.content) == (226, b"")


@pytest.mark.parametrize(
    "asked",
    [
        {"A-IM": "feed"},
        {"A-IM": "feed", "If-None-Match": '"unknown"'},
        {"A-IM": "feed", "If-None-Match": '"one", "two"'},
        {"A-IM": "vcdiff", "If-None-Match": "TAG"},
        {"If-None-Match": "TAG"},
        {"A-IM": "feed", "If-None-Match": "TAG", "User-Agent": "feedparser/6.0.11 +a page"},
    ],
)
def test_everybody_else_is_sent_the_whole(
    room: Newsroom, tags: dict[str, str], asked: dict[str, str]
) -> None:
    asked = {name: value.replace("TAG", tags[PATHS[2]]) for name, value in asked.items()}
    whole = Visitors(room).get(PATHS[2], headers=asked)
    assert whole.status_code == 200
    assert len(json.loads(whole.content)["items"]) == 3


def test_without_the_database_the_whole_is_sent(room: Newsroom, tags: dict[str, str]) -> None:
    client = Visitors(room)
    with room.app.db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE feed_history RENAME TO gone")
    asked = {"A-IM": "feed", "If-None-Match": tags[PATHS[0]]}
    assert client.get(PATHS[0], headers=asked).status_code == 200


def test_a_version_of_long_ago_is_sent_everything_since(
    room: Newsroom, tags: dict[str, str]
) -> None:
    room.later(minutes=5)
    room.article("Rain in the port")
    room.collect()
    asked = {"A-IM": "feed", "If-None-Match": tags[PATHS[2]]}
    part = Visitors(room).get(PATHS[2], headers=asked)
    titles = [item["title"] for item in json.loads(part.content)["items"]]
    assert titles == ["Rain in the port", "Fog in the port"]
