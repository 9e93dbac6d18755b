"""Translate a feed's tree into entries: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed.

In: bytes, their Content-Type and address. Out: a ParsedFeed whose strings are the publisher's own.
Never: sanitises, invents a date, raises anything but FeedError.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch.rules import text
from dispatch.sources import feed_atom, feed_json, feed_rss, feed_wire
from dispatch.sources.feed_nodes import Node
from dispatch.sources.feed_parsed import ParsedFeed, Reading
from dispatch.sources.feed_wire import FeedError

__all__ = ["FeedError", "ParsedFeed", "read_feed"]

_ROOTS = frozenset({"rss", "rdf:rdf", "rdf", "atom:feed", "feed", "atom:entry", "entry", "channel"})


def read_feed(
    body: bytes,
    *,
    content_type: str | None,
    url: str,
    zone: ZoneInfo,
    now: datetime,
    content_language: str | None = None,
) -> ParsedFeed:
    """The feed in `body`, which came from `url`; dates without a zone are read in `zone`.

    `content_type` and `content_language` are the answer's own headers. The second (RFC 9110,
    section 8.5) speaks where the document does not, and only if it names one language.

    Raises FeedError, and nothing else, when the document is no feed.
    """
    document = feed_wire.read_document(body, content_type)
    reading = Reading(url=url, zone=zone, now=now)
    if document.data is not None:
        feed = feed_json.read(document.data, reading)
    elif document.root is not None:
        feed = _read_root(_feed_root(document.root, url), reading)
    else:
        raise FeedError("the document is empty")
    return replace(
        feed,
        language=text.language_tag(feed.language or content_language or ""),
        malformed=document.malformed,
        warnings=(*document.warnings, *feed.warnings),
    )


def _feed_root(root: feed_wire.Element, url: str) -> Node:
    """The element that is the feed: the root, or one just below a wrapper that nobody asked for."""
    node = Node(root, url)
    if node.name in _ROOTS:
        return node
    if node.name in {"html", "xhtml:html"}:
        raise FeedError("this is a web page, not a feed")
    inner = next((child for child in node.elements() if child.name in _ROOTS), None)
    if inner is None:
        raise FeedError(f"the document is <{node.name[:60]}>, not a feed")
    return inner


def _read_root(root: Node, reading: Reading) -> ParsedFeed:
    if root.name in {"atom:feed", "feed"}:
        return feed_atom.read(root, reading)
    if root.name in {"atom:entry", "entry"}:
        return feed_atom.read_lone_entry(root, reading)
    return feed_rss.read(root, reading)
