"""Makes the note that greets a person who opens a feed in a browser.

In: a feed, its context. Out: one XHTML element for the head of an RSS or Atom document. Never a
script, a transformation (browsers remove XSLT) or another document: the bytes are the same for
readers and people, and readers ignore an element that they do not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from lxml import etree
from lxml.etree import _Element as Element

from dispatch.model.feed import Feed, FeedContext, FeedFormat
from dispatch.render import catalogue, feed_entry
from dispatch.rules import addresses

_XHTML: Final = "http://www.w3.org/1999/xhtml"

#: A link of the note: (URL, words, language of the page behind it or "").
_Row = tuple[str, str, str]


def make_note(feed: Feed, feed_format: FeedFormat, context: FeedContext) -> Element:
    """What this is, the address to copy, and where else to go."""
    language = feed.language or next(iter(context.publication.languages))
    # The default namespace, not a prefix: a prefix draws a warning of the W3C validator.
    note = etree.fromstring(f'<div xmlns="{_XHTML}"/>')
    note.set("class", "feed-note")
    note.set("lang", language)
    note.set("dir", catalogue.direction(language))
    what = catalogue.text(language, "This is a feed. Copy its address into a feed reader.")
    _add(note, "p", what)
    _add(_add(note, "p"), "code", addresses.document_url(context.publication, feed, feed_format))
    links = _add(note, "ul")
    for row in _rows(feed, feed_format, context, language):
        _add_link(_add(links, "li"), row)
    return note


def _rows(
    feed: Feed, feed_format: FeedFormat, context: FeedContext, language: str
) -> Iterator[_Row]:
    site = urlsplit(feed.home_url).hostname or feed.home_url
    yield feed.home_url, catalogue.text(language, "Back to {site}", site=site), ""
    if context.feeds_page_url:
        yield context.feeds_page_url, catalogue.text(language, "Feeds for your feed reader"), ""
    if context.subscribe_url:
        yield context.subscribe_url, catalogue.text(language, "Subscribe by e-mail instead"), ""
    for other in context.alternates:
        url = addresses.feed_url(context.publication, other.key, feed_format)
        name = context.publication.languages.get(other.language, other.language)
        yield url, f"{name}: {other.title}", other.language


def _add_link(parent: Element, row: _Row) -> None:
    url, words, language = row
    anchor = _add(parent, "a", words)
    anchor.set("href", feed_entry.clean(url))
    if language:
        anchor.set("hreflang", language)
        anchor.set("lang", language)


def _add(parent: Element, tag: str, text: str = "") -> Element:
    element = etree.SubElement(parent, f"{{{_XHTML}}}{tag}")
    element.text = feed_entry.plain(text) or None
    return element
