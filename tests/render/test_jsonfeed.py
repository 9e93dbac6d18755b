"""JSON Feed 1.1: what the specification asks for, and the same entries as in the other formats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.model.article import Author
from dispatch.model.feed import FeedFormat, FeedSettings

HEAD_TYPES: dict[str, type] = {
    "version": str,
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "user_comment": str,
    "next_url": str,
    "icon": str,
    "favicon": str,
    "authors": list,
    "language": str,
    "expired": bool,
    "hubs": list,
    "items": list,
}
ITEM_TYPES: dict[str, type] = {
    "id": str,
    "url": str,
    "external_url": str,
    "title": str,
    "content_html": str,
    "content_text": str,
    "summary": str,
    "image": str,
    "banner_image": str,
    "date_published": str,
    "date_modified": str,
    "authors": list,
    "tags": list,
    "language": str,
    "attachments": list,
}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def json_faults(body: bytes) -> Iterator[str]:
    """What JSON Feed 1.1 forbids in `body`; nothing for a valid feed."""
    if body.startswith(b"\xef\xbb\xbf"):
        yield "byte order mark"
    feed = json.loads(body.decode("utf-8"))
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield f"version is {feed.get('version')!r}"
    if not feed.get("title"):
        yield "no title"
    if not isinstance(feed.get("items"), list):
        yield "no items"
    yield from field_faults(feed, HEAD_TYPES, "feed")
    for hub in feed.get("hubs", []):
        if set(hub) != {"type", "url"}:
            yield "hub without type and url"
    for item in feed.get("items", []):
        yield from field_faults(item, ITEM_TYPES, "item")
        yield from item_faults(item)
    ids = [item.get("id") for item in feed.get("items", [])]
    if len(set(ids)) != len(ids):
        yield "two items with one id"


def item_faults(item: dict[str, Any]) -> Iterator[str]:
    if not item.get("id"):
        yield "item without id"
    if not ("content_html" in item or "content_text" in item):
        yield "item without content_html or content_text"
    for name in ("date_published", "date_modified"):
        if name in item and not RFC_3339.fullmatch(item[name]):
            yield f"{name} is no RFC 3339 date"
    for author in item.get("authors", []):
        if not set(author) & {"name", "url", "avatar"}:
            yield "author without any field"


def field_faults(fields: dict[str, Any], types: dict[str, type], what: str) -> Iterator[str]:
    """Unknown names, nulls and wrong types; extensions begin with _ and hold no dot."""
    for name, value in fields.items():
        if name.startswith("_"):
            if "." in name or not isinstance(value, dict):
                yield f"{what}: {name} is no extension"
        elif name not in types:
            yield f"{what}: {name} is not in the specification"
        elif not isinstance(value, types[name]):
            yield f"{what}: {name} is a {type(value).__name__}"


def load(feed_room: Any, key: str, articles: Any = None, **changes: Any) -> Any:
    body = feed_room.render(key, FeedFormat.JSON, articles, **changes)
    assert list(json_faults(body)) == []
    return json.loads(body)


@pytest.mark.parametrize("key", ["en", "en/law-order", "ru", "ru/culture", "all"])
def test_every_feed_is_valid(feed_room: Any, key: str) -> None:
    feed = load(feed_room, key)
    assert feed["feed_url"] == f"https://news.meridian.example/feeds/{key}/feed.json"
    assert feed["title"] == feed_room.feeds[key].title
    assert feed.get("language") == feed_room.feeds[key].language
    assert len(feed["items"]) >= 6


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"version": "1.1"}, "version"),
        ({"icon": None}, "NoneType"),
        ({"_a.b": {}}, "no extension"),
        ({"items": [{"id": 1, "content_text": ""}]}, "item: id is a int"),
        ({"items": [{"id": "1"}]}, "without content"),
        ({"items": [{"id": "1", "content_text": "", "date_published": "1 May"}]}, "RFC 3339"),
    ],
)
def test_the_validator_sees_faults(feed_room: Any, change: dict[str, Any], fault: str) -> None:
    feed = {**load(feed_room, "en"), **change}
    faults = list(json_faults(json.dumps(feed).encode()))
    assert any(fault in found for found in faults), faults


def test_it_shows_the_same_entries_under_the_same_ids_as_atom(feed_room: Any) -> None:
    items = load(feed_room, "all")["items"]
    entries = feedparser.parse(feed_room.render("all", FeedFormat.ATOM)).entries
    assert [(i["id"], i["url"], i["title"]) for i in items] == [
        (e.id, e.link, e.title) for e in entries
    ]
    assert [i["date_modified"] for i in items] == [e.updated for e in entries]


def test_an_entry_carries_its_byline_image_sections_and_language(feed_room: Any) -> None:
    item = load(feed_room, "en")["items"][0]
    assert item["authors"] == [
        {"name": "Ann Lee", "url": "https://meridian.example/authors/ann-lee"},
        {"name": "Ben Okafor"},
    ]
    assert item["image"] == "https://meridian.example/i/0.jpg?w=1200&q=80"
    assert item["tags"] == ["Foreign policy"]
    assert item["language"] == "en"
    assert item["date_published"] == "2026-11-20T08:59:59+00:00"


def test_relations_are_data_beside_the_text(feed_room: Any) -> None:
    item = load(feed_room, "en")["items"][0]
    assert item["_dispatch"]["translations"] == [
        {
            "language": "ru",
            "url": "https://meridian.example/ru/2?a=1&b=2",
            "title": "Министры согласовали договор о границе спустя одиннадцать лет",
        }
    ]
    assert [other["language"] for other in item["_dispatch"]["read_also"]] == ["en", "en"]
    assert "Читать по-русски" in item["content_html"]


def test_the_head_names_hub_and_translations(feed_room: Any) -> None:
    feed = load(feed_room, "en/culture")
    assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.meridian.example/"}]
    (other,) = feed["_dispatch"]["translations"]
    assert other["url"] == "https://news.meridian.example/feeds/ru/culture/feed.json"
    assert "hubs" not in load(feed_room, "en/culture", hub_url=None)


def test_a_feed_of_summaries_gives_the_standfirst_for_a_body(feed_room: Any) -> None:
    items = load(feed_room, "en", settings=FeedSettings(full_text=False))["items"]
    assert all("content_html" not in item for item in items)
    assert items[0]["content_text"] == "Tom & Jerry in 0 words. «Коротко»."
    assert items[6]["content_text"] == items[6]["title"]


def test_a_feed_without_articles_is_valid(feed_room: Any) -> None:
    assert load(feed_room, "ru", [])["items"] == []


def test_cyrillic_is_written_as_it_is(feed_room: Any) -> None:
    assert "Меридиан".encode() in feed_room.render("ru", FeedFormat.JSON)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_any_text_makes_a_valid_feed(feed_room: Any, title: str, html: str) -> None:
    article = feed_room.article(title=title, html=html, authors=(Author(name=title),))
    (item,) = load(feed_room, "all", [article])["items"]
    assert item["title"]
    assert "\x00" not in json.dumps(item, ensure_ascii=False)
