"""Writes a feed as JSON Feed 1.1.

In: a feed, its entries, its context. Out: bytes of UTF-8 without a byte order mark. Never a null,
and never an invented field without the underscore that the specification asks for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from dispatch.model.article import Author, Enclosure
from dispatch.model.feed import Feed, FeedContext, FeedFormat
from dispatch.render import catalogue, feed_entry
from dispatch.render.feed_entry import FeedEntry
from dispatch.rules import addresses

VERSION: Final = "https://jsonfeed.org/version/1.1"

#: One for all: json.dumps makes a new encoder for each call that does not want ASCII.
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


def render(feed: Feed, items: Sequence[bytes], context: FeedContext) -> bytes:
    """The JSON Feed of `items`, each made by `write_item`, in their order.

    A field a line: a person can read it, and the parser in C can write it.
    """
    head = _write_fields(_present(_make_head(feed, context)), " ").encode()
    listed = b"\n  " + b",\n  ".join(items) + b"\n " if items else b""
    return b"{\n " + head + b',\n "items": [' + listed + b"]\n}\n"


def write_item(entry: FeedEntry) -> str:
    """An item, as it stands in the list."""
    return f"{{\n   {_write_fields(_present(_make_item(entry)), '   ')}\n  }}"


def _write_fields(fields: Mapping[str, object], indent: str) -> str:
    lines = [f'"{name}": {_encode(value)}' for name, value in fields.items()]
    return f",\n{indent}".join(lines)


def _make_head(feed: Feed, context: FeedContext) -> Mapping[str, object]:
    publication = context.publication
    language = feed.language or next(iter(publication.languages))
    others = [
        {
            "language": other.language,
            "url": addresses.feed_url(publication, other.key, FeedFormat.JSON),
            "title": feed_entry.plain(other.title),
        }
        for other in context.alternates
    ]
    previous = context.history.previous  # older articles: never this document itself
    return {
        "version": VERSION,
        "title": feed_entry.plain(feed.title),
        "home_page_url": feed_entry.address(feed.home_url),
        "feed_url": addresses.document_url(publication, feed, FeedFormat.JSON),
        "next_url": previous and addresses.feed_url(publication, previous, FeedFormat.JSON),
        "description": feed_entry.plain(feed.subtitle),
        "icon": publication.marks.icon,
        "favicon": publication.marks.favicon,
        "user_comment": catalogue.text(
            language, "This is a feed. Copy its address into a feed reader."
        ),
        "authors": [
            {"name": feed_entry.plain(publication.name(language)), "url": publication.site}
        ],
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": context.hub_url}] if context.hub_url else None,
        "_dispatch": _present({"id": feed.uid, "translations": others}),
    }


def _make_item(entry: FeedEntry) -> Mapping[str, object]:
    return {
        "id": entry.uid,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        # One of the two is required; an entry without a body has its standfirst for one.
        "content_text": "" if entry.html else entry.summary,
        "image": feed_entry.clean(entry.image.url) if entry.image else None,
        "date_published": entry.published_at.isoformat(),
        "date_modified": entry.updated_at.isoformat(),
        "authors": [_make_author(author) for author in entry.authors],
        "tags": [feed_entry.plain(section.name(entry.language)) for section in entry.sections],
        "language": entry.language,
        "attachments": [_make_attachment(file) for file in entry.enclosures],
        "_dispatch": _present(_make_relations(entry)),
    }


def _make_attachment(file: Enclosure) -> Mapping[str, object]:
    said = {"url": file.url, "mime_type": file.media_type, "size_in_bytes": file.length}
    return {name: value for name, value in said.items() if value}


def _make_author(author: Author) -> Mapping[str, str]:
    return {"name": author.name, "url": author.url} if author.url else {"name": author.name}


def _make_relations(entry: FeedEntry) -> Mapping[str, object]:
    translations = [_relation(t.language, t.url, t.title) for t in entry.translations]
    read_also = [_relation(a.language, a.url, a.title) for a in entry.read_also]
    return {"translations": translations, "read_also": read_also}


def _relation(language: str, url: str, title: str) -> Mapping[str, str]:
    return {
        "language": language,
        "url": feed_entry.clean(url),
        "title": feed_entry.plain(title),
    }


def _present(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields that say something: no null, no empty text, no empty list."""
    return {name: value for name, value in fields.items() if value}
