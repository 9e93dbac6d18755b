"""Parts of feeds: exactly what is new or changed, in a whole document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from dispatch.model.feed import FeedFormat
from dispatch.render import feed_delta


def titles(body: bytes) -> list[str]:
    if body.startswith(b"{"):
        return [item["title"] for item in json.loads(body)["items"]]
    root = etree.fromstring(body)
    found = root.iterfind(".//{*}entry/{*}title")
    return [str(title.text) for title in (*found, *root.iterfind(".//item/title"))]


def head(body: bytes) -> object:
    """All of a feed but its entries."""
    if body.startswith(b"{"):
        return json.loads(body) | {"items": []}
    root = etree.fromstring(body)
    for entry in (*root.iterfind(".//{*}entry"), *root.iterfind(".//item")):
        parent = entry.getparent()
        assert parent is not None
        parent.remove(entry)
    return etree.tostring(root, method="c14n", with_comments=False).split()


@pytest.mark.parametrize("feed_format", FeedFormat)
def test_a_part_holds_what_is_new_or_changed_and_the_whole_head(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    first, second, third, *rest = feed_room.articles[:8]
    old = feed_room.render("en", feed_format, [second, third, *rest])
    changed = replace(third, title="</entry></item> changed")
    new = feed_room.render("en", feed_format, [first, second, changed, *rest])
    part = feed_delta.cut(new, feed_delta.list_marks(old))
    assert part is not None
    assert titles(part) == titles(new)[:3:2]
    assert head(part) == head(new)


@pytest.mark.parametrize("feed_format", FeedFormat)
def test_every_entry_has_a_mark_that_stays_with_its_content(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    body = feed_room.render("en", feed_format, feed_room.articles)
    marks = feed_delta.list_marks(body)
    assert len(marks) == len(set(marks)) == len(titles(body)) == len(feed_room.articles)
    shorter = feed_room.render("en", feed_format, feed_room.articles[1:])
    assert set(feed_delta.list_marks(shorter)) < set(marks)


@pytest.mark.parametrize("feed_format", FeedFormat)
def test_there_is_no_part_where_nothing_or_everything_is_new(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    body = feed_room.render("en", feed_format)
    assert feed_delta.cut(body, feed_delta.list_marks(body)) is None
    assert feed_delta.cut(body, ()) is None


def test_a_complete_feed_has_no_parts() -> None:
    entries = b"<entry><id>1</id></entry><entry><id>2</id></entry>"
    feed = b'<feed xmlns:fh="http://purl.org/syndication/history/1.0">%s' + entries + b"</feed>"
    marks = feed_delta.list_marks(entries)[:1]
    assert feed_delta.cut(feed % b"", marks) is not None
    assert feed_delta.cut(feed % b"<fh:complete/>", marks) is None
