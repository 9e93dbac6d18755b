"""Renders a feed as RSS 2.0, Atom 1.0 or JSON Feed 1.1.

In: a feed, its articles in order, its context. Out: bytes. Never the clock, the store or a file:
the same input gives the same bytes in every process, so that a rebuild without a change is
silent (design: invariant 6) and an ETag means something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from feedgen.feed import FeedGenerator

from dispatch.model.article import Article
from dispatch.model.feed import MEDIA_TYPES, Feed, FeedContext, FeedFormat
from dispatch.render import feed_entry, feed_note, feedgen_extension, jsonfeed
from dispatch.render.feed_pieces import Pieces
from dispatch.rules import addresses, feed_lint

#: Without a version: an upgrade of Dispatch must not make every reader fetch every feed anew.
GENERATOR: Final = "Dispatch"

#: So many entries are shown as long as the document may be fetched at all.
LEAST_ENTRIES: Final = 10
#: What the head of a feed weighs at most, with its note and tombstones.
_FRAME_BYTES: Final = 16 * 1024

_RSS_DOCS: Final = "https://www.rssboard.org/rss-specification"

#: Where the entries end: all that follows them.
_ENDS: Final = {FeedFormat.RSS: b"  </channel>", FeedFormat.ATOM: b"</feed>"}


def render_feed(
    feed: Feed,
    format: FeedFormat,  # noqa: A002 - the word of the field
    articles: Sequence[Article],
    context: FeedContext,
    withdrawn: Sequence[Article] = (),
    pieces: Pieces | None = None,
) -> bytes:
    """The document of `feed` in one format, with `articles` in the order given.

    `withdrawn` articles become tombstones in Atom (RFC 6721); the other formats have no word for
    them. A feed is never refused for what an article holds: forbidden characters are dropped.
    """
    return _render(feed, format, _Content.of(articles, context, withdrawn, pieces), context)


def render_formats(
    feed: Feed,
    articles: Sequence[Article],
    context: FeedContext,
    withdrawn: Sequence[Article] = (),
    pieces: Pieces | None = None,
) -> Mapping[FeedFormat, bytes]:
    """What `render_feed` gives, for all formats of the feed at once.

    An article that stands in several feeds is prepared only once if they share their `pieces`.
    """
    content = _Content.of(articles, context, withdrawn, pieces)
    return {format_: _render(feed, format_, content, context) for format_ in feed.formats}


def fitting(articles: Sequence[Article], context: FeedContext, pieces: Pieces) -> Sequence[Article]:
    """The first of `articles` that a feed can hold without weighing too much, in any format.

    Above half a megabyte readers on telephones suffer, and services refuse a feed of one; but a
    handful of long articles may come near to that.
    """
    sizes = dict.fromkeys(FeedFormat, _FRAME_BYTES)
    for number, article in enumerate(articles):
        for one in sizes:
            sizes[one] += len(pieces.get(article, one, context))
        most = feed_lint.TARGET_BYTES if number >= LEAST_ENTRIES else feed_lint.MOST_BYTES
        if max(sizes.values()) > most:
            return articles[:number]
    return articles


def feed_updated_at(
    articles: Sequence[Article], withdrawn: Sequence[Article], born_at: datetime
) -> datetime:
    """When the feed last changed significantly: by an entry, by a withdrawal, by being born."""
    moments = [article.updated_at for article in articles]
    retracted = (*articles, *withdrawn)
    moments += [article.withdrawn_at for article in retracted if article.withdrawn_at]
    return feed_entry.whole_seconds(max(moments, default=born_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What a feed shows, prepared for every format."""

    articles: Sequence[Article]
    pieces: Pieces
    updated_at: datetime
    tombstones: tuple[tuple[str, datetime], ...]

    @classmethod
    def of(
        cls,
        articles: Sequence[Article],
        context: FeedContext,
        withdrawn: Sequence[Article],
        pieces: Pieces | None,
    ) -> Self:
        return cls(
            articles=articles,
            pieces=pieces or Pieces(),
            updated_at=feed_updated_at(articles, withdrawn, context.born_at),
            tombstones=tuple(
                (feed_entry.clean(article.uid), article.withdrawn_at)
                for article in withdrawn
                if article.withdrawn_at
            ),
        )


def _render(feed: Feed, feed_format: FeedFormat, content: _Content, context: FeedContext) -> bytes:
    pieces = [content.pieces.get(article, feed_format, context) for article in content.articles]
    if feed_format is FeedFormat.JSON:
        return jsonfeed.render(feed, pieces, context)
    head, tail = _frame(feed, feed_format, content, context)
    return b"".join((head, *pieces, tail))


