"""Decides which feeds a page of the newsroom's own site announces, and in which order.

In: feeds, the language and section of the page. Out: links. Never: a feed that does not belong to
the page before one that does: programs take the first (Liferea does), or show the first few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dispatch.model.feed import MEDIA_TYPES, Feed, FeedFormat, FeedKind
from dispatch.model.publication import Publication
from dispatch.rules import addresses

#: What people know the formats by; the first is announced first, and JSON last.
FORMAT_NAMES: Final = {FeedFormat.RSS: "RSS", FeedFormat.ATOM: "Atom", FeedFormat.JSON: "JSON"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryLink:
    """One `<link rel="alternate">`; `language` is empty for the page's own."""

    url: str
    media_type: str
    title: str
    language: str


def list_links(
    publication: Publication, feeds: Sequence[Feed], language: str, section: str | None = None
) -> tuple[DiscoveryLink, ...]:
    """The links of a page in `language`, about `section` or about all.

    The page's own feed, all of the language, both in their further formats, other languages last.
    """
    first, *others = FORMAT_NAMES
    own = [feed for feed in feeds if _is_ours(feed, language, section)]
    own.sort(key=lambda feed: feed.section is None)
    ranked = [(feed, first) for feed in own]
    ranked += [(feed, one) for one in others for feed in own]
    ranked += [
        (feed, first)
        for feed in feeds
        if feed.kind is FeedKind.ARTICLES
        if feed.language not in (None, language) and feed.section == section
    ]
    return tuple(_link(publication, feed, one, language) for feed, one in ranked)


def _is_ours(feed: Feed, language: str, section: str | None) -> bool:
    is_wide = feed.kind is FeedKind.ARTICLES and feed.section in (section, None)
    return is_wide and feed.language == language


def _link(
    publication: Publication, feed: Feed, feed_format: FeedFormat, language: str
) -> DiscoveryLink:
    return DiscoveryLink(
        url=addresses.feed_url(publication, feed.key, feed_format),
        media_type=MEDIA_TYPES[feed_format],
        title=f"{feed.title} ({FORMAT_NAMES[feed_format]})",
        language=feed.language if feed.language and feed.language != language else "",
    )
