"""Renders a feed as RSS 2.0, Atom 1.0 or JSON Feed 1.1.

In: a feed, its articles in order, its context. Out: bytes. Never the clock, the store or a file:
the same input gives the same bytes in every process, so that a rebuild without a change is
silent (design: invariant 6) and an ETag means something.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from feedgen.entry import FeedEntry as FeedgenEntry
from feedgen.feed import FeedGenerator

from dispatch.model.article import Article, Image, Translation
from dispatch.model.feed import MEDIA_TYPES, Feed, FeedContext, FeedFormat
from dispatch.render import feed_entry, feed_note, feedgen_extension, jsonfeed
from dispatch.render.feed_entry import FeedEntry
from dispatch.rules import addresses

#: Without a version: an upgrade of Dispatch must not make every reader fetch every feed anew.
GENERATOR: Final = "Dispatch"

_RSS_DOCS: Final = "https://www.rssboard.org/rss-specification"


def render_feed(
    feed: Feed,
    format: FeedFormat,  # noqa: A002 - the word of the field
    articles: Sequence[Article],
    context: FeedContext,
    withdrawn: Sequence[Article] = (),
) -> bytes:
    """The document of `feed` in one format, with `articles` in the order given.

    `withdrawn` articles become tombstones in Atom (RFC 6721); the other formats have no word for
    them. A feed is never refused for what an article holds: forbidden characters are dropped.
    """
    return _render(feed, format, _Content.of(articles, context, withdrawn), context)


def render_formats(
    feed: Feed,
    articles: Sequence[Article],
    context: FeedContext,
    withdrawn: Sequence[Article] = (),
) -> Mapping[FeedFormat, bytes]:
    """What `render_feed` gives, for all formats at once: the articles are prepared only once."""
    content = _Content.of(articles, context, withdrawn)
    return {format_: _render(feed, format_, content, context) for format_ in FeedFormat}


def feed_updated_at(
    articles: Sequence[Article], withdrawn: Sequence[Article], born_at: datetime
) -> datetime:
    """When the feed last changed significantly: by an entry, by a withdrawal, by being born."""
    moments = [article.updated_at for article in articles]
    moments += [article.withdrawn_at for article in withdrawn if article.withdrawn_at]
    return feed_entry.whole_seconds(max(moments, default=born_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What a feed shows, prepared for every format."""

    entries: tuple[FeedEntry, ...]
    updated_at: datetime
    tombstones: tuple[tuple[str, datetime], ...]

    @classmethod
    def of(
        cls, articles: Sequence[Article], context: FeedContext, withdrawn: Sequence[Article]
    ) -> Self:
        return cls(
            entries=tuple(feed_entry.make_entry(article, context) for article in articles),
            updated_at=feed_updated_at(articles, withdrawn, context.born_at),
            tombstones=tuple(
                (feed_entry.clean(article.uid), article.withdrawn_at)
                for article in withdrawn
                if article.withdrawn_at
            ),
        )


def _render(feed: Feed, feed_format: FeedFormat, content: _Content, context: FeedContext) -> bytes:
    if feed_format is FeedFormat.JSON:
        return jsonfeed.render(feed, content.entries, context)
    generator = _make_generator(feed, feed_format, context, content.updated_at)
    generator.dispatch.head = _make_head(feed, feed_format, context, content.tombstones)
    for entry in content.entries:
        _add_entry(generator, entry, feed_format, context)
    write = generator.rss_str if feed_format is FeedFormat.RSS else generator.atom_str
    return bytes(write(pretty=True))


def _make_generator(
    feed: Feed, feed_format: FeedFormat, context: FeedContext, updated_at: datetime
) -> Any:
    """Feedgen's object with the head of the feed; the extension adds the rest."""
    generator = FeedGenerator()
    generator.register_extension(
        "dispatch", feedgen_extension.FeedExtension, feedgen_extension.EntryExtension
    )
    url = addresses.feed_url(context.publication, feed.key, feed_format)
    generator.id(feed.uid)
    generator.title(feed_entry.plain(feed.title))
    generator.subtitle(feed_entry.plain(feed.subtitle) or feed_entry.plain(feed.title))
    generator.author(_publisher(feed, context))
    # The page first, the document second: some readers take the first link for the site.
    generator.link(href=feed.home_url, rel="alternate", type="text/html")
    generator.link(href=url, rel="self", type=MEDIA_TYPES[feed_format])
    generator.language(feed.language)
    generator.updated(updated_at)
    generator.generator(GENERATOR)
    generator.docs(_RSS_DOCS)
    generator.ttl(max(1, context.settings.max_age_seconds // 60))
    return generator


def _publisher(feed: Feed, context: FeedContext) -> dict[str, str]:
    language = feed.language or next(iter(context.publication.languages))
    name = feed_entry.plain(context.publication.name(language))
    return {"name": name, "uri": context.publication.site}


def _make_head(
    feed: Feed,
    feed_format: FeedFormat,
    context: FeedContext,
    tombstones: tuple[tuple[str, datetime], ...],
) -> feedgen_extension.Head:
    return feedgen_extension.Head(
        home_url=feed.home_url,
        stylesheet_url=addresses.stylesheet_url(context.publication),
        note=feed_note.make_note(feed, feed_format, context),
        links=_feed_links(feed_format, context),
        tombstones=tombstones,
        updates_per_hour=max(1, 3600 // max(60, context.settings.max_age_seconds)),
        is_rss=feed_format is FeedFormat.RSS,
    )


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


def _add_entry(
    generator: Any,
    entry: FeedEntry,
    feed_format: FeedFormat,
    context: FeedContext,
) -> None:
    element: FeedgenEntry = generator.add_entry(order="append")
    element.id(entry.uid)
    element.link(href=entry.url, rel="alternate", type="text/html")
    element.published(entry.published_at)
    element.updated(entry.updated_at)
    _fill_text(element, entry, feed_format)
    element.author([_person(author.name, author.url) for author in entry.authors])
    scheme = addresses.section_scheme(context.publication)
    for section in entry.sections:
        label = feed_entry.plain(section.name(entry.language))
        element.category(term=section.key, scheme=scheme, label=label)
    element.dispatch.body = feedgen_extension.Body(
        url=entry.url,
        language=entry.language,
        # One element: readers show the last of several, or the first, but never all.
        creator=", ".join(author.name for author in entry.authors),
        updated_at=entry.updated_at,
        links=tuple(_translation_link(translation) for translation in entry.translations),
        image=_image(entry),
    )


def _image(entry: FeedEntry) -> Image | None:
    """The lead image, without its alternative text where readers would mistake it for the text.

    Feedparser takes media:description for the summary or body that an entry lacks.
    """
    if entry.image and not (entry.summary and entry.html):
        return dataclasses.replace(entry.image, alt="")
    return entry.image


def _fill_text(element: FeedgenEntry, entry: FeedEntry, feed_format: FeedFormat) -> None:
    """Title, standfirst and body, each as its format reads it."""
    as_read = feedgen_extension.without_tags if feed_format is FeedFormat.RSS else str
    element.title(as_read(entry.title))
    if entry.summary:
        element.summary(as_read(entry.summary), type="text")
    if entry.html:
        element.content(entry.html, type="html")


def _person(name: str, url: str | None) -> dict[str, str]:
    return {"name": name, "uri": url} if url else {"name": name}


def _translation_link(translation: Translation) -> feedgen_extension.Link:
    """Related, never alternate: readers in plenty follow the last alternate they see."""
    return feedgen_extension.Link(
        rel="related",
        href=translation.url,
        media_type="text/html",
        hreflang=translation.language,
        title=translation.title,
    )