def _frame(
    feed: Feed, feed_format: FeedFormat, content: _Content, context: FeedContext
) -> tuple[bytes, bytes]:
    """The document without an entry, as feedgen writes it, open where the entries go."""
    generator = _make_generator(feed, feed_format, context, content.updated_at)
    generator.dispatch.head = _make_head(feed, feed_format, context, content.tombstones)
    write = generator.rss_str if feed_format is FeedFormat.RSS else generator.atom_str
    head, end, tail = bytes(write(pretty=True)).rpartition(_ENDS[feed_format])
    return head, end + tail


def _make_generator(
    feed: Feed, feed_format: FeedFormat, context: FeedContext, updated_at: datetime
) -> Any:
    """Feedgen's object with the head of the feed; the extension adds the rest."""
    generator = FeedGenerator()
    generator.register_extension("dispatch", feedgen_extension.FeedExtension)
    url = addresses.document_url(context.publication, feed, feed_format)
    generator.id(feed.uid)
    generator.title(feed_entry.plain(feed.title))
    generator.subtitle(feed_entry.plain(feed.subtitle) or feed_entry.plain(feed.title))
    generator.author(_publisher(feed, context))
    # The page first, the document second: some readers take the first link for the site.
    generator.link(href=feed_entry.address(feed.home_url), rel="alternate", type="text/html")
    generator.link(href=url, rel="self", type=MEDIA_TYPES[feed_format])
    generator.language(feed.language)
    generator.updated(updated_at)
    generator.generator(GENERATOR)
    generator.docs(_RSS_DOCS)
    generator.ttl(max(1, context.settings.max_age_seconds // 60))
    return generator


def _publisher(feed: Feed, context: FeedContext) -> dict[str, str]:
    publication = context.publication
    name = feed_entry.plain(publication.name(_language(feed, context)))
    publisher = {"name": name, "uri": publication.site}
    return publisher | ({"email": publication.contact} if publication.shows_contact else {})


def _make_head(
    feed: Feed,
    feed_format: FeedFormat,
    context: FeedContext,
    tombstones: tuple[tuple[str, datetime], ...],
) -> feedgen_extension.Head:
    return feedgen_extension.Head(
        home_url=feed_entry.address(feed.home_url),
        stylesheet_url=addresses.stylesheet_url(context.publication),
        note=feed_note.make_note(feed, feed_format, context),
        links=(*_feed_links(feed_format, context), *_history_links(feed_format, context)),
        tombstones=tombstones,
        updates_per_hour=max(1, 3600 // max(60, context.settings.max_age_seconds)),
        is_rss=feed_format is FeedFormat.RSS,
        rights=feed_entry.plain(context.publication.rights.get(_language(feed, context), "")),
        contact=_contact(feed, context),
        publisher=_publisher(feed, context)["name"],
        category=_category(feed, context),
        marks=context.publication.marks,
        has_webfeeds=bool(context.partner and context.partner.has_webfeeds),
        is_archive=context.history.current is not None,
    )


def _category(feed: Feed, context: FeedContext) -> feedgen_extension.Category | None:
    if feed.section is None:
        return None
    section = context.publication.section(feed.section)
    return feedgen_extension.Category(
        term=section.key,
        scheme=addresses.section_scheme(context.publication),
        label=feed_entry.plain(section.name(_language(feed, context))) or section.key,
    )


def _language(feed: Feed, context: FeedContext) -> str:
    return feed.language or next(iter(context.publication.languages))


def _contact(feed: Feed, context: FeedContext) -> str:
    """As RSS wants it, and only if the operator lets everybody see it."""
    publication = context.publication
    if not publication.shows_contact:
        return ""
    name = feed_entry.plain(publication.name(_language(feed, context)))
    return f"{publication.contact} ({name.replace('(', '[').replace(')', ']')})"


def _feed_links(
    feed_format: FeedFormat, context: FeedContext
) -> tuple[feedgen_extension.Link, ...]:
    hubs = [feedgen_extension.Link(rel="hub", href=context.hub_url)] if context.hub_url else []
    others = [
        feedgen_extension.Link(
            rel="related",
            href=addresses.feed_url(context.publication, other.key, feed_format),
            media_type=MEDIA_TYPES[feed_format],
            hreflang=other.language,
            title=other.title,
        )
        for other in context.alternates
    ]
    return (*hubs, *others)


def _history_links(
    feed_format: FeedFormat, context: FeedContext
) -> Iterator[feedgen_extension.Link]:
    """The way through the history of the feed (RFC 5005, section 4)."""
    history = context.history
    documents = {
        "current": history.current,
        "prev-archive": history.previous,
        "next-archive": history.following,
    }
    for rel, key in documents.items():
        if key:
            url = addresses.feed_url(context.publication, key, feed_format)
            media_type = MEDIA_TYPES[feed_format]
            yield feedgen_extension.Link(rel=rel, href=url, media_type=media_type)
