"""Writes the feeds of a language, or all, as a list that feed readers import (OPML 2.0).

In: the publication, feeds. Out: bytes. Never: a date; it would be that of the build, and the file
would move without a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from dispatch.model.feed import Feed, FeedFormat, FeedKind
from dispatch.model.publication import Publication
from dispatch.render import catalogue, feed_entry, xml_text
from dispatch.rules import addresses

MEDIA_TYPE: Final = "text/x-opml"

#: The format of the feeds that are listed: every program that reads OPML reads it.
_FORMAT: Final = FeedFormat.RSS

#: What each kind of feed is listed under, in the words of the language.
_GROUPS: Final = {
    FeedKind.ARTICLES: "Sections",
    FeedKind.AUTHOR: "Authors",
    FeedKind.NEWSLETTER: "Newsletters",
}


def render(publication: Publication, feeds: Sequence[Feed], language: str | None) -> bytes:
    """The feeds of `language`, or of every language and of all of them."""
    shown = language or next(iter(publication.languages))
    head = [
        xml_text.element("title", feed_entry.plain(publication.name(shown))),
        xml_text.element("ownerName", feed_entry.plain(publication.name(shown))),
        xml_text.element("ownerId", publication.site),
        xml_text.element("docs", "http://opml.org/spec2.opml"),
    ]
    lines = xml_text.block(
        "opml",
        [
            *xml_text.block("head", head),
            *xml_text.block("body", _body(publication, feeds, language)),
        ],
        {"version": "2.0"},
    )
    return ("<?xml version='1.0' encoding='UTF-8'?>\n" + "\n".join(lines) + "\n").encode()


def _body(publication: Publication, feeds: Sequence[Feed], language: str | None) -> Iterator[str]:
    if language is not None:
        yield from _of_language(publication, feeds, language)
        return
    for one, name in publication.languages.items():
        named = {"text": name}
        yield from xml_text.block("outline", _of_language(publication, feeds, one), named)
    yield from (_outline(publication, feed) for feed in feeds if feed.language is None)


def _of_language(publication: Publication, feeds: Sequence[Feed], language: str) -> Iterator[str]:
    """The feed of everything first; then each kind in a group of its own."""
    mine = [feed for feed in feeds if feed.language == language]
    mains = [feed for feed in mine if _is_main(feed)]
    yield from (_outline(publication, feed) for feed in mains)
    for kind, words in _GROUPS.items():
        group = [feed for feed in mine if feed.kind is kind and not _is_main(feed)]
        if group:
            named = {"text": catalogue.text(language, words)}
            yield from xml_text.block("outline", _outlines(publication, group), named)


def _is_main(feed: Feed) -> bool:
    return feed.kind is FeedKind.TOP_READS or (
        feed.kind is FeedKind.ARTICLES and feed.section is None
    )


def _outlines(publication: Publication, feeds: Iterable[Feed]) -> Iterator[str]:
    return (_outline(publication, feed) for feed in feeds)


def _outline(publication: Publication, feed: Feed) -> str:
    title = feed_entry.plain(feed.title)
    said = {
        "type": "rss",
        "text": title,
        "title": title,
        "xmlUrl": addresses.feed_url(publication, feed.key, _FORMAT),
        "htmlUrl": feed.home_url,
        "language": feed.language,
        "version": "RSS2",
    }
    return xml_text.empty("outline", said)
