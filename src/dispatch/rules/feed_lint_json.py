"""Judges a JSON Feed by version 1.1 of its specification.

In: the bytes of a document. Out: its faults. Never: a field of an extension, which is its owner's.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from dispatch.model.fault import Fault
from dispatch.rules import feed_lint_values as values

VERSION: Final = "https://jsonfeed.org/version/1.1"

_FEED_NAMES: Final = (
    "version title home_page_url feed_url description user_comment next_url icon favicon authors "
    "author language expired hubs items"
)
_FEED: Final = frozenset(_FEED_NAMES.split())
_ITEM_NAMES: Final = (
    "id url external_url title content_html content_text summary image banner_image "
    "date_published date_modified authors author tags language attachments"
)
_ITEM: Final = frozenset(_ITEM_NAMES.split())
_FEED_URLS: Final = ("home_page_url", "feed_url", "next_url", "icon", "favicon")
_ITEM_URLS: Final = ("url", "external_url", "image", "banner_image")
_FEED_TEXTS: Final = ("version", "title", "description", "user_comment")
_ITEM_TEXTS: Final = ("title", "content_html", "content_text", "summary")


def faults(body: bytes, *, url: str | None, now: datetime | None) -> Iterator[Fault]:
    """The faults of a whole feed."""
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as problem:
        yield values.error("InvalidJson", "feed", str(problem))
        return
    if not isinstance(feed, dict):
        yield values.error("InvalidJson", "feed", "is no object")
        return
    yield from _feed_faults(feed, url)
    items = feed.get("items")
    if not isinstance(items, list):
        yield values.error("MissingElement", "feed", "has no list of items")
        return
    for number, item in enumerate(items, 1):
        if isinstance(item, dict):
            yield from _item_faults(item, f"item {number} ({item.get('id')})", now)
        else:
            yield values.error("InvalidValue", f"item {number}", "is no object")
    ids = Counter(str(item.get("id")) for item in items if isinstance(item, dict))
    for uid, times in ids.items():
        if times > 1:
            yield values.error("DuplicateValue", "feed", f"{times} items have the id {uid}")


def _feed_faults(feed: Mapping[str, Any], url: str | None) -> Iterator[Fault]:
    yield from _field_faults(feed, "feed", _FEED, _FEED_TEXTS, _FEED_URLS)
    if not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/1"):
        yield values.error("InvalidValue", "feed version", repr(feed.get("version")))
    elif feed["version"] != VERSION:
        yield values.warning("ObsoleteVersion", "feed version", repr(feed["version"]))
    for name in ("home_page_url", "feed_url"):
        if not feed.get(name):
            yield values.warning("MissingSelf", "feed", f"has no {name}")
    if not feed.get("title"):
        yield values.error("MissingTitle", "feed", "has no title")
    own = feed.get("feed_url")
    if url is not None and own and own != url:
        yield values.warning("SelfDoesntMatchLocation", "feed", f"says {own}, was found at {url}")
    if own and feed.get("next_url") == own:
        yield values.error("InvalidValue", "feed next_url", "is the feed itself")
    for hub in _objects(feed, "hubs"):
        if not (hub.get("type") and hub.get("url")):
            yield values.error("MissingAttribute", "feed hubs", "a hub without type or url")


def _item_faults(item: Mapping[str, Any], where: str, now: datetime | None) -> Iterator[Fault]:
    yield from _field_faults(item, where, _ITEM, _ITEM_TEXTS, _ITEM_URLS)
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield values.error("InvalidValue", where, "its id is no text")
    if not (item.get("content_html") or item.get("content_text")):
        yield values.error(
            "MissingContentOrAlternate", where, "has neither content_html nor content_text"
        )
    if isinstance(item.get("content_html"), str):
        yield from values.html_faults(item["content_html"], where)
    if isinstance(item.get("title"), str):
        yield from values.plain_faults(item["title"], f"{where} title")
    for name in ("date_published", "date_modified"):
        if name in item:
            yield from values.date_faults(str(item[name]), f"{where} {name}", now)
    for one in _objects(item, "attachments"):
        yield from values.url_faults(str(one.get("url", "")), f"{where} attachment")
        yield from values.media_type_faults(str(one.get("mime_type", "")), f"{where} attachment")
        if "size_in_bytes" in one and not isinstance(one["size_in_bytes"], int):
            yield values.error("InvalidInteger", where, "size_in_bytes is no number")
    tags = item.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        yield values.error("InvalidValue", f"{where} tags", "is no list of texts")


def _field_faults(
    fields: Mapping[str, Any],
    where: str,
    known: frozenset[str],
    texts: tuple[str, ...],
    urls: tuple[str, ...],
) -> Iterator[Fault]:
    """What holds for feeds and items alike."""
    for name, value in fields.items():
        yield from _name_faults(name, value, where, known)
    for name in texts:
        if name in fields and not isinstance(fields[name], str):
            yield values.error("InvalidValue", f"{where} {name}", "is no text")
    for name in urls:
        if name in fields:
            yield from values.url_faults(str(fields[name]), f"{where} {name}")
    for author in _objects(fields, "authors"):
        if not any(author.get(name) for name in ("name", "url", "avatar")):
            yield values.error("MissingElement", where, "an author without name, url or avatar")
    if "language" in fields:
        yield from values.language_faults(str(fields["language"]), f"{where} language")


def _name_faults(name: str, value: object, where: str, known: frozenset[str]) -> Iterator[Fault]:
    if value is None:
        yield values.error("InvalidValue", f"{where} {name}", "is null; leave the field out")
    if name == "author":
        yield values.warning("ObsoleteVersion", where, "author became authors in version 1.1")
    if name.startswith("_"):
        if "." in name:
            yield values.error("InvalidValue", f"{where} {name}", "an extension's name has no dot")
    elif name not in known:
        yield values.warning("UndefinedElement", where, f"{name}; an extension begins with _")


def _objects(fields: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = fields.get(name)
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield one
